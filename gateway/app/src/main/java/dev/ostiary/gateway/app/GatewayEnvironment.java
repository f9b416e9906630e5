package dev.ostiary.gateway.app;

import dev.ostiary.gateway.kubernetes.ReplicaIdentity;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the pod's environment says.
 *
 * @param me {@code OSTIARY_NAMESPACE}, {@code OSTIARY_GATEWAY}, {@code OSTIARY_POD}, {@code OSTIARY_POD_UID}
 * @param listen {@code OSTIARY_LISTEN}, {@code 0.0.0.0:8080} where it is not set
 * @param admin {@code OSTIARY_ADMIN}, {@code 0.0.0.0:9090} where it is not set
 * @param drainPropagation {@code OSTIARY_DRAIN_PROPAGATION}, 10 s where it is not set
 * @param drainDeadline {@code OSTIARY_DRAIN_DEADLINE}, 30 s where it is not set
 */
record GatewayEnvironment(
        ReplicaIdentity me,
        InetSocketAddress listen,
        InetSocketAddress admin,
        Duration drainPropagation,
        Duration drainDeadline) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
    private static final Pattern UID = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(ms|s|m)");
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z.-]+):([0-9]{1,5})");
    private static final int MAX_PORT = 65_535;

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException with one line for each variable that cannot be used
     */
    static GatewayEnvironment of(Function<String, @Nullable String> variables) {
        Reader read = new Reader(variables);
        ReplicaIdentity me = new ReplicaIdentity(
                read.matching("OSTIARY_NAMESPACE", NAME, "the pod's namespace"),
                read.matching("OSTIARY_GATEWAY", NAME, "the name of an McpGateway"),
                read.matching("OSTIARY_POD", NAME, "the pod's name"),
                read.matching("OSTIARY_POD_UID", UID, "the pod's UID"));
        GatewayEnvironment environment = new GatewayEnvironment(
                me,
                read.address("OSTIARY_LISTEN", "0.0.0.0:8080"),
                read.address("OSTIARY_ADMIN", "0.0.0.0:9090"),
                read.duration("OSTIARY_DRAIN_PROPAGATION", "10s"),
                read.duration("OSTIARY_DRAIN_DEADLINE", "30s"));
        if (!read.problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", read.problems));
        }
        return environment;
    }

    private static final class Reader {

        private final Function<String, @Nullable String> variables;
        private final List<String> problems = new ArrayList<>();

        Reader(Function<String, @Nullable String> variables) {
            this.variables = variables;
        }

        String matching(String name, Pattern form, String what) {
            String value = variables.apply(name);
            if (value == null || !form.matcher(value).matches()) {
                problems.add(name + (value == null ? " is not set" : " cannot be used") + "; it must be " + what + ".");
                return "";
            }
            return value;
        }

        InetSocketAddress address(String name, String fallback) {
            String value = variables.apply(name);
            Matcher matcher = ADDRESS.matcher(value == null ? fallback : value);
            int port = matcher.matches() ? Integer.parseInt(matcher.group(2)) : -1;
            if (port < 0 || port > MAX_PORT) {
                problems.add(name + " cannot be used; it must be an address and a port, such as " + fallback + ".");
                return new InetSocketAddress(0);
            }
            return new InetSocketAddress(matcher.group(1), port);
        }

        Duration duration(String name, String fallback) {
            String value = variables.apply(name);
            Matcher matcher = DURATION.matcher(value == null ? fallback : value);
            if (!matcher.matches()) {
                problems.add(name + " cannot be used; it must be a duration, such as " + fallback + ".");
                return Duration.ZERO;
            }
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofSeconds(amount);
            };
        }
    }
}
