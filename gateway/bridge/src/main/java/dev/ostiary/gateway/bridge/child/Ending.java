package dev.ostiary.gateway.bridge.child;

/** How a child ended. */
public sealed interface Ending {

    /** By itself. */
    record Exited(int code) implements Ending {
        @Override
        public String toString() {
            return "exit code " + code;
        }
    }

    /** By a signal: its number. */
    record Signalled(int signal) implements Ending {
        @Override
        public String toString() {
            return "signal " + signal + name(signal);
        }

        private static String name(int signal) {
            return switch (signal) {
                case 1 -> " (SIGHUP)";
                case 2 -> " (SIGINT)";
                case 6 -> " (SIGABRT)";
                case 7 -> " (SIGBUS)";
                case 9 -> " (SIGKILL)";
                case 11 -> " (SIGSEGV)";
                case 13 -> " (SIGPIPE)";
                case 15 -> " (SIGTERM)";
                default -> "";
            };
        }
    }
}
