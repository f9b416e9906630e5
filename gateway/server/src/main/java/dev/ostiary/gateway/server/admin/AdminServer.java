package dev.ostiary.gateway.server.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The admin port, for the kubelet and Prometheus: never published, no authentication, nothing secret, GET and HEAD only.
 *
 * <ul>
 *   <li>{@code /livez}: 200 while the process can answer at all
 *   <li>{@code /readyz}: 200 while requests should be sent here, else 503 with the reason
 *   <li>{@code /metrics}: Prometheus text
 *   <li>{@code /revision}: the enforced revision
 * </ul>
 */
public final class AdminServer implements AutoCloseable {

    private static final int BACKLOG = 64;

    private final HttpServer server;
    private final ExecutorService threads;

    private AdminServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Binds and starts.
     *
     * @param metrics Prometheus text
     * @throws IOException when the address cannot be bound; the message names it
     */
    public static AdminServer start(InetSocketAddress address, Health health, Supplier<String> metrics)
            throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, BACKLOG);
        } catch (IOException e) {
            throw new IOException("the admin port " + address.getPort() + " cannot be bound: " + e.getMessage(), e);
        }
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, 404, "not found\n", "text/plain"));
        on(server, "/livez", exchange -> answer(exchange, 200, "ok\n", "text/plain"));
        on(server, "/readyz", exchange -> {
            String reason = health.notReadyReason();
            answer(exchange, reason == null ? 200 : 503, (reason == null ? "ok" : reason) + "\n", "text/plain");
        });
        on(
                server,
                "/metrics",
                exchange -> answer(exchange, 200, metrics.get(), "text/plain; version=0.0.4; charset=utf-8"));
        on(server, "/revision", exchange -> answer(exchange, 200, health.revision() + "\n", "text/plain"));
        server.start();
        return new AdminServer(server, threads);
    }

    /** The bound port. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** A context takes every path that begins with its own. */
    private static void on(HttpServer server, String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            if (exchange.getRequestURI().getPath().equals(path)) {
                handler.handle(exchange);
            } else {
                answer(exchange, 404, "not found\n", "text/plain");
            }
        });
    }

    private static void answer(HttpExchange exchange, int status, String text, String type) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            boolean head = method.equals("HEAD");
            if (!head && !method.equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}
