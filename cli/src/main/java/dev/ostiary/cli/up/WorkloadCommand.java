package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A workload's server as a child process, from a command line of the user's. Its output goes to standard error. When it
 * ends it is started again, ever later as long as it does not stay; each end is said once. It ends with this process,
 * whatever happens to it: a shell between the two waits for the end of its standard input, which is the end of this
 * process, and then ends the command with all that it has started. Where there is no {@code setsid}, what the command has
 * detached from itself is not found.
 */
final class WorkloadCommand implements AutoCloseable {

    private static final Duration FIRST_RESTART = Duration.ofSeconds(1);
    private static final long STOP_SECONDS = 5;

    /**
     * Like the sample server, the command does not hear Ctrl-C, so that requests in progress can end. It leads a process
     * group of its own, so that nothing it started is left to hold its port. What the shell itself says, such as
     * "Terminated", is for nobody.
     */
    private static final String KEEPER = """
            trap '' INT
            exec 3<&0 </dev/null 2>/dev/null
            if command -v setsid >/dev/null 2>&1; then
              setsid sh -c "$1" 2>&1 3<&- &
              all=-$!
            else
              sh -c "$1" 2>&1 3<&- &
              all=$!
            fi
            command=$!
            end() {
              kill -s TERM -- "$all" || return 0
              for second in 1 2 3; do
                kill -s 0 -- "$all" || return 0
                sleep 1
              done
              kill -s KILL -- "$all"
            }
            (cat <&3 >/dev/null; end) &
            keeper=$!
            wait "$command"
            code=$?
            end
            kill "$keeper"
            exit "$code"
            """;

    private final String workload;
    private final String commandLine;
    private final Terminal terminal;
    private final RestartDelay delay;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Object lock = new Object();
    private @Nullable Process process;

    private WorkloadCommand(String workload, String commandLine, Terminal terminal, Duration firstRestart) {
        this.workload = workload;
        this.commandLine = commandLine;
        this.terminal = terminal;
        this.delay = new RestartDelay(firstRestart);
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
        WorkloadCommand command = new WorkloadCommand(workload, commandLine, terminal, firstRestart);
        try {
            Process first = command.launch();
            Thread.ofVirtual().name("workload-" + workload).start(() -> command.keepRunning(first));
            return command;
        } catch (IOException e) {
            throw CommandFailure.environment(
                    "the command of workload " + workload + " does not start: " + e.getMessage());
        }
    }

    private Process launch() throws IOException {
        synchronized (lock) {
            if (closing.getCount() == 0) {
                throw new IOException("closed");
            }
            Process started = new ProcessBuilder("/bin/sh", "-c", KEEPER, "ostiary", "exec " + commandLine)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/stderr")))
                    .start();
            process = started;
            return started;
        }
    }

    private void keepRunning(Process first) {
        try {
            Process running = first;
            while (true) {
                long began = System.nanoTime();
                int code = running.waitFor();
                Duration wait = delay.after(Duration.ofNanos(System.nanoTime() - began));
                if (closing.getCount() == 0) {
                    return;
                }
                terminal.warning("The command of workload " + workload + " has ended with code " + code
                        + "; it is started again in " + seconds(wait) + ".");
                if (closing.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                running = launch();
            }
        } catch (IOException e) {
            if (closing.getCount() > 0) {
                terminal.warning("The command of workload " + workload + " cannot be started again: " + e.getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String seconds(Duration wait) {
        long seconds = Math.max(1, wait.toSeconds());
        return seconds == 1 ? "a second" : seconds + " seconds";
    }

    /** Asks it to end, with everything that it started, and makes it end when it does not. */
    @Override
    public void close() {
        Process running;
        synchronized (lock) {
            closing.countDown();
            running = process;
        }
        if (running == null) {
            return;
        }
        List<ProcessHandle> started = running.descendants().toList();
        try {
            // The end of its standard input is what the keeper waits for.
            running.getOutputStream().close();
        } catch (IOException e) {
            // It has ended already.
        }
        try {
            if (!running.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
            started.forEach(ProcessHandle::destroyForcibly);
        } catch (InterruptedException e) {
            started.forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
