package dev.ostiary.connect.oauth;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Where the browser brings the code: one path on a loopback port (RFC 8252 §7.3). Takes the one answer that has our state. */
final class LoopbackRedirect implements AutoCloseable {

    private static final String PATH = "/callback";
    private static final int LONGEST_QUERY = 16 * 1024;

    private final HttpServer server;
    private final String state;
    private final CompletableFuture<Map<String, String>> answer = new CompletableFuture<>();

    private LoopbackRedirect(HttpServer server, String state) {
        this.server = server;
        this.state = state;
    }

    /**
     * Listens.
     *
     * @param registered the redirect URI whose port must be had; null: any port
     * @return null when that port is taken, or it names none
     */
    static @Nullable LoopbackRedirect listen(@Nullable String registered, String state) throws IOException {
        int port = registered == null ? 0 : URI.create(registered).getPort();
        if (port < 0) {
            return null;
        }
        HttpServer server;
        try {
            server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 16);
        } catch (BindException e) {
            if (registered == null) {
                throw e;
            }
            return null;
        }
        LoopbackRedirect redirect = new LoopbackRedirect(server, state);
        server.createContext("/", redirect::handle);
        // One that connects and says nothing must not keep the browser waiting.
        server.setExecutor(command -> Thread.ofVirtual().start(command));
        server.start();
        return redirect;
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + PATH;
    }

    /** The parameters of the redirect; null when it does not come in time. */
    @Nullable
    Map<String, String> await(Duration timeout) throws InterruptedException {
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query = exchange.getRequestURI().getRawQuery();
            boolean ours = exchange.getRequestURI().getPath().equals(PATH)
                    && exchange.getRequestMethod().equals("GET")
                    && query != null
                    && query.length() <= LONGEST_QUERY;
            Map<String, String> parameters = ours ? parameters(query) : Map.of();
            // A page elsewhere may send a browser here; without our state it tells us nothing.
            if (!state.equals(parameters.get("state"))) {
                respond(exchange, 404, "Nothing is here.");
                return;
            }
            try {
                respond(
                        exchange,
                        200,
                        parameters.containsKey("code")
                                ? "The sign-in goes on in your MCP client. This page can be closed."
                                : "The sign-in was not finished. This page can be closed; your MCP client says more.");
            } finally {
                // Also when the browser has gone before it got its page.
                answer.complete(parameters);
            }
        }
    }

    private static void respond(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = ("<!doctype html><meta charset=utf-8><title>Ostiary</title><p>" + text + "\n")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
        exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query.split("&", 64)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                try {
                    parameters.putIfAbsent(
                            pair.substring(0, equals),
                            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    return Map.of();
                }
            }
        }
        return parameters;
    }

    @Override
    public void close() {
        // Long enough for the browser to read its page.
        server.stop(answer.isDone() ? 1 : 0);
    }
}
