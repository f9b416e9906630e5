package dev.ostiary.operator.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves {@code GET /livez}, {@code /readyz} and {@code /metrics}; everything else is 404 or 405, and no body is read. Slow
 * clients are cut off by the JDK's server after {@value #SECONDS} seconds.
 */
public final class AdminServer implements AutoCloseable {

    private static final int SECONDS = 10;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    /** Probes and one or two scrapers. */
    private static final int THREADS = 4;

    private final HttpServer server;
    private final ExecutorService executor;

    private record Answer(int status, String type, String body) {}

    private AdminServer(HttpServer server, ExecutorService executor) {
        this.server = server;
        this.executor = executor;
    }

    /**
     * Listens.
     *
     * @throws IOException when the address cannot be bound
     */
    public static AdminServer start(InetSocketAddress address, Health health, OperatorMetrics metrics)
            throws IOException {
        // Read by the JDK's server when it is first used.
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(SECONDS));
        System.setProperty("sun.net.httpserver.maxRspTime", Integer.toString(SECONDS));
        HttpServer server = HttpServer.create(address, 0);
        ExecutorService executor = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().name("admin-", 0).daemon().factory());
        server.setExecutor(executor);
        server.createContext("/", exchange -> answer(exchange, "", () -> new Answer(NOT_FOUND, TEXT, "not found\n")));
        server.createContext("/livez", exchange -> answer(exchange, "/livez", () -> verdict(health.dead())));
        server.createContext("/readyz", exchange -> answer(exchange, "/readyz", () -> verdict(health.unready())));
        server.createContext(
                "/metrics", exchange -> answer(exchange, "/metrics", () -> new Answer(OK, METRICS, metrics.scrape())));
        server.start();
        return new AdminServer(server, executor);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    private static Answer verdict(String problem) {
        return problem.isEmpty() ? new Answer(OK, TEXT, "ok\n") : new Answer(UNAVAILABLE, TEXT, problem + "\n");
    }

    private static void answer(HttpExchange exchange, String path, Supplier<Answer> content) throws IOException {
        try (exchange) {
            Answer answer;
            if (!exchange.getRequestMethod().equals("GET")) {
                answer = new Answer(NOT_ALLOWED, TEXT, "only GET\n");
            } else if (!path.isEmpty() && !exchange.getRequestURI().getPath().equals(path)) {
                answer = new Answer(NOT_FOUND, TEXT, "not found\n");
            } else {
                answer = content.get();
            }
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
