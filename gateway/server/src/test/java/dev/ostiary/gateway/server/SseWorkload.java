package dev.ostiary.gateway.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A workload of the transport HTTP+SSE (MCP 2024-11-05, Transports), over real HTTP. */
final class SseWorkload implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What happens for each message that is posted. */
    @FunctionalInterface
    interface Script {
        void take(JsonNode message, Stream stream) throws IOException;
    }

    /** One open stream. */
    static final class Stream {
        private final OutputStream out;
        private final CountDownLatch over = new CountDownLatch(1);

        private Stream(OutputStream out) {
            this.out = out;
        }

        synchronized void event(String type, String data) throws IOException {
            out.write(("event: " + type + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        void message(String data) throws IOException {
            event("message", data);
        }

        void end() {
            over.countDown();
        }
    }

    private final HttpServer http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger count = new AtomicInteger();
    private final Script script;
    final Map<String, Stream> streams = new ConcurrentHashMap<>();
    final List<String> posted = new CopyOnWriteArrayList<>();
    final List<String> credentials = new CopyOnWriteArrayList<>();
    volatile String endpoint = "/messages?session=";

    SseWorkload(Script script) throws IOException {
        this.script = script;
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(threads);
        http.createContext("/sse", this::open);
        http.createContext("/messages", this::post);
        http.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/sse");
    }

    /** The only open stream. */
    Stream only() {
        return streams.values().iterator().next();
    }

    private void open(HttpExchange exchange) throws IOException {
        credentials.add("GET " + exchange.getRequestHeaders().getFirst("X-Api-Key"));
        if (!exchange.getRequestMethod().equals("GET")) {
            exchange.sendResponseHeaders(405, -1);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        String id = "s" + count.incrementAndGet();
        Stream stream = new Stream(exchange.getResponseBody());
        streams.put(id, stream);
        try {
            stream.event("endpoint", endpoint + id);
            stream.over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            streams.remove(id);
            exchange.close();
        }
    }

    private void post(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        Stream stream = streams.get(query.substring("session=".length()));
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        credentials.add("POST " + exchange.getRequestHeaders().getFirst("X-Api-Key"));
        posted.add(body);
        if (stream == null) {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
            return;
        }
        exchange.sendResponseHeaders(202, 8);
        exchange.getResponseBody().write("Accepted".getBytes(StandardCharsets.UTF_8));
        exchange.close();
        script.take(JSON.readTree(body), stream);
    }

    @Override
    public void close() {
        streams.values().forEach(Stream::end);
        http.stop(0);
        threads.shutdownNow();
    }
}
