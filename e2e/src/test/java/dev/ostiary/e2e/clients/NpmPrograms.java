package dev.ostiary.e2e.clients;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.AssertionFailedError;

/** The programs of a folder with a lock file, {@code e2e/clients} for one, on the Node that it names. */
public final class NpmPrograms {

    private static final long INSTALL_MINUTES = 10;
    private static final long PROGRAM_MINUTES = 3;

    private final Path folder;

    private NpmPrograms(Path folder) {
        this.folder = folder;
    }

    /** Installs what the lock file names, where that has not been done; without npm the level is skipped. */
    public static NpmPrograms installed() throws IOException, InterruptedException {
        return installed("clients");
    }

    /** The same for another folder beside {@code e2e/clients}. */
    static NpmPrograms installed(String name) throws IOException, InterruptedException {
        Path folder = Path.of(System.getProperty("ostiary.clients", "clients"))
                .toAbsolutePath()
                .resolveSibling(name);
        Path done = folder.resolve("node_modules/.package-lock.json");
        Path lock = folder.resolve("package-lock.json");
        if (!Files.exists(done)
                || Files.getLastModifiedTime(done).compareTo(Files.getLastModifiedTime(lock)) < 0
                || !Files.exists(node(folder))) {
            Process npm;
            try {
                npm = new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund")
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
            } catch (IOException e) {
                throw missing("npm is not installed (Debian: apt-get install npm)");
            }
            if (!npm.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES) || npm.exitValue() != 0) {
                npm.destroyForcibly();
                throw missing("`npm ci` fails in " + folder);
            }
        }
        return new NpmPrograms(folder);
    }

    /** The text of a file of an installed package, {@code package/path}. */
    public String file(String path) throws IOException {
        return Files.readString(folder.resolve("node_modules").resolve(path));
    }

    /** The folder of the programs, for a search path. */
    Path programs() {
        return folder.resolve("node_modules/.bin");
    }

    /** A file of the folder itself. */
    Path path(String name) {
        return folder.resolve(name);
    }

    private static AssertionError missing(String why) {
        String message = "level clients: " + why;
        if (Boolean.getBoolean("ostiary.levels.required")) {
            throw new AssertionError(message);
        }
        return abort(message);
    }

    /** Starts {@code servers/<name>.js} and waits until it listens. */
    Server server(String name) throws IOException {
        Process process = new ProcessBuilder(node(folder).toString(), "servers/" + name + ".js")
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String greeting = process.inputReader().readLine();
        if (greeting == null || !greeting.startsWith("listening on ")) {
            process.destroyForcibly();
            throw new IOException("servers/" + name + ".js does not start: " + greeting);
        }
        return new Server(process, URI.create(greeting.substring("listening on ".length())));
    }

    /** Runs a program and makes a test of each line {@code ok …} or {@code FAIL …}. */
    List<DynamicTest> checks(String program, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(node(folder).toString(), program)
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        List<String> lines;
        try (var killer = new Killer(process)) {
            lines = process.inputReader().lines().toList();
            process.waitFor();
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("ok ")) {
                tests.add(DynamicTest.dynamicTest(line.substring(3), () -> {}));
            } else if (line.startsWith("FAIL ")) {
                tests.add(DynamicTest.dynamicTest(line.substring(5), () -> {
                    throw new AssertionFailedError(line.substring(5));
                }));
            }
        }
        tests.add(DynamicTest.dynamicTest("ends by itself", () -> {
            if (process.exitValue() > 1 || tests.size() < 2) {
                throw new AssertionFailedError(program + " ended with " + process.exitValue() + ":\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())));
            }
        }));
        return tests;
    }

    /** What a program prints. */
    String output(String program, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(node(folder).toString(), program)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        try (var killer = new Killer(process)) {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(program + " ended with " + process.exitValue() + ": " + printed);
            }
            return printed;
        }
    }

    private static Path node(Path folder) {
        return folder.resolve("node_modules/.bin/node");
    }

    /** Ends a process that takes too long, so that reading its output ends. */
    private static final class Killer implements AutoCloseable {

        private final Thread thread;

        Killer(Process process) {
            thread = Thread.ofVirtual().start(() -> {
                try {
                    if (!process.waitFor(PROGRAM_MINUTES, TimeUnit.MINUTES)) {
                        process.destroyForcibly();
                    }
                } catch (InterruptedException e) {
                    // It has ended.
                }
            });
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    /** A server that runs until it is closed. */
    static final class Server implements AutoCloseable {

        private final Process process;
        private final URI url;

        private Server(Process process, URI url) {
            this.process = process;
            this.url = url;
        }

        URI url() {
            return url;
        }

        @Override
        public void close() throws IOException, InterruptedException {
            process.getOutputStream().close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
