package dev.ostiary.cli.up;

import dev.ostiary.cli.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A child process that is started again when it ends, ever later as long as it does not stay; each end is said once. It ends
 * with this process, whatever happens to it: a shell between the two waits for the end of its standard input, which is the
 * end of this process, and then ends the command with all that it has started. Where there is no {@code setsid}, what the
 * command has detached from itself is not found.
 */
final class KeptProcess implements AutoCloseable {

    private static final long STOP_SECONDS = 5;

    /**
     * The command does not hear Ctrl-C, so that requests in progress can end. It leads a process group of its own, so that
     * nothing it started is left to hold its port; a signal to this shell ends it as the end of this process does. What the
     * shell itself says, such as "Terminated", is for nobody.
     */
    private static final String KEEPER = """
            trap '' INT
            trap : TERM HUP
            exec 3<&0 </dev/null 2>/dev/null
            if command -v setsid >/dev/null 2>&1; then
              setsid "$@" 2>&1 3<&- &
              all=-$!
            else
              "$@" 2>&1 3<&- &
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

    private final String what;
    private final Start start;
    private final Terminal terminal;
    private final RestartDelay delay;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Object lock = new Object();
    private @Nullable Process process;

    /** Starts the process, the first time and each time after. */
    @FunctionalInterface
    interface Start {
        Process start() throws IOException;
    }

    private KeptProcess(String what, Start start, Terminal terminal, Duration firstRestart) {
        this.what = what;
        this.start = start;
        this.terminal = terminal;
        this.delay = new RestartDelay(firstRestart);
    }

    /**
     * Starts it.
     *
     * @param what begins sentences about it
     * @param start starts what {@link #builder} has made
     * @param firstRestart the wait before it is started again for the first time
     * @throws IOException when it does not start
     */
    static KeptProcess start(String what, Start start, Terminal terminal, Duration firstRestart) throws IOException {
        KeptProcess kept = new KeptProcess(what, start, terminal, firstRestart);
        Process first = kept.launch();
        Thread.ofVirtual().name("kept-process").start(() -> kept.keepRunning(first));
        return kept;
    }

    /** A process for a command, both of whose outputs are its standard output. */
    static ProcessBuilder builder(List<String> command) {
        List<String> kept = new ArrayList<>(List.of("/bin/sh", "-c", KEEPER, "ostiary"));
        kept.addAll(command);
        return new ProcessBuilder(kept).redirectErrorStream(true);
    }

    private Process launch() throws IOException {
        synchronized (lock) {
            if (closing.getCount() == 0) {
                throw new IOException("closed");
            }
            Process started = start.start();
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
                terminal.warning(
                        what + " has ended with code " + code + "; it is started again in " + seconds(wait) + ".");
                if (closing.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                running = launch();
            }
        } catch (IOException e) {
            if (closing.getCount() > 0) {
                terminal.warning(what + " cannot be started again: " + e.getMessage());
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
