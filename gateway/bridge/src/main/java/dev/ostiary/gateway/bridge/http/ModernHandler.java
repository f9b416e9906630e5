package dev.ostiary.gateway.bridge.http;

import com.sun.net.httpserver.HttpExchange;
import dev.ostiary.gateway.bridge.assertion.Caller;
import dev.ostiary.gateway.bridge.message.BadMessage;
import dev.ostiary.gateway.bridge.message.Edit;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.MessageReader;
import dev.ostiary.gateway.bridge.message.Rpc;
import dev.ostiary.gateway.bridge.message.Span;
import dev.ostiary.gateway.bridge.session.Exchange;
import dev.ostiary.gateway.bridge.session.Listeners;
import dev.ostiary.gateway.bridge.session.Session;
import dev.ostiary.gateway.bridge.session.Sessions;
import dev.ostiary.gateway.bridge.session.StatelessServers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The modern era (MCP 2026-07-28) in front of a server of the older one: requests without a session, each with its version in
 * {@code _meta}. What the eras share is passed on and its results are completed; {@code server/discover} and
 * {@code subscriptions/listen} are the bridge's own; everything else is unknown here. Any thread.
 */
final class ModernHandler {

    static final String VERSION = "2026-07-28";

    /** Shorter than in the older era: the end of a stream is the cancellation. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private static final int HEADER_MISMATCH = -32020;
    private static final int UNSUPPORTED_VERSION = -32022;

    private static final Set<String> SHARED = Set.of(
            "tools/list",
            "tools/call",
            "prompts/list",
            "prompts/get",
            "resources/list",
            "resources/templates/list",
            "resources/read",
            "completion/complete");

    /** Results that must say how long they may be kept: not at all, and for the caller alone. */
    private static final Set<String> CACHEABLE =
            Set.of("tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read");

    private static final Map<String, String> CACHE_HINTS = Map.of("ttlMs", "0", "cacheScope", "\"private\"");

    private final StatelessServers servers;
    private final Answers answers;

    ModernHandler(StatelessServers servers, Answers answers) {
        this.servers = servers;
        this.answers = answers;
    }

    /** Whether a message is of this era: it says so itself, or its headers do. */
    static boolean isModern(HttpExchange http, Message message) {
        return !message.version().isEmpty()
                || VERSION.equals(http.getRequestHeaders().getFirst("MCP-Protocol-Version"));
    }

    void post(HttpExchange http, Caller caller, Incoming incoming) throws IOException, InterruptedException {
        Message message = incoming.message();
        switch (message.kind()) {
            case RESPONSE ->
                answers.refuse(http, 400, Rpc.INVALID_REQUEST, "responses are part of requests since " + VERSION);
            case NOTIFICATION -> answers.empty(http, 202);
            case REQUEST -> {
                if (isSound(http, message)) {
                    request(http, caller, incoming);
                }
            }
        }
    }

