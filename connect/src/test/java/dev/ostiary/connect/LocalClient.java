package dev.ostiary.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.settings.ConnectOptions;
import dev.ostiary.connect.settings.ConnectSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A connection in this process, with pipes for standard input and output. */
final class LocalClient implements AutoCloseable {

    static final String INITIALIZE =
            "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                    + "\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 30;

    private final PipedOutputStream stdin = new PipedOutputStream();
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final Connect connect;
    private final Thread running;

    private LocalClient(ConnectSettings settings, Map<String, String> environment, InstantSource clock)
            throws Exception {
        PipedInputStream in = new PipedInputStream(stdin, 1 << 20);
        connect = Connect.of(settings, environment, new LineQueue(), () -> {}, clock, new Diagnostics(errors::add));
        running = Thread.ofPlatform().start(() -> {
            try {
                connect.run(in);
            } catch (IOException e) {
                errors.add(e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Standard output. A pipe would mind that its writers are threads that end. */
    private final class LineQueue extends OutputStream {

        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int b) {
            if (b == '\n') {
                lines.add(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(b);
            }
        }
    }

    static LocalClient of(ConnectOptions options, Map<String, String> environment) throws Exception {
        return of(options, environment, InstantSource.system());
    }

    static LocalClient of(ConnectOptions options, Map<String, String> environment, InstantSource clock)
            throws Exception {
        return new LocalClient(ConnectSettings.of(options, environment), environment, clock);
    }

    void send(String line) throws IOException {
        send((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        stdin.write(bytes);
        stdin.flush();
    }

    void request(int id, String method, String params) throws IOException {
        send("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}");
    }

    /** The next line. */
    String line() throws InterruptedException {
        String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(line).as("standard error: %s", errors).isNotNull();
        return line;
    }

    JsonNode message() throws Exception {
        return JSON.readTree(line());
    }

    JsonNode initialize() throws Exception {
        send(INITIALIZE);
        JsonNode answer = message();
        send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        return answer;
    }

    JsonNode call(int id, String method) throws Exception {
        request(id, method, "{\"name\":\"x\",\"arguments\":{}}");
        return message();
    }

    List<String> errors() {
        return errors;
    }

    boolean hasNothingToSay() {
        return lines.isEmpty();
    }

    /** Closes standard input and waits for the end. */
    void end() throws Exception {
        stdin.close();
        assertThat(running.join(Duration.ofSeconds(PATIENCE_SECONDS))).isTrue();
    }

    @Override
    public void close() throws Exception {
        stdin.close();
        running.join(Duration.ofSeconds(PATIENCE_SECONDS));
        connect.close();
    }
}
