package dev.ostiary.gateway.bridge.http;

import com.sun.net.httpserver.HttpExchange;
import dev.ostiary.gateway.bridge.assertion.Caller;
import dev.ostiary.gateway.bridge.message.BadMessage;
import dev.ostiary.gateway.bridge.message.CallRound;
import dev.ostiary.gateway.bridge.message.LogLevel;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.MessageReader;
import dev.ostiary.gateway.bridge.message.MirroredParams;
import dev.ostiary.gateway.bridge.message.Rpc;
import dev.ostiary.gateway.bridge.session.Exchange;
import dev.ostiary.gateway.bridge.session.Listeners;
import dev.ostiary.gateway.bridge.session.Session;
import dev.ostiary.gateway.bridge.session.Sessions;
import dev.ostiary.gateway.bridge.session.StatelessServers;
import dev.ostiary.gateway.bridge.session.SuspendedCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The modern era (MCP 2026-07-28) in front of a server of the older one: requests without a session, each with its version in
 * {@code _meta}. What the eras share is passed on and its results are completed; {@code server/discover} and
 * {@code subscriptions/listen} are the bridge's own; everything else is unknown here. What the server asks of its client becomes the
 * result of a round, and the client's next round the answer ({@link CallRounds}). Any thread.
 */
final class ModernHandler {

    static final String VERSION = "2026-07-28";

    /** Shorter than in the older era: the end of a stream is the cancellation. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /** In which a server must agree to tell of resources: the stream begins with those that it has agreed to by then. */
    private static final Duration AGREEING = Duration.ofSeconds(10);

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

    private final StatelessServers servers;
    private final SuspendedCalls suspended;
    private final CallRounds rounds;
    private final Answers answers;

    ModernHandler(StatelessServers servers, SuspendedCalls suspended, Answers answers) {
        this.servers = servers;
        this.suspended = suspended;
        this.rounds = new CallRounds(suspended, answers, SILENCE);
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
        CallRound round;
        try {
            round = CallRound.METHODS.contains(method) ? CallRound.read(incoming.message()) : CallRound.ONLY;
        } catch (BadMessage bad) {
            answers.json(http, 200, Rpc.error(incoming.id(), bad.code(), bad.why()));
            return;
        }
        String state = round.state();
        if (state != null) {
            resume(http, caller, incoming, state, round);
            return;
        }
        StatelessServers.Greeted server = server(http, caller, incoming.id());
        if (server == null) {
            return;
        }
        if (discovers) {
            answers.json(http, 200, ModernResults.discovered(incoming.id(), server.initialized()));
        } else if (listens) {
            listen(http, server, incoming);
        } else {
            pass(http, caller, server, incoming, round);
        }
    }

    /** The caller's server, or null after an answer that says why there is none. */
    private StatelessServers.@Nullable Greeted server(HttpExchange http, Caller caller, String id)
            throws IOException, InterruptedException {
        StatelessServers.Greeted server;
        try {
            server = servers.of(caller);
        } catch (Sessions.Full full) {
            answers.refuse(http, 503, id, Rpc.SERVER_GONE, text(full));
            return null;
        } catch (IOException failed) {
            answers.json(http, 200, Rpc.error(id, Rpc.SERVER_GONE, text(failed)));
            return null;
        }
        return server;
    }

    private void pass(
            HttpExchange http, Caller caller, StatelessServers.Greeted server, Incoming incoming, CallRound round)
            throws IOException, InterruptedException {
        if (!mirrors(http, server, incoming)) {
            return;
        }
        LogLevel logs = round.client().logs();
        if (logs != null && server.mustTellMore(logs)) {
            // A server without logging refuses, and then there is nothing to hear.
            boolean _ = ask(server.session(), "logging/setLevel", "level", logs.text());
        }
        Exchange exchange;
        try {
            exchange = server.session().request(incoming.message(), round);
        } catch (Session.Busy busy) {
            answers.refuse(http, 503, incoming.id(), Rpc.SERVER_GONE, text(busy));
            return;
        } catch (Session.Ended _) {
            // Just now, idle perhaps, and before it was given this: the next one gets it.
            StatelessServers.Greeted next = server(http, caller, incoming.id());
            if (next != null) {
                pass(http, caller, next, incoming, round);
            }
            return;
        }
        incoming.close();
        rounds.relay(http, new SuspendedCalls.Call(caller, round.call(), server, exchange), incoming.id());
    }