    /** Whether version and headers are in order; if not, it has been said. */
    private boolean isSound(HttpExchange http, Message message) throws IOException {
        String id = message.rawId();
        String version = http.getRequestHeaders().getFirst("MCP-Protocol-Version");
        String method = http.getRequestHeaders().getFirst("Mcp-Method");
        if (message.version().isEmpty()) {
            answers.refuse(http, 400, id, Rpc.INVALID_PARAMS, "_meta has no io.modelcontextprotocol/protocolVersion");
        } else if (!message.version().equals(version) || !message.method().equals(method)) {
            answers.refuse(
                    http,
                    400,
                    id,
                    HEADER_MISMATCH,
                    "MCP-Protocol-Version and Mcp-Method must repeat what the body says");
        } else if (!message.version().equals(VERSION)) {
            String error = "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":{\"code\":" + UNSUPPORTED_VERSION
                    + ",\"message\":\"unsupported protocol version\",\"data\":{\"supported\":[\"" + VERSION
                    + "\"],\"requested\":" + Rpc.quote(message.version()) + "}}}";
            answers.json(http, 400, error.getBytes(StandardCharsets.UTF_8));
        } else {
            return true;
        }
        return false;
    }

    private void request(HttpExchange http, Caller caller, Incoming incoming) throws IOException, InterruptedException {
        String method = incoming.message().method();
        boolean listens = method.equals("subscriptions/listen");
        boolean discovers = method.equals("server/discover");
        if (!listens && !discovers && !SHARED.contains(method)) {
            answers.refuse(http, 404, incoming.id(), Rpc.METHOD_NOT_FOUND, "unknown method");
            return;
        }
        StatelessServers.Greeted server;
        try {
            server = servers.of(caller);
        } catch (Sessions.Full full) {
            answers.refuse(http, 503, incoming.id(), Rpc.SERVER_GONE, text(full));
            return;
        } catch (IOException failed) {
            answers.json(http, 200, Rpc.error(incoming.id(), Rpc.SERVER_GONE, text(failed)));
            return;
        }
        try {
            if (discovers) {
                answers.json(http, 200, discovered(incoming.id(), server.initialized()));
            } else if (listens) {
                listen(http, server, incoming);
            } else {
                pass(http, server, incoming);
            }
        } catch (Session.Busy busy) {
            answers.refuse(http, 503, incoming.id(), Rpc.SERVER_GONE, text(busy));
        } catch (Session.Ended ended) {
            answers.json(http, 200, Rpc.error(incoming.id(), Rpc.SERVER_GONE, "the server has ended: " + text(ended)));
        }
    }

    /** What the handshake said, in the words of {@code server/discover}. */
    private static byte[] discovered(String id, Message initialized) throws IOException {
        Members members = Members.of(initialized);
        String instructions = members.get("instructions");
        return Rpc.result(
                id,
                "{\"resultType\":\"complete\",\"supportedVersions\":[\"" + VERSION + "\"],\"capabilities\":"
                        + members.getOr("capabilities", "{}")
                        + (instructions == null ? "" : ",\"instructions\":" + instructions)
                        + ",\"ttlMs\":0,\"cacheScope\":\"private\",\"_meta\":{" + serverInfo(members) + "}}");
    }

    private static String serverInfo(Members members) {
        return "\"io.modelcontextprotocol/serverInfo\":"
                + members.getOr("serverInfo", "{\"name\":\"\",\"version\":\"\"}");
    }

    private void pass(HttpExchange http, StatelessServers.Greeted server, Incoming incoming)
            throws IOException, InterruptedException {
        Session session = server.session();
        Exchange exchange = session.request(incoming.message());
        incoming.close();
        boolean answered = false;
        try {
            Exchange.Next next = exchange.next(SILENCE);
            if (next instanceof Exchange.Next.Last last) {
                answered = true;
                answers.json(http, 200, completed(last.message(), exchange.method(), server.initialized()));
                return;
            }
            Answers.Events events = answers.events(http);
            while (true) {
                switch (next) {
                    case Exchange.Next.Before before -> events.message(before.message());
                    case Exchange.Next.Last last -> {
                        answered = true;
                        events.message(completed(last.message(), exchange.method(), server.initialized()));
                        return;
                    }
                    case Exchange.Next.Nothing _ -> events.comment();
                }
                next = exchange.next(SILENCE);
            }
        } finally {
            if (answered) {
                session.close(exchange);
            } else {
                session.abandon(exchange);
            }
        }
    }

    /** A result with what every result of this era has; errors stay as they are. */
    private static byte[] completed(byte[] answer, String method, Message initialized) throws IOException {
        Message message;
        try {
            message = MessageReader.read(answer);
        } catch (BadMessage never) {
            throw new IllegalStateException("read before", never);
        }
        Span result = message.result();
        if (result == null) {
            return answer;
        }
        StringBuilder members = new StringBuilder();
        if (!message.resultNames().contains("resultType")) {
            members.append("\"resultType\":\"complete\"");
        }
        if (CACHEABLE.contains(method)) {
            CACHE_HINTS.forEach((name, value) -> {
                if (!message.resultNames().contains(name)) {
                    members.append(members.isEmpty() ? "" : ",")
                            .append(Rpc.quote(name))
                            .append(':')
                            .append(value);
                }
            });
        }
        String info = serverInfo(Members.of(initialized));
        Edit edit = new Edit(message);
        Span meta = message.resultMeta();
        if (meta == null) {
            members.append(members.isEmpty() ? "" : ",")
                    .append("\"_meta\":{")
                    .append(info)
                    .append('}');
        } else if (!meta.in(answer).contains("\"io.modelcontextprotocol/serverInfo\"")) {
            edit.insert(meta.start() + 1, info + (meta.isEmptyObject(answer) ? "" : ","));
        }
        if (!members.isEmpty()) {
            edit.insert(result.start() + 1, members + (result.isEmptyObject(answer) ? "" : ","));
        }
        return edit.bytes();
    }

    private void listen(HttpExchange http, StatelessServers.Greeted server, Incoming incoming)
            throws IOException, InterruptedException {
        Session session = server.session();
        ListenFilter filter = ListenFilter.read(incoming.message());
        Set<String> honoured = new LinkedHashSet<>();
        for (String uri : filter.resources()) {
            if (subscribe(session, "resources/subscribe", uri)) {
                honoured.add(uri);
            }
        }
        Listeners.Listener listener = server.listeners().listen(incoming.id(), filter.methods(), honoured);
        if (listener == null) {
            answers.refuse(
                    http,
                    503,
                    incoming.id(),
                    Rpc.SERVER_GONE,
                    "more than " + Listeners.MOST + " streams on one server");
            return;
        }
        session.streamOpened();
        try (listener) {
            Answers.Events events = answers.events(http);
            events.message(filter.acknowledgement(incoming.id(), honoured));
            while (true) {
                byte[] next = listener.next(SILENCE);
                if (next == null) {
                    events.comment();
                } else if (Listeners.isEnd(next)) {
                    events.message(Rpc.result(incoming.id(), "{\"resultType\":\"complete\"}"));
                    return;
                } else {
                    events.message(next);
                }
            }
        } finally {
            session.streamClosed();
            for (String uri : List.copyOf(honoured)) {
                if (server.listeners().isLast(uri)) {
                    boolean _ = subscribe(session, "resources/unsubscribe", uri);
                }
            }
        }
    }

    private static boolean subscribe(Session session, String method, String uri) throws InterruptedException {
        byte[] request = ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":" + Rpc.quote(method) + ",\"params\":{\"uri\":"
                        + Rpc.quote(uri) + "}}")
                .getBytes(StandardCharsets.UTF_8);
        try {
            Exchange exchange = session.request(MessageReader.read(request));
            try {
                return exchange.next(SILENCE) instanceof Exchange.Next.Last last
                        && MessageReader.read(last.message()).result() != null;
            } finally {
                session.close(exchange);
            }
        } catch (IOException | BadMessage _) {
            return false;
        }
    }

    private static String text(IOException failed) {
        return String.valueOf(failed.getMessage());
    }
}
