package dev.ostiary.connect.program;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A program that has ended. Standard output may hold a secret and is not printed.
 *
 * @param timedOut whether it was ended because it took too long
 */
public record Finished(int exitCode, String out, String err, boolean timedOut) {

    private static final int LONGEST = 256 * 1024;
    /** What children have no business with. */
    private static final Set<String> SECRET_VARIABLES = Set.of("MCP_ENTRA_TOKEN", "MCP_ENTRA_HEADERS");

    @Override
    public String toString() {
        return "Finished[exitCode=" + exitCode + ", timedOut=" + timedOut + "]";
    }

    /**
     * Runs a program without a shell, without arguments that are secret, and not in the folder of whoever started this process: that may be
     * a project of strangers, and programs read their configuration there ({@code az config set --local}).
     *
     * @param input what it reads; null: nothing. It must fit into a pipe (16 KiB), since the program may not read it
     * @param errors told each line of standard error when it comes
     * @throws IOException when it cannot be started
     */
    public static Finished run(
            List<String> command,
            Map<String, String> environment,
            byte @Nullable [] input,
            Duration timeout,
            Consumer<String> errors)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().keySet().removeAll(SECRET_VARIABLES);
        builder.directory(neutralFolder(environment));
        Process process = builder.start();
        try {
            Collected out = new Collected(process.getInputStream(), line -> {});
            Collected err = new Collected(process.getErrorStream(), errors);
            Thread reading = Thread.ofVirtual().start(out);
            Thread complaining = Thread.ofVirtual().start(err);
            try (var stdin = process.getOutputStream()) {
                if (input != null) {
                    stdin.write(input);
                }
            } catch (IOException e) {
                // It has ended without reading; its exit code says why.
            }
            boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                end(process);
            }
            // A grandchild may keep the pipes open; what is there by then counts.
            reading.join(Duration.ofSeconds(2));
            complaining.join(Duration.ofSeconds(2));
            return new Finished(ended ? process.exitValue() : -1, out.text(), err.text(), !ended);
        } finally {
            end(process);
        }
    }

    private static File neutralFolder(Map<String, String> environment) {
        String windows = environment.getOrDefault("SystemRoot", "");
        return new File(windows.isEmpty() ? "/" : windows);
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** A stream, read to its end so that the program never waits, of which the beginning is kept. */
    private static final class Collected implements Runnable {

        private final InputStream in;
        private final Consumer<String> lines;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        Collected(InputStream in, Consumer<String> lines) {
            this.in = in;
            this.lines = lines;
        }

        @Override
        public void run() {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            try {
                int b;
                byte[] buffer = new byte[4096];
                while ((b = in.read(buffer)) >= 0) {
                    keep(buffer, b);
                    for (int i = 0; i < b; i++) {
                        if (buffer[i] != '\n') {
                            if (line.size() < 4096) {
                                line.write(buffer[i]);
                            }
                            continue;
                        }
                        lines.accept(line.toString(StandardCharsets.UTF_8));
                        line.reset();
                    }
                }
                if (line.size() > 0) {
                    lines.accept(line.toString(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                // The program was ended.
            }
        }

        private synchronized void keep(byte[] bytes, int length) {
            kept.write(bytes, 0, Math.min(length, LONGEST - kept.size()));
        }

        synchronized String text() {
            return kept.toString(StandardCharsets.UTF_8);
        }
    }
}
