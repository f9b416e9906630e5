package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A workload's server as a child process, from a command line of the user's. Its output goes to standard error. */
final class WorkloadCommand implements AutoCloseable {

    static final Duration FIRST_RESTART = Duration.ofSeconds(1);

    private final KeptProcess process;

    private WorkloadCommand(KeptProcess process) {
        this.process = process;
    }

    /**
     * Runs it in a shell.
     *
     * @param workload for messages
     * @param commandLine as for {@code sh -c}
     */
    static WorkloadCommand start(String workload, String commandLine, Terminal terminal) throws CommandFailure {
        return start(workload, commandLine, terminal, FIRST_RESTART);
    }

    /** The same with another wait before it is started again for the first time. */
    static WorkloadCommand start(String workload, String commandLine, Terminal terminal, Duration firstRestart)
            throws CommandFailure {
        try {
            return new WorkloadCommand(KeptProcess.start(
                    "The command of workload " + workload,
                    () -> KeptProcess.builder(shell(commandLine))
                            .redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/stderr")))
                            .start(),
                    terminal,
                    firstRestart));
        } catch (IOException e) {
            throw CommandFailure.environment(
                    "the command of workload " + workload + " does not start: " + e.getMessage());
        }
    }

    /** What runs a command line of the user's. */
    static List<String> shell(String commandLine) {
        return List.of("/bin/sh", "-c", "exec " + commandLine);
    }

    /** Asks it to end, with everything that it started, and makes it end when it does not. */
    @Override
    public void close() {
        process.close();
    }
}
