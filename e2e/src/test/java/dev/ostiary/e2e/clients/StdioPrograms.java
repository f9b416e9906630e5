package dev.ostiary.e2e.clients;

import dev.ostiary.testing.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The stdio servers that tests run and that npm does not install: one on the SDK of PyPI, and one that is a single static file. */
public final class StdioPrograms {

    private static final long INSTALL_MINUTES = 10;

    private final Path sources;
    private final Path made;

    private StdioPrograms(Path sources, Path made) {
        this.sources = sources;
        this.made = made;
    }

    /** Makes what is not there; where that cannot be done the calling level is skipped. */
    public static StdioPrograms made() throws IOException, InterruptedException {
        Path clients = Path.of(System.getProperty("ostiary.clients", "clients")).toAbsolutePath();
        StdioPrograms programs =
                new StdioPrograms(clients.resolve("servers"), clients.resolveSibling("target/stdio-servers"));
        Files.createDirectories(programs.made);
        programs.makePython();
        programs.makeStatic();
        return programs;
    }

    /** The interpreter with what {@code requirements.txt} names, and nothing else. */
    public Path python() {
        return made.resolve("python/bin/python");
    }

    /** The server for {@link #python()}. */
    public Path pythonServer() {
        return sources.resolve("python/server.py");
    }

    /** A server that needs no other file. */
    public Path staticServer() {
        return made.resolve("static-server");
    }

    private void makePython() throws IOException, InterruptedException {
        Path requirements = sources.resolve("python/requirements.txt");
        Path installed = made.resolve("python/installed.txt");
        if (Files.exists(installed) && Files.mismatch(installed, requirements) < 0) {
            return;
        }
        run(
                "python3 -m venv does not work (Debian: apt-get install python3-venv)",
                List.of(
                        "python3",
                        "-m",
                        "venv",
                        "--clear",
                        made.resolve("python").toString()));
        run(
                "pip cannot install " + requirements,
                List.of(
                        python().toString(),
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--disable-pip-version-check",
                        "--require-hashes",
                        "--only-binary=:all:",
                        "-r",
                        requirements.toString()));
        Files.copy(requirements, installed, StandardCopyOption.REPLACE_EXISTING);
    }

    private void makeStatic() throws IOException, InterruptedException {
        run(
                "there is no C compiler with a static C library (Debian: apt-get install gcc libc6-dev)",
                List.of(
                        "cc",
                        "-std=c11",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-O2",
                        "-static",
                        "-s",
                        "-o",
                        staticServer().toString(),
                        sources.resolve("static.c").toString()));
    }

    private void run(String otherwise, List<String> command) throws IOException, InterruptedException {
        Path log = made.resolve("made.log");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw Level.cannotRun("level clients: " + otherwise);
        }
        process.getOutputStream().close();
        if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw Level.cannotRun("level clients: " + otherwise + ": " + Files.readString(log));
        }
    }
}
