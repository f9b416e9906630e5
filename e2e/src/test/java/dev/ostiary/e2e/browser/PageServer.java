package dev.ostiary.e2e.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Serves pages at their names with the headers given, and answers forms by sending the browser on. */
final class PageServer implements AutoCloseable {

    /**
     * A form that was posted.
     *
     * @param origin the header
     * @param body as it was sent
     */
    record Posted(String origin, String body) {}

    private final HttpServer server;
    private final List<Posted> posted = new CopyOnWriteArrayList<>();

    private PageServer(HttpServer server) {
        this.server = server;
    }

    /** Serves these pages; whatever is posted, anywhere, is answered with a redirect to {@code next}. */
    static PageServer of(Map<String, byte[]> pages, Map<String, String> headers, String next) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        PageServer served = new PageServer(server);
        server.createContext("/", exchange -> {
            try (exchange) {
                served.answer(exchange, pages, headers, next);
            }
        });
        server.start();
        return served;
    }

    private void answer(HttpExchange exchange, Map<String, byte[]> pages, Map<String, String> headers, String next)
            throws IOException {
        if (exchange.getRequestMethod().equals("POST")) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            posted.add(new Posted(String.valueOf(exchange.getRequestHeaders().getFirst("Origin")), body));
            exchange.getResponseHeaders().set("Location", next);
            exchange.sendResponseHeaders(303, -1);
            return;
        }
        byte[] page = pages.get(exchange.getRequestURI().getPath().substring(1));
        if (page == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(200, page.length);
        exchange.getResponseBody().write(page);
    }

    String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    URI page(String name) {
        return URI.create(origin() + "/" + name);
    }

    List<Posted> posted() {
        return List.copyOf(posted);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
