package dev.ostiary.e2e.clients;

import dev.ostiary.cli.Main;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code ostiary up} as a process of its own, on a free port, and what it printed. */
final class RunningDemo implements AutoCloseable {

    private static final String LAST_LINE = "Ctrl-C ends it all";
    private static final long LINE_SECONDS = 60;

    private final Process process;
    private final Path folder;
    private final List<String> printed;

    private RunningDemo(Process process, Path folder, List<String> printed) {
        this.process = process;
        this.folder = folder;
        this.printed = printed;
    }

    /**
     * Starts it and waits until it has printed its lines.
     *
     * @param folder for all that it and the programs that talk to it write
     */
    static RunningDemo start(Path folder) throws IOException {
        Path command = launcher(folder);
        Process process = new ProcessBuilder(command.toString(), "up", "--port", "0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        List<String> printed = new ArrayList<>();
        BufferedReader output = process.inputReader();
        String line;
        do {
            line = output.readLine();
            if (line == null) {
                throw new IOException("`ostiary up` has ended: " + printed);
            }
            printed.add(line);
        } while (!line.contains(LAST_LINE));
        // Its audit lines must go somewhere, or it stops when the pipe is full.
        Thread.ofVirtual().start(() -> output.lines().forEach(ignored -> {}));
        return new RunningDemo(process, folder, printed);
    }

    /** The URL of the route. */
    String route() {
        return printed.stream()
                .flatMap(line ->
                        Pattern.compile("is running: (http\\S+)").matcher(line).results())
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
    }

    /** The lines to paste that begin with this word. */
    List<String> lines(String word) {
        return printed.stream().filter(line -> line.startsWith(word + " ")).toList();
    }

    /** What a line typed into a shell prints, on a machine whose user has nothing but these programs. */
    String shell(String line, Path... programs) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", line)
                .directory(Files.createDirectories(folder.resolve("home")).toFile())
                .redirectErrorStream(true);
        String path = Arrays.stream(programs).map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        builder.environment().clear();
        builder.environment().put("HOME", folder.resolve("home").toString());
        builder.environment().put("PATH", path + (path.isEmpty() ? "" : File.pathSeparator) + "/usr/bin:/bin");
        // Nobody else is asked anything.
        builder.environment().put("DISABLE_AUTOUPDATER", "1");
        builder.environment().put("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        Process shell = builder.start();
        shell.getOutputStream().close();
        Thread killer = Thread.ofVirtual().start(() -> {
            try {
                if (!shell.waitFor(LINE_SECONDS, TimeUnit.SECONDS)) {
                    shell.descendants().forEach(ProcessHandle::destroyForcibly);
                    shell.destroyForcibly();
                }
            } catch (InterruptedException e) {
                // It has ended.
            }
        });
        String output = shell.inputReader().lines().collect(Collectors.joining("\n"));
        shell.waitFor();
        killer.interrupt();
        return output;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    /** What {@code ./ostiary} becomes once everything is built, with the classes of this build. */
    static Path launcher(Path folder) throws IOException {
        Path home = Files.createDirectories(folder.resolve("built"));
        Path classes =
                pathing(Files.createDirectories(home.resolve("sample-server")).resolve("classes.jar"));
        Path demo = Path.of(System.getProperty("ostiary.clients"))
                .resolve("../../examples/demo")
                .normalize();
        Path script = home.resolve("ostiary");
        Files.writeString(script, """
                #!/bin/sh
                XDG_RUNTIME_DIR='%s' exec '%s/bin/java' --enable-native-access=ALL-UNNAMED \
                --sun-misc-unsafe-memory-access=allow -Dostiary.home='%s' -Dostiary.demo='%s' -Dostiary.command="$0" \
                -cp '%s' %s "$@"
                """.formatted(
                        folder, System.getProperty("java.home"), home, demo, classes, Main.class.getName()));
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    /** A jar that holds nothing but where everything is; run by itself, it is the sample server. */
    private static Path pathing(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(Attributes.Name.MAIN_CLASS, dev.ostiary.examples.sampleserver.Main.class.getName());
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Arrays.stream(System.getProperty(
                                                "surefire.test.class.path", System.getProperty("java.class.path"))
                                        .split(File.pathSeparator))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        try (OutputStream out = Files.newOutputStream(jar)) {
            new JarOutputStream(out, manifest).close();
        }
        return jar;
    }
}
