package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A workload's server as a child process, from a command line of the user's. Its output goes to standard error. It is
 * not started again when it ends; its route then fails until `ostiary up` is started again. It ends with this process,
 * whatever happens to it: a shell between the two waits for the end of its standard input, which is the end of this
 * process, and then ends the command.
 */
final class WorkloadCommand implements AutoCloseable {

    private static final long STOP_SECONDS = 5;
    /** Like the sample server, the command does not hear Ctrl-C, so that requests in progress can end. */
    private static final String KEEPER = """
            trap '' INT
            exec 3<&0 </dev/null
            sh -c "$1" 3<&- &
            command=$!
            (cat <&3 >/dev/null; kill "$command" 2>/dev/null; sleep 3; kill -9 "$command" 2>/dev/null) &
            keeper=$!
            wait "$command"
            code=$?
            kill "$keeper" 2>/dev/null
            exit "$code"
            """;

    private final Process process;
    private volatile boolean closing;

    private WorkloadCommand(Process process) {
        this.process = process;
    }

    /**
     * Runs it in a shell.
     *
     * @param workload for messages
     * @param commandLine as for {@code sh -c}
     */
    static WorkloadCommand start(String workload, String commandLine, Terminal terminal) throws CommandFailure {
        try {
            Process process = new ProcessBuilder("/bin/sh", "-c", KEEPER, "ostiary", "exec " + commandLine)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/stderr")))
                    .start();
            WorkloadCommand command = new WorkloadCommand(process);
            var _ = process.onExit().thenAccept(ended -> {
                if (!command.closing) {
                    terminal.warning("The command of workload " + workload + " has ended with code " + ended.exitValue()
                            + "; its route fails until `ostiary up` is started again.");
                }
            });
            return command;
        } catch (IOException e) {
            throw CommandFailure.environment(
                    "the command of workload " + workload + " does not start: " + e.getMessage());
        }
    }

    /** Asks it to end, with everything that it started, and makes it end when it does not. */
    @Override
    public void close() {
        closing = true;
        List<ProcessHandle> started = process.descendants().toList();
        started.forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            started.forEach(ProcessHandle::destroyForcibly);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
