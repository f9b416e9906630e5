package dev.ostiary.gateway.bridge;

import dev.ostiary.gateway.bridge.session.Limits;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bridge serve} is told; all of it on the command line, since the environment is the child's.
 *
 * @param listen where; port 0 takes a free one
 * @param keys the file with the gateway's public assertion keys
 * @param audience whose assertions are for this workload
 * @param instance what the ids of this process's sessions begin with
 * @param drain how long SIGTERM lets sessions end
 * @param stateless whether callers may share a process where requests have no session
 * @param command the server's program and its arguments
 */
record Options(
        InetSocketAddress listen,
        Path keys,
        String audience,
        String instance,
        Limits limits,
        Duration drain,
        boolean stateless,
        List<String> command) {

    static final String USAGE = """
            usage: bridge serve [options] -- COMMAND [ARG...]
                   bridge copy DIR

            serve: serves the stdio MCP server COMMAND over Streamable HTTP, one process per session.
              --keys FILE              public assertion keys of the gateway, a JWK set; read again when it changes (required)
              --audience URN           urn:ostiary:workload:<namespace>/<name> (required)
              --listen HOST:PORT       default 0.0.0.0:8080; port 0: a free one, printed on standard error
              --instance ID            begins session ids; letters, digits, '-', '_', '.'; default: random
              --max-sessions N         default 200; more are answered with 503
              --idle-timeout DURATION  default 30m; ISO 8601, or like 90s, 30m, 2h
              --message-bytes N        longest message in either direction, default 4194304
              --drain DURATION         how long SIGTERM lets sessions end, default 20s
              --stateless              the server keeps no state: requests without a session may share a process
              --start-timeout DURATION until the server must have answered initialize, default 60s
              --write-timeout DURATION until the server must have read a message, default 60s
              --ping-timeout DURATION  until the bridge answers a client's ping for the server, default 5s
              --close-timeout DURATION from the end of the server's input to SIGTERM, default 2s
              --kill-timeout DURATION  from SIGTERM to SIGKILL, default 3s
              --input-timeout DURATION until a client without a session must have answered what the server asked it, default 10m
              The environment is the server's own: the bridge reads nothing from it and adds nothing to it.
            copy: copies the folder that this program is in to DIR, for an init container.
            """;

    private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    /** What is wrong with a command line, in one line. */
    static final class Wrong extends Exception {

        private final String what;

        Wrong(String what) {
            super(what, null, false, false);
            this.what = what;
        }

        String what() {
            return what;
        }
    }

    /** @param arguments those after {@code serve} */
    static Options parse(List<String> arguments) throws Wrong {
        String listen = "0.0.0.0:8080";
        String keys = "";
        String audience = "";
        String instance = "";
        int sessions = 200;
        int messageBytes = 4 * 1024 * 1024;
        Duration idle = Duration.ofMinutes(30);
        Duration drain = Duration.ofSeconds(20);
        Duration start = Duration.ofSeconds(60);
        Duration write = Duration.ofSeconds(60);
        Duration ping = Duration.ofSeconds(5);
        Duration closing = Duration.ofSeconds(2);
        Duration killing = Duration.ofSeconds(3);
        Duration input = Duration.ofMinutes(10);
        boolean stateless = false;
        int at = 0;
        while (at < arguments.size() && !arguments.get(at).equals("--")) {
            String option = arguments.get(at++);
            if (option.equals("--stateless")) {
                stateless = true;
                continue;
            }
            String value = at < arguments.size() ? arguments.get(at) : null;
            switch (option) {
                case "--listen" -> listen = text(option, value);
                case "--keys" -> keys = text(option, value);
                case "--audience" -> audience = text(option, value);
                case "--instance" -> instance = text(option, value);
                case "--max-sessions" -> sessions = number(option, value, 1, 10_000);
                case "--message-bytes" -> messageBytes = number(option, value, 1024, 256 * 1024 * 1024);
                case "--idle-timeout" -> idle = duration(option, value);
                case "--drain" -> drain = duration(option, value);
                case "--start-timeout" -> start = duration(option, value);
                case "--write-timeout" -> write = duration(option, value);
                case "--ping-timeout" -> ping = duration(option, value);
                case "--close-timeout" -> closing = duration(option, value);
                case "--kill-timeout" -> killing = duration(option, value);
                case "--input-timeout" -> input = duration(option, value);
                default -> throw new Wrong("unknown option " + option);
            }
            at++;
        }
        List<String> command = at < arguments.size() ? arguments.subList(at + 1, arguments.size()) : List.of();
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw new Wrong("no command: write it behind --");
        }
        if (keys.isEmpty() || audience.isEmpty()) {
            throw new Wrong("--keys and --audience are required");
        }
        if (instance.isEmpty()) {
            byte[] random = new byte[8];
            new SecureRandom().nextBytes(random);
            instance = HexFormat.of().formatHex(random);
        } else if (!INSTANCE.matcher(instance).matches()) {
            throw new Wrong("--instance: letters, digits, '-', '_' and '.', at most 128");
        }
        return new Options(
                address(listen),
                Path.of(keys),
                audience,
                instance,
                new Limits(sessions, idle, messageBytes, start, write, ping, closing, killing, input),
                drain,
                stateless,
                List.copyOf(command));
    }

    private static String text(String option, @Nullable String value) throws Wrong {
        if (value == null || value.isEmpty()) {
            throw new Wrong(option + " needs a value");
        }
        return value;
    }

    private static int number(String option, @Nullable String value, int least, int most) throws Wrong {
        try {
            int number = Integer.parseInt(text(option, value));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new Wrong(option + ": a number from " + least + " to " + most + " is expected, not " + value);
    }

    private static Duration duration(String option, @Nullable String value) throws Wrong {
        String text = text(option, value);
        Matcher matcher = SHORT.matcher(text);
        try {
            Duration duration = matcher.matches()
                    ? Duration.parse(
                            matcher.group(2).equals("ms")
                                    ? "PT" + Integer.parseInt(matcher.group(1)) / 1000.0 + "S"
                                    : "PT" + matcher.group(1) + matcher.group(2).toUpperCase(Locale.ROOT))
                    : Duration.parse(text);
            if (duration.isPositive() && duration.compareTo(Duration.ofDays(365)) <= 0) {
                return duration;
            }
        } catch (DateTimeParseException _) {
            // Said below.
        }
        throw new Wrong(option + ": a duration like 90s, 30m or PT30M is expected, not " + text);
    }

    private static InetSocketAddress address(String listen) throws Wrong {
        int colon = listen.lastIndexOf(':');
        try {
            int port = Integer.parseInt(listen.substring(colon + 1));
            if (colon > 0 && port >= 0 && port <= 65_535) {
                String host = listen.substring(0, colon);
                return new InetSocketAddress(
                        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host, port);
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new Wrong("--listen: HOST:PORT is expected, not " + listen);
    }
}
