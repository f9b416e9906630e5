package dev.ostiary.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A shell in which somebody types commands: {@code ostiary} as a process of its own, with a history, a home and a folder for temporary
 * files, while somebody else on the machine looks at the process list all the time.
 */
final class ShellSession implements AutoCloseable {

    private static final Duration LONGEST = Duration.ofMinutes(4);

    private final Path folder;
    private final Process shell;
    private final Set<String> commandLines = ConcurrentHashMap.newKeySet();
    private final Thread onlooker;

    /**
     * Types these lines.
     *
     * @param folder for all files of the session
     * @param environment more variables
     */
    ShellSession(Path folder, Map<String, String> environment, List<String> lines) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(folder.resolve("tmp"));
        Path functions = Files.writeString(folder.resolve("functions.sh"), """
                ostiary() {
                  '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m --enable-native-access=ALL-UNNAMED \\
                    --sun-misc-unsafe-memory-access=allow -Djava.io.tmpdir='%s' -cp '%s' %s "$@"
                }
                """.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        folder.resolve("tmp"),
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName()));
        ProcessBuilder builder = new ProcessBuilder("bash", "--noprofile", "--norc")
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment()
                .putAll(Map.of(
                        "HOME", folder.resolve("home").toString(),
                        "TMPDIR", folder.resolve("tmp").toString(),
                        "HISTFILE", folder.resolve("history").toString()));
        builder.environment().putAll(environment);
        this.shell = builder.start();
        this.onlooker = Thread.ofPlatform().daemon().start(this::look);
        try (var stdin = shell.outputWriter(StandardCharsets.UTF_8)) {
            stdin.write(". '" + functions + "'\nset -o history\n");
            for (String line : lines) {
                stdin.write(line + "\necho \"ended with $?\"\n");
            }
            stdin.write("history -a\nexit 0\n");
        }
    }

    /** Waits until everything has been done. */
    void end() throws InterruptedException {
        await().atMost(LONGEST).until(() -> !shell.isAlive());
        onlooker.join();
    }

    boolean isAlive() {
        return shell.isAlive();
    }

    String out() throws IOException {
        return Files.readString(folder.resolve("out"));
    }

    String err() throws IOException {
        return Files.readString(folder.resolve("err"));
    }

    String history() throws IOException {
        return Files.readString(folder.resolve("history"));
    }

    /** Command lines of all processes of the machine while the session lasted. */
    Set<String> commandLines() {
        return commandLines;
    }

    /** Content of all files that the session has left, by path, but for these. */
    Map<Path, String> files(Set<Path> but) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> but.stream().noneMatch(file::startsWith))
                    .collect(Collectors.toMap(file -> file, ShellSession::text));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void look() {
        while (shell.isAlive()) {
            try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
                for (Path process : processes) {
                    try {
                        commandLines.add(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1));
                    } catch (IOException ended) {
                        // It is gone.
                    }
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
    }
}
