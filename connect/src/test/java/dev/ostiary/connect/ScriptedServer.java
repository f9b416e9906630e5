package dev.ostiary.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A remote server on loopback that answers as a test says, and keeps what it was asked. */
final class ScriptedServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One request: method, headers and body; {@code exchange} answers it. */
    record Asked(String method, String path, String query, Headers headers, String body) {

        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        String rpc() {
            return json().path("method").asText();
        }

        String header(String name) {
            return headers.getFirst(name);
        }
    }

    /** Answers a request. */
    @FunctionalInterface
    interface Script {
        void answer(Asked asked, Reply reply) throws IOException;
    }

    /** How it is answered. */
    static final class Reply {

        private final HttpExchange exchange;

        Reply(HttpExchange exchange) {
            this.exchange = exchange;
        }

        Reply header(String name, String value) {
            exchange.getResponseHeaders().set(name, value);
            return this;
        }

        void status(int status) throws IOException {
            exchange.sendResponseHeaders(status, -1);
        }

        void json(int status, String body) throws IOException {
            header("Content-Type", "application/json");
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }

        OutputStream events() throws IOException {
            header("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            return exchange.getResponseBody();
        }

        void events(String text) throws IOException {
            OutputStream out = events();
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        /** The answer to {@code initialize}. */
        void initialized(Asked asked, String sessionId) throws IOException {
            if (sessionId != null) {
                header("Mcp-Session-Id", sessionId);
            }
            json(
                    200,
                    "{\"jsonrpc\":\"2.0\",\"id\":" + asked.json().path("id")
                            + ",\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":"
                            + "{\"tools\":{\"listChanged\":true}},\"serverInfo\":{\"name\":\"scripted\",\"version\":\"1\"}}}");
        }

        void result(Asked asked, String result) throws IOException {
            json(200, "{\"jsonrpc\":\"2.0\",\"id\":" + asked.json().path("id") + ",\"result\":" + result + "}");
        }
    }

    private final HttpServer server;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    private ScriptedServer(HttpServer server) {
        this.server = server;
    }

    static ScriptedServer start(Script script) throws IOException {
        return start(0, script);
    }

    static ScriptedServer start(int port, Script script) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        ScriptedServer server = new ScriptedServer(http);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/", exchange -> {
            try (exchange) {
                Asked request = new Asked(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().getPath(),
                        String.valueOf(exchange.getRequestURI().getRawQuery()),
                        exchange.getRequestHeaders(),
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                server.asked.add(request);
                script.answer(request, new Reply(exchange));
            }
        });
        http.start();
        return server;
    }

    URI url() {
        return origin().resolve("/mcp");
    }

    URI origin() {
        return URI.create("http://127.0.0.1:" + port());
    }

    int port() {
        return server.getAddress().getPort();
    }

    List<Asked> asked() {
        return asked;
    }

    /** The requests of this JSON-RPC method. */
    List<Asked> asked(String rpc) {
        return asked.stream()
                .filter(request -> request.method().equals("POST")
                        && request.body().startsWith("{")
                        && request.rpc().equals(rpc))
                .toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
