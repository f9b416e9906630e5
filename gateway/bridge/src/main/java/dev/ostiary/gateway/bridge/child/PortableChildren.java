package dev.ostiary.gateway.bridge.child;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Children where there is no Linux with a glibc of 2.34 or newer: a developer's macOS or Windows. The JDK's own way, with a thread
 * per child that waits and without process groups: descendants are looked up when a child is ended, and those that have left their
 * parent are not found.
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
        private final CompletableFuture<Ending> ended;

        private PortableChild(Process process) {
            this.process = process;
            this.in = new BufferedOutputStream(process.getOutputStream());
            this.ended = process.onExit().thenApply(gone -> {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
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
            return process.getInputStream();
        }

        @Override
        public InputStream err() {
            return process.getErrorStream();
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
            } catch (ExecutionException | java.util.concurrent.RejectedExecutionException failed) {
                throw new IOException("the process has closed its standard input", failed);
            } catch (TimeoutException failed) {
                throw new IOException("the process does not read its standard input", failed);
            } catch (InterruptedException failed) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", failed);
            }
        }

        @Override
        public void closeIn() {
            try {
                process.getOutputStream().close();
            } catch (IOException _) {
                // Closed is closed.
            }
        }

        @Override
        public void terminate() {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }

        @Override
        public void kill() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        @Override
        public CompletableFuture<Ending> ended() {
            return ended;
        }
    }
}
