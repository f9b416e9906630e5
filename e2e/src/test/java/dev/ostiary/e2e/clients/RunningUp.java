package dev.ostiary.e2e.clients;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ostiary up -f} as a process of its own, on a free port. */
final class RunningUp implements AutoCloseable {

    private static final Pattern RUNNING = Pattern.compile("Ostiary is running: gateway \\S+ at (\\S+)");
    private static final String LAST_LINE = "Ctrl-C ends it";

    private final Process process;
    private final Path command;
    private final String publicUrl;

    private RunningUp(Process process, Path command, String publicUrl) {
        this.process = process;
        this.command = command;
        this.publicUrl = publicUrl;
    }

    /**
     * Starts it and waits until it serves.
     *
     * @param folder for all that it writes
     * @param options after {@code up}
     */
    static RunningUp start(Path folder, String... options) throws IOException {
        List<String> words = new ArrayList<>(List.of("--port", "0"));
        words.addAll(List.of(options));
        return start(folder, Map.of(), words);
    }

    /**
     * The same, at a port that the options say.
     *
     * @param environment more variables
     */
    static RunningUp start(Path folder, Map<String, String> environment, List<String> options) throws IOException {
        Path command = RunningDemo.launcher(folder);
        List<String> words = new ArrayList<>(List.of(command.toString(), "up"));
        words.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        BufferedReader output = process.inputReader();
        List<String> printed = new ArrayList<>();
        String url = null;
        while (true) {
            String line = output.readLine();
            if (line == null) {
                throw new IOException("`ostiary up` has ended: " + printed);
            }
            printed.add(line);
            Matcher running = RUNNING.matcher(line);
            if (running.find()) {
                url = running.group(1);
            }
            if (url != null && line.contains(LAST_LINE)) {
                break;
            }
        }
        // Its audit lines must go somewhere, or it stops when the pipe is full.
        Thread.ofVirtual().start(() -> output.lines().forEach(ignored -> {}));
        return new RunningUp(process, command, url);
    }

    /** The public URL of a route. */
    String url(String route) {
        return publicUrl + "/" + route;
    }

    /** A token of a user of the emulator's. */
    String token(String user, String route) throws IOException, InterruptedException {
        Process token = new ProcessBuilder(command.toString(), "token", user, "--route", route)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        token.getOutputStream().close();
        String printed = new String(token.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (token.waitFor() != 0) {
            throw new IOException("`ostiary token` ended with " + token.exitValue());
        }
        return printed.strip();
    }

    /** All processes that it has started. */
    List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
