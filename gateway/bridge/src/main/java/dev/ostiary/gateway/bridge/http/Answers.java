package dev.ostiary.gateway.bridge.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.ostiary.gateway.bridge.message.Rpc;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes answers, each within its time. Any thread. */
final class Answers {

    static final String SESSION = "Mcp-Session-Id";
    static final String RETRY_SECONDS = "5";

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private final WriteDeadline deadline;

    Answers(WriteDeadline deadline) {
        this.deadline = deadline;
    }

    /** A whole JSON body. */
    void json(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        whole(exchange, status, body);
    }

    /** A JSON-RPC error without id, for what is no matter of one message. */
    void refuse(HttpExchange exchange, int status, int code, String why) throws IOException {
        refuse(exchange, status, "", code, why);
    }

    /** A JSON-RPC error. */
    void refuse(HttpExchange exchange, int status, String rawId, int code, String why) throws IOException {
        if (status == 503) {
            exchange.getResponseHeaders().set("Retry-After", RETRY_SECONDS);
        }
        json(exchange, status, Rpc.error(rawId, code, why));
    }

    /** A line of text. */
    void text(HttpExchange exchange, int status, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        whole(exchange, status, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** No body. */
    void empty(HttpExchange exchange, int status) throws IOException {
        deadline.within(() -> exchange.sendResponseHeaders(status, -1));
    }

    private void whole(HttpExchange exchange, int status, byte[] body) throws IOException {
        // The JDK's server warns of a body that HEAD cannot have.
        boolean bare = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        deadline.within(() -> {
            exchange.sendResponseHeaders(status, bare ? -1 : body.length);
            if (!bare) {
                // Closing writes what was small enough to be collected.
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            }
        });
    }

    /** Begins a stream of events. */
    Events events(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "text/event-stream");
        headers.set("Cache-Control", "no-cache");
        // For proxies that would collect events otherwise.
        headers.set("X-Accel-Buffering", "no");
        deadline.within(() -> exchange.sendResponseHeaders(200, 0));
        Events events = new Events(exchange.getResponseBody());
        events.comment();
        return events;
    }

    /** Server-sent events (WHATWG HTML §9.2). One thread. */
    final class Events {

        private final OutputStream out;

        private Events(OutputStream out) {
            this.out = out;
        }

        void message(byte[] message) throws IOException {
            event(new byte[0], message);
        }

        void message(String id, byte[] message) throws IOException {
            event(("id: " + id + "\n").getBytes(StandardCharsets.US_ASCII), message);
        }

        /** Nothing, to find out whether the client is there and to tell it that the bridge is. */
        void comment() throws IOException {
            deadline.within(() -> {
                out.write(COMMENT);
                out.flush();
            });
        }

        /** There is nothing more. A client that has left by now has had everything: that is no failure. */
        void end() {
            try {
                deadline.within(out::close);
            } catch (IOException _) {
                // The connection is closed with the exchange.
            }
        }

        private void event(byte[] before, byte[] message) throws IOException {
            deadline.within(() -> {
                out.write(before);
                out.write(DATA);
                out.write(message);
                out.write(END);
                out.flush();
            });
        }
    }
}
