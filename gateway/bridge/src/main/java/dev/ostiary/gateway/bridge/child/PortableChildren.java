package dev.ostiary.gateway.bridge.child;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Children where there is no Linux with a glibc of 2.34 or newer: a developer's macOS or Windows. The JDK's own way, with threads
 * for each child that wait, and without process groups: descendants are looked up when a child is about to end, and those that have left
 * their parent by then are not found.
 */
final class PortableChildren implements Children {

    @Override
    public Child start(List<String> command) throws IOException {
        return new PortableChild(new ProcessBuilder(command).start());
    }

    private static final class PortableChild implements Child {

        private final Process process;
        private final OutputStream in;
        private final ExecutorService writer = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("stdin").factory());
        private final InputStream out;
        private final InputStream err;
        private final Set<ProcessHandle> left = ConcurrentHashMap.newKeySet();
        private final CompletableFuture<Ending> ended;

        private PortableChild(Process process) {
            this.process = process;
            this.in = new BufferedOutputStream(process.getOutputStream());
            this.out = new Pump(process.getInputStream(), "stdout");
            this.err = new Pump(process.getErrorStream(), "stderr");
            this.ended = process.onExit().thenApply(gone -> {
                // By now they have another parent: only those that were seen before are found.
                left.forEach(ProcessHandle::destroyForcibly);
                writer.shutdownNow();
                int code = gone.exitValue();
                // The JDK says 128 and more for signals, on Unix.
                return code > 128 && code < 160 ? new Ending.Signalled(code - 128) : new Ending.Exited(code);
            });
        }

        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public InputStream out() {
            return out;
        }

        @Override
        public InputStream err() {
            return err;
        }

        @Override
        public void write(byte[] bytes, Duration bound) throws IOException {
            try {
                Future<?> written = writer.submit(() -> {
                    in.write(bytes);
                    in.flush();
                    return null;
                });
                written.get(bound.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException | RejectedExecutionException failed) {
                throw new IOException("the process has closed its standard input", failed);
            } catch (TimeoutException failed) {
                throw new IOException("the process does not read its standard input", failed);
            } catch (InterruptedException failed) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", failed);
            }
        }

        /** Behind what is being written: that can wait for a process which does not read, and must not hold up its end. */
        @Override
        public void closeIn() {
            left.addAll(process.descendants().toList());
            try {
                writer.execute(() -> {
                    try {
                        in.close();
                    } catch (IOException _) {
                        // Closed is closed.
                    }
                });
                writer.shutdown();
            } catch (RejectedExecutionException _) {
                // Closed before.
            }
        }

        @Override
        public void terminate() {
            left.addAll(process.descendants().toList());
            left.forEach(ProcessHandle::destroy);
            process.destroy();
        }

        @Override
        public void kill() {
            left.addAll(process.descendants().toList());
            left.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        @Override
        public CompletableFuture<Ending> ended() {
            return ended;
        }
    }
}
