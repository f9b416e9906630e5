package dev.ostiary.operator;

import dev.ostiary.gateway.config.egress.EnvironmentProxy;
import dev.ostiary.operator.objects.Images;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the operator is told by its environment.
 *
 * @param namespaces the namespaces whose resources it looks after; empty: all
 * @param images the images of gateways and of the bridge, and how they are pulled
 * @param admin where probes and metrics are served
 * @param metricsFrom namespaces whose pods may connect to the admin port of gateways; empty: all
 * @param leaderElection whether several replicas of the operator agree on one that works; without it, run one only
 * @param namespace the operator's own, where the Lease is
 * @param registryCa certificates of authorities, in PEM, that vouch for registries besides those that Java trusts; null: none
 * @param registryProxy by which registries are reached; null: directly
 * @param pod the operator's own name, which the Lease shows; null: a random one
 */
public record OperatorSettings(
        SortedSet<String> namespaces,
        Images images,
        InetSocketAddress admin,
        SortedSet<String> metricsFrom,
        boolean leaderElection,
        String namespace,
        @Nullable Path registryCa,
        @Nullable EnvironmentProxy registryProxy,
        @Nullable String pod) {

    private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final List<String> PULL_POLICIES = List.of("Always", "IfNotPresent", "Never");
    private static final int MAX_PORT = 65_535;

    /**
     * Reads the variables {@code OSTIARY_*}, and {@code HTTPS_PROXY} and {@code NO_PROXY} in either case.
     *
     * @throws InvalidSettingException when one is missing or cannot be meant
     */
    public static OperatorSettings of(Map<String, String> environment) {
        SortedSet<String> namespaces = new TreeSet<>(list(environment, "OSTIARY_NAMESPACES"));
        namespaces.forEach(name -> requireLabel("OSTIARY_NAMESPACES", name));
        SortedSet<String> metricsFrom = new TreeSet<>(list(environment, "OSTIARY_METRICS_NAMESPACES"));
        metricsFrom.forEach(name -> requireLabel("OSTIARY_METRICS_NAMESPACES", name));
        String image = value(environment, "OSTIARY_GATEWAY_IMAGE");
        if (image == null) {
            throw new InvalidSettingException(
                    "OSTIARY_GATEWAY_IMAGE", "is not set; give the reference of the gateway's container image");
        }
        String pullPolicy = value(environment, "OSTIARY_IMAGE_PULL_POLICY");
        if (pullPolicy != null && !PULL_POLICIES.contains(pullPolicy)) {
            throw new InvalidSettingException(
                    "OSTIARY_IMAGE_PULL_POLICY", "is none of " + String.join(", ", PULL_POLICIES));
        }
        boolean election = flag(environment, "OSTIARY_LEADER_ELECTION", true);
        String namespace = value(environment, "OSTIARY_NAMESPACE");
        if (namespace == null) {
            throw new InvalidSettingException(
                    "OSTIARY_NAMESPACE", "is not set; give the operator's own namespace (fieldRef metadata.namespace)");
        }
        requireLabel("OSTIARY_NAMESPACE", namespace);
        String registryCa = value(environment, "OSTIARY_REGISTRY_CA");
        return new OperatorSettings(
                namespaces,
                new Images(
                        image,
                        value(environment, "OSTIARY_BRIDGE_IMAGE"),
                        pullPolicy,
                        list(environment, "OSTIARY_IMAGE_PULL_SECRETS")),
                address(environment, "OSTIARY_ADMIN", "0.0.0.0:9090"),
                metricsFrom,
                election,
                namespace,
                registryCa == null ? null : Path.of(registryCa),
                EnvironmentProxy.of(environment),
                value(environment, "OSTIARY_POD"));
    }

    private static @Nullable String value(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private static List<String> list(Map<String, String> environment, String name) {
        String value = value(environment, name);
        return value == null
                ? List.of()
                : Arrays.stream(value.split(","))
                        .map(String::strip)
                        .filter(item -> !item.isEmpty())
                        .toList();
    }

    private static boolean flag(Map<String, String> environment, String name, boolean usual) {
        String value = value(environment, name);
        if (value == null) {
            return usual;
        }
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidSettingException(name, "is neither true nor false");
        };
    }

    private static InetSocketAddress address(Map<String, String> environment, String name, String usual) {
        String given = value(environment, name);
        String value = given == null ? usual : given;
        int colon = value.lastIndexOf(':');
        try {
            int port = Integer.parseInt(value.substring(colon + 1));
            if (colon > 0 && port >= 0 && port <= MAX_PORT) {
                return new InetSocketAddress(value.substring(0, colon), port);
            }
        } catch (NumberFormatException e) {
            throw new InvalidSettingException(name, "is not an address such as 0.0.0.0:9090", e);
        }
        throw new InvalidSettingException(name, "is not an address such as 0.0.0.0:9090");
    }

    private static void requireLabel(String name, String namespace) {
        if (!DNS_LABEL.matcher(namespace).matches()) {
            throw new InvalidSettingException(name, "names \"" + namespace + "\", which no namespace can be called");
        }
    }

    /** A setting that cannot be meant. The message names the variable and says what it must be. */
    public static final class InvalidSettingException extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        InvalidSettingException(String variable, String problem) {
            super(variable + " " + problem + ".");
        }

        InvalidSettingException(String variable, String problem, Throwable cause) {
            super(variable + " " + problem + ".", cause);
        }
    }
}
