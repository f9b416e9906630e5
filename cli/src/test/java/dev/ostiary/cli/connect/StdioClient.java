package dev.ostiary.cli.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An MCP client with {@code ostiary connect} as its child process. */
final class StdioClient implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final OutputStream stdin;
    private final Path errors;
    private final BlockingQueue<JsonNode> said = new LinkedBlockingQueue<>();
    private int ids;

    private StdioClient(Process process, Path errors) {
        this.process = process;
        this.stdin = process.getOutputStream();
        this.errors = errors;
        Thread.ofVirtual().start(this::read);
    }

    /** Starts it with these variables alone, and waits for nothing. */
    static StdioClient start(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        Path errors = Files.createTempFile(folder, "connect", ".err");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-Xlog:class+load:file=" + folder.resolve("classes.log"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ConnectMain.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("HOME", folder.toString());
        builder.environment().putAll(environment);
        return new StdioClient(builder.start(), errors);
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                said.add(JSON.readTree(line));
            }
        } catch (IOException e) {
            // It has ended.
        }
    }

    void send(String json) throws IOException {
        stdin.write((json + "\n").getBytes(StandardCharsets.UTF_8));
        stdin.flush();
    }

    /** A request and its answer. */
    JsonNode call(String method, String params) throws IOException, InterruptedException {
        ObjectNode request =
                JSON.createObjectNode().put("jsonrpc", "2.0").put("id", ++ids).put("method", method);
        request.set("params", JSON.readTree(params));
        send(request.toString());
        return answer(String.valueOf(ids));
    }

    /** The answer to the request of this id; what comes before it is not looked at. */
    JsonNode answer(String id) throws IOException, InterruptedException {
        while (true) {
            JsonNode message = said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no answer to " + id + "; standard error: " + errors());
            }
            if (message.path("id").asText().equals(id) && !message.has("method")) {
                return message;
            }
        }
    }

    /** {@code initialize} and its notice. */
    JsonNode initialize() throws IOException, InterruptedException {
        JsonNode answer = call(
                "initialize",
                "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"
                        + "\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}");
        send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        return answer;
    }

    String errors() throws IOException {
        return Files.readString(errors);
    }

    long pid() {
        return process.pid();
    }

    /** Closes its standard input; the exit code. */
    int end() throws IOException, InterruptedException {
        stdin.close();
        return exitCode();
    }

    /** SIGTERM; the exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    private int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
