package dev.ostiary.cli;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A command in a process of its own, started as the launcher starts it, which can be killed as a machine would die. */
final class CommandProcess implements AutoCloseable {

    private final Process process;
    private final Path errors;

    private CommandProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
    }

    /**
     * Starts it and waits for nothing.
     *
     * @param folder for what it writes beside its own files
     */
    static CommandProcess start(Path folder, List<String> arguments) throws IOException {
        return start(folder, arguments, Map.of());
    }

    /** The same with more variables. */
    static CommandProcess start(Path folder, List<String> arguments, Map<String, String> environment)
            throws IOException {
        Path errors = Files.createTempFile(folder, "errors", ".txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xms32m",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djdk.tls.rejectClientInitiatedRenegotiation=true",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
        builder.environment().putAll(environment);
        return new CommandProcess(builder.start(), errors);
    }

    /** Waits for a line with this text; from then on nobody reads what it prints. */
    String line(String text) throws IOException {
        BufferedReader lines = process.inputReader();
        String line;
        do {
            line = lines.readLine();
            if (line == null) {
                throw new IOException("it has ended: " + Files.readString(errors));
            }
        } while (!line.contains(text));
        // Audit lines must go somewhere, or it stops when the pipe is full.
        Thread.ofVirtual().start(() -> lines.lines().forEach(ignored -> {}));
        return line;
    }

    /** SIGKILL: nothing is flushed, closed or said. */
    void kill() {
        process.toHandle().destroyForcibly();
        await().atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
    }

    @Override
    public void close() {
        kill();
    }
}
