package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The sample MCP server as a child process. It ends when its standard input does, so it ends with this process whatever
 * happens to it; it does not hear the terminal's Ctrl-C, so it still serves while the gateway drains.
 */
final class SampleServerProcess implements AutoCloseable {

    private static final long START_SECONDS = 30;
    private static final long STOP_SECONDS = 3;
    /** Writing the start cache takes a while. */
    private static final long REHEARSED_STOP_SECONDS = 60;

    private static final String MAIN = "dev.ostiary.examples.sampleserver.Main";
    private static final String GREETING = "listening on ";

    private final Process process;
    private final CompletableFuture<URI> url;
    private final long stopSeconds;

    private SampleServerProcess(Process process, CompletableFuture<URI> url, long stopSeconds) {
        this.process = process;
        this.url = url;
        this.stopSeconds = stopSeconds;
    }

    /**
     * Starts it without waiting for it.
     *
     * @param home the folder that the launcher built, with {@code sample-server/*.jar} in it
     * @param rehearsal whether this run is there to make the start cache rather than to use it
     */
    static SampleServerProcess start(Path home, boolean rehearsal) throws CommandFailure {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/bin/sh"))) {
            // An ignored signal stays ignored through exec, and the JVM respects that.
            command.addAll(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sample-server"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-XX:+UseSerialGC", "-Xmx64m", "-XX:TieredStopAtLevel=1", "-Xlog:aot=off", "-Xlog:cds=off"));
        Path cache = home.resolve("sample-server-" + Runtime.version() + ".aot");
        if (rehearsal) {
            command.add("-XX:AOTCacheOutput=" + cache);
        } else if (Files.exists(cache)) {
            command.add("-XX:AOTCache=" + cache);
        }
        command.addAll(List.of("-cp", classPath(home.resolve("sample-server")), MAIN, "--port", "0"));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader output = process.inputReader();
            return new SampleServerProcess(
                    process,
                    CompletableFuture.supplyAsync(() -> readUrl(output)),
                    rehearsal ? REHEARSED_STOP_SECONDS : STOP_SECONDS);
        } catch (IOException e) {
            throw CommandFailure.environment("the sample server does not start: " + e.getMessage());
        }
    }

    /** Where it listens; waits until it does. */
    URI url() throws CommandFailure, InterruptedException {
        try {
            return url.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw CommandFailure.environment("the sample server ended at once; its own message is above");
        } catch (TimeoutException e) {
            throw CommandFailure.environment("the sample server was not ready within " + START_SECONDS + " seconds");
        }
    }

    /** Ends it and waits until it is gone. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has ended already.
        }
        try {
            if (!process.waitFor(stopSeconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static URI readUrl(BufferedReader output) {
        try {
            String line = output.readLine();
            if (line == null || !line.startsWith(GREETING)) {
                throw new IllegalStateException("no greeting");
            }
            return URI.create(line.substring(GREETING.length()));
        } catch (IOException e) {
            throw new IllegalStateException("no greeting", e);
        }
    }

    private static String classPath(Path folder) throws CommandFailure {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> jars = files.map(Path::toString)
                    .filter(name -> name.endsWith(".jar"))
                    .sorted()
                    .toList();
            if (!jars.isEmpty()) {
                return String.join(System.getProperty("path.separator"), jars);
            }
        } catch (IOException e) {
            // The same as none.
        }
        throw CommandFailure.environment(
                "there is no sample server in " + folder + "; start Ostiary with ./ostiary, which builds it");
    }
}