    /** Whether the call's {@code Mcp-Param-} headers are in order; if not, it has been said. */
    private boolean mirrors(HttpExchange http, StatelessServers.Greeted server, Incoming incoming)
            throws IOException, InterruptedException {
        if (!incoming.message().isRequest("tools/call")) {
            return true;
        }
        MirroredParams mirrored = server.toolHeaders().get();
        if (mirrored == null) {
            // A call that mirrors nothing says nothing else than its arguments.
            boolean mirrors = http.getRequestHeaders().keySet().stream()
                    .anyMatch(name ->
                            name.regionMatches(true, 0, MirroredParams.PREFIX, 0, MirroredParams.PREFIX.length()));
            if (mirrors) {
                answers.refuse(
                        http,
                        503,
                        incoming.id(),
                        Rpc.SERVER_GONE,
                        "the server does not list its tools, so that Mcp-Param- headers cannot be compared");
            }
            return !mirrors;
        }
        String wrong = mirrored.mismatch(
                incoming.message(), name -> http.getRequestHeaders().getOrDefault(name, List.of()));
        if (wrong != null) {
            answers.refuse(
                    http, 400, incoming.id(), HEADER_MISMATCH, wrong + " is missing, or not what the arguments say");
        }
        return wrong == null;
    }

    /** Another round of a call that waits for it. */
    private void resume(HttpExchange http, Caller caller, Incoming incoming, String state, CallRound round)
            throws IOException, InterruptedException {
        SuspendedCalls.Call found = suspended.find(state, caller, round.call());
        if (found != null && !mirrors(http, found.server(), incoming)) {
            return;
        }
        SuspendedCalls.Call call = suspended.take(state, caller, round.call());
        if (call == null) {
            answers.json(
                    http,
                    200,
                    Rpc.error(
                            incoming.id(),
                            Rpc.INVALID_PARAMS,
                            "this requestState is of no call that waits here: it was used before, has come too late or with another"
                                    + " call, or the server was started anew. Make the call again without requestState and"
                                    + " inputResponses."));
            return;
        }
        call.session().resume(call.exchange(), incoming.message(), round);
        incoming.close();
        rounds.relay(http, call, incoming.id());
    }

    private void listen(HttpExchange http, StatelessServers.Greeted server, Incoming incoming)
            throws IOException, InterruptedException {
        Session session = server.session();
        ListenFilter filter = ListenFilter.read(incoming.message());
        // The stream may last for days.
        incoming.close();
        Listeners.Listener listener = server.listeners().listen(incoming.id(), filter.methods(), filter.resources());
        if (listener == null) {
            answers.refuse(
                    http,
                    503,
                    incoming.id(),
                    Rpc.SERVER_GONE,
                    "more than " + Listeners.MOST + " streams on one server");
            return;
        }
        Set<String> agreed = new LinkedHashSet<>();
        session.streamOpened();
        try (listener) {
            agreed.addAll(eachInTime(session, "resources/subscribe", filter.resources()));
            listener.honour(agreed);
            Answers.Events events = answers.events(http);
            events.message(filter.acknowledgement(incoming.id(), agreed));
            while (true) {
                byte[] next = listener.next(SILENCE);
                if (next == null) {
                    events.comment();
                } else if (Listeners.isEnd(next)) {
                    events.message(Rpc.result(incoming.id(), "{\"resultType\":\"complete\"}"));
                    events.end();
                    return;
                } else {
                    events.message(next);
                }
            }
        } finally {
            session.streamClosed();
            agreed.removeIf(uri -> !server.listeners().isLast(uri));
            var _ = eachInTime(session, "resources/unsubscribe", agreed);
        }
    }

    /** Asks the server for each of them until the time is over; returns those that it has agreed to. */
    private static Set<String> eachInTime(Session session, String method, Set<String> uris)
            throws InterruptedException {
        Set<String> agreed = new LinkedHashSet<>();
        long end = System.nanoTime() + AGREEING.toNanos();
        for (String uri : uris) {
            if (System.nanoTime() - end < 0 && ask(session, method, "uri", uri)) {
                agreed.add(uri);
            }
        }
        return agreed;
    }

    /** Asks the server something that has one param; false when it refuses, or does not answer soon. */
    private static boolean ask(Session session, String method, String param, String value) throws InterruptedException {
        byte[] request = ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":" + Rpc.quote(method) + ",\"params\":{"
                        + Rpc.quote(param) + ":" + Rpc.quote(value) + "}}")
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
