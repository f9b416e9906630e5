package dev.ostiary.cli;

/** Ends a command with one line on standard error and an exit code. The message names the place and the fix. */
public final class CommandFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** {@link ExitCode#FINDINGS}. */
    public static CommandFailure refused(String message) {
        return new CommandFailure(ExitCode.FINDINGS, message);
    }

    /** {@link ExitCode#USAGE}. */
    public static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message);
    }

    /** {@link ExitCode#ENVIRONMENT}. */
    public static CommandFailure environment(String message) {
        return new CommandFailure(ExitCode.ENVIRONMENT, message);
    }

    /** One of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}
