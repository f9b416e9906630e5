package dev.ostiary.gateway.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A workload over real HTTP whose every answer a test decides, and which remembers what reached it. */
final class Workload implements AutoCloseable {

    /** A request as it arrived. */
    record Received(String method, Map<String, List<String>> headers, String body) {
        List<String> header(String name) {
            return headers.getOrDefault(name, List.of());
        }

        /** The JSON-RPC id as JSON text; empty when there is none. */
        String id() {
            return json().path("id").isMissingNode() ? "" : json().path("id").toString();
        }

        /** The JSON-RPC method; empty when there is none. */
        String rpc() {
            return json().path("method").asText();
        }

        private JsonNode json() {
            try {
                return JSON.readTree(body.isEmpty() ? "{}" : body);
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Answers one request. */
    @FunctionalInterface
    interface Script {
        void answer(Received request, Reply reply) throws IOException;
    }

    /** The answer under way. */
    static final class Reply {

        private final HttpExchange exchange;

        private Reply(HttpExchange exchange) {
            this.exchange = exchange;
        }

        Reply header(String name, String value) {
            exchange.getResponseHeaders().add(name, value);
            return this;
        }

        void json(int status, String body) throws IOException {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }

        void empty(int status) throws IOException {
            exchange.sendResponseHeaders(status, -1);
        }

        /** Answers a request with a result. */
        void result(Received request, String result) throws IOException {
            json(200, "{\"jsonrpc\":\"2.0\",\"id\":" + request.id() + ",\"result\":" + result + "}");
        }

        /** Begins an event stream; each write is sent at once. */
        OutputStream events() throws IOException {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().flush();
            return exchange.getResponseBody();
        }

        /** Begins an event stream that the test goes on with, and waits until it has ended it. */
        void handOver(BlockingQueue<Stream> to) throws IOException {
            Stream stream = new Stream(events());
            to.add(stream);
            stream.awaitEnd();
        }
    }

    /** An event stream in the hands of a test. */
    static final class Stream {

        private final OutputStream out;
        private final CountDownLatch ended = new CountDownLatch(1);

        private Stream(OutputStream out) {
            this.out = out;
        }

        /** Sends bytes at once. */
        Stream send(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return this;
        }

        /** Sends one message as an event. */
        Stream message(String json) throws IOException {
            return send("data: " + json + "\n\n");
        }

        void end() {
            ended.countDown();
        }

        private void awaitEnd() throws IOException {
            try {
                if (!ended.await(30, TimeUnit.SECONDS)) {
                    throw new IOException("nobody ended this stream");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Script script;

    Workload(Script script) throws IOException {
        this.script = script;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/mcp", exchange -> {
            try (exchange) {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                Received request =
                        new Received(exchange.getRequestMethod(), Map.copyOf(exchange.getRequestHeaders()), body);
                received.add(request);
                this.script.answer(request, new Reply(exchange));
            }
        });
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    void script(Script next) {
        script = next;
    }

    List<Received> received() {
        return received;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
