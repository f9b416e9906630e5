package dev.ostiary.gateway.bridge.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.ostiary.gateway.bridge.assertion.AssertionCheck;
import dev.ostiary.gateway.bridge.assertion.Caller;
import dev.ostiary.gateway.bridge.message.BadMessage;
import dev.ostiary.gateway.bridge.message.MessageReader;
import dev.ostiary.gateway.bridge.message.Rpc;
import dev.ostiary.gateway.bridge.session.EventLog;
import dev.ostiary.gateway.bridge.session.Exchange;
import dev.ostiary.gateway.bridge.session.Memory;
import dev.ostiary.gateway.bridge.session.Session;
import dev.ostiary.gateway.bridge.session.Sessions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The MCP endpoint: Streamable HTTP (revision 2025-11-25, "Transports"). Every request needs an assertion. Any thread. */
final class McpHandler implements HttpHandler {

    /** Silence after which a client is asked, by a comment, whether it is still there. */
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private final AssertionCheck assertions;
    private final Sessions sessions;
    private final ModernHandler modern;
    private final Answers answers;

    McpHandler(AssertionCheck assertions, Sessions sessions, ModernHandler modern, Answers answers) {
        this.assertions = assertions;
        this.sessions = sessions;
        this.modern = modern;
        this.answers = answers;
    }

    @Override
    public void handle(HttpExchange http) throws IOException {
        try (http) {
            if (!http.getRequestURI().getPath().equals(BridgeServer.PATH)) {
                answers.refuse(http, 404, Rpc.INVALID_REQUEST, "no such path: the endpoint is " + BridgeServer.PATH);
                return;
            }
            Caller caller = caller(http);
            if (caller == null) {
                answers.refuse(
                        http,
                        401,
                        Rpc.INVALID_REQUEST,
                        "a valid " + AssertionCheck.HEADER + " of the gateway's is needed");
                return;
            }
            switch (http.getRequestMethod()) {
                case "POST" -> post(http, caller);
                case "GET" -> listen(http, caller);
                case "DELETE" -> delete(http, caller);
                default -> {
                    http.getResponseHeaders().set("Allow", "POST, GET, DELETE");
                    answers.refuse(http, 405, Rpc.INVALID_REQUEST, "POST, GET or DELETE");
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Caller caller(HttpExchange http) {
        List<String> shown = http.getRequestHeaders().get(AssertionCheck.HEADER);
        return shown == null || shown.size() != 1 ? null : assertions.check(shown.getFirst());
    }

    private void post(HttpExchange http, Caller caller) throws IOException, InterruptedException {
        String type = header(http, "Content-Type").toLowerCase(Locale.ROOT);
        if (!type.equals("application/json") && !type.startsWith("application/json;")) {
            answers.refuse(http, 415, Rpc.INVALID_REQUEST, "Content-Type must be application/json");
            return;
        }
        if (!accepts(http, "application/json") || !accepts(http, "text/event-stream")) {
            answers.refuse(http, 406, Rpc.INVALID_REQUEST, "Accept must name application/json and text/event-stream");
            return;
        }
        int most = sessions.limits().messageBytes();
        try (Incoming incoming = Incoming.read(http, most, sessions.memory())) {
            post(http, caller, incoming);
        } catch (BadMessage bad) {
            answers.refuse(http, 400, bad.code(), bad.why());
        } catch (Incoming.TooLong _) {
            answers.refuse(http, 413, Rpc.INVALID_REQUEST, "the message is longer than " + most + " bytes");
        } catch (Memory.None none) {
            answers.refuse(http, 503, Rpc.SERVER_GONE, text(none));
        }
    }

    private void post(HttpExchange http, Caller caller, Incoming incoming) throws IOException, InterruptedException {
        if (ModernHandler.isModern(http, incoming.message())) {
            modern.post(http, caller, incoming);
            return;
        }
        if (incoming.message().isRequest("initialize")) {
            initialize(http, caller, incoming);
            return;
        }
        Session session = session(http, caller, incoming.id());
        if (session == null) {
            return;
        }
        try {
            switch (incoming.message().kind()) {
                case REQUEST -> request(http, session, incoming);
                case NOTIFICATION -> {
                    session.notify(incoming.message());
                    answers.empty(http, 202);
                }
                case RESPONSE -> {
                    if (session.answer(incoming.message())) {
                        answers.empty(http, 202);
                    } else {
                        answers.refuse(http, 400, Rpc.INVALID_REQUEST, "no request of this id is open");
                    }
                }
            }
        } catch (Session.Busy busy) {
            answers.refuse(http, 503, incoming.id(), Rpc.SERVER_GONE, text(busy));
        } catch (Session.Ended ended) {
            // Between the look and now.
            answers.refuse(
                    http,
                    404,
                    incoming.id(),
                    Rpc.INVALID_REQUEST,
                    "the session has ended: " + text(ended) + ": begin again with initialize");
        }
    }

    /** The session that the request names, or null after an answer that says why not. */
    private @Nullable Session session(HttpExchange http, Caller caller, String rawId) throws IOException {
        String id = http.getRequestHeaders().getFirst(Answers.SESSION);
        if (id == null) {
            answers.refuse(
                    http, 400, rawId, Rpc.INVALID_REQUEST, Answers.SESSION + " is missing: begin with initialize");
            return null;
        }
        Session session = sessions.find(id, caller);
        if (session == null) {
            answers.refuse(http, 404, rawId, Rpc.INVALID_REQUEST, "no such session: begin again with initialize");
        }
        return session;
    }

    private void initialize(HttpExchange http, Caller caller, Incoming incoming)
            throws IOException, InterruptedException {
        Session session;
        try {
            session = sessions.open(caller);
        } catch (Sessions.Full full) {
            answers.refuse(http, 503, incoming.id(), Rpc.SERVER_GONE, text(full));
            return;
        } catch (IOException failed) {
            answers.json(http, 200, Rpc.error(incoming.id(), Rpc.SERVER_GONE, text(failed)));
            return;
        }
        boolean begun = false;
        try {
            Exchange exchange = session.request(incoming.message());
            try {
                begun = begin(http, session, exchange, incoming.id());
            } finally {
                session.close(exchange);
            }
        } catch (Session.Ended ended) {
            answers.json(http, 200, Rpc.error(incoming.id(), Rpc.SERVER_GONE, "the session has ended: " + text(ended)));
        } finally {
            if (!begun) {
                session.end("it did not begin");
            }
        }
    }

    /** Passes on the answer to {@code initialize}; whether the client has a session now. */
    private boolean begin(HttpExchange http, Session session, Exchange exchange, String id)
            throws IOException, InterruptedException {
        if (!(exchange.next(sessions.limits().start()) instanceof Exchange.Next.Last last)) {
            String why = "the server did not answer initialize within "
                    + sessions.limits().start();
            session.end(why);
            answers.json(http, 200, Rpc.error(id, Rpc.SERVER_GONE, why));
            return false;
        }
        boolean begun = isResult(last.message());
        if (begun) {
            http.getResponseHeaders().set(Answers.SESSION, session.id());
        } else {
            session.end("the server refused initialize");
        }
        try {
            answers.json(http, 200, last.message());
        } catch (IOException gone) {
            session.end("the client left before it had the session's id");
            throw gone;
        }
        return begun;
    }

    private static boolean isResult(byte[] answer) {
        try {
            return MessageReader.read(answer).result() != null;
        } catch (BadMessage never) {
            throw new IllegalStateException("read before", never);
        }
    }

    private void request(HttpExchange http, Session session, Incoming incoming)
            throws IOException, InterruptedException {
        Exchange exchange = session.request(incoming.message());
        incoming.close();
        try {
            boolean ping = exchange.method().equals("ping");
            Exchange.Next next = exchange.next(ping ? sessions.limits().ping() : SILENCE);
            if (ping && !(next instanceof Exchange.Next.Last)) {
                answers.json(http, 200, Rpc.result(incoming.id(), "{}"));
            } else if (next instanceof Exchange.Next.Last last) {
                answers.json(http, 200, last.message());
            } else if (exchange.isAbandoned()) {
                answers.json(http, 200, cancelled(incoming.id()));
            } else {
                stream(http, exchange, next, incoming.id());
            }
        } finally {
            session.close(exchange);
        }
    }

    private static byte[] cancelled(String id) {
        // What language servers say, and the field with them; the client that cancelled waits for nothing.
        return Rpc.error(id, -32800, "cancelled");
    }

    private void stream(HttpExchange http, Exchange exchange, Exchange.Next first, String id)
            throws IOException, InterruptedException {
        Answers.Events events = answers.events(http);
        Exchange.Next next = first;
        while (true) {
            switch (next) {
                case Exchange.Next.Before before -> events.message(before.message());
                case Exchange.Next.Last last -> {
                    events.message(last.message());
                    events.end();
                    return;
                }
                case Exchange.Next.Asks _ -> throw new IllegalStateException("sessions are asked on their streams");
                case Exchange.Next.Nothing _ -> {
                    if (exchange.isAbandoned()) {
                        events.message(cancelled(id));
                        events.end();
                        return;
                    }
                    events.comment();
                }
            }
            next = exchange.next(SILENCE);
        }
    }

    private void listen(HttpExchange http, Caller caller) throws IOException, InterruptedException {
        discardBody(http);
        if (!accepts(http, "text/event-stream")) {
            answers.refuse(http, 406, Rpc.INVALID_REQUEST, "Accept must name text/event-stream");
            return;
        }
        Session session = session(http, caller, "");
        if (session == null) {
            return;
        }
        session.streamOpened();
        try (EventLog.Reader reader = session.events().read(lastEvent(http))) {
            Answers.Events events = answers.events(http);
            while (true) {
                switch (reader.next(SILENCE)) {
                    case EventLog.Next.One one ->
                        events.message(
                                Long.toString(one.event().number()), one.event().message());
                    case EventLog.Next.Nothing _ -> events.comment();
                    case EventLog.Next.End _ -> {
                        events.end();
                        return;
                    }
                }
            }
        } finally {
            session.streamClosed();
        }
    }

    private static long lastEvent(HttpExchange http) {
        try {
            return Math.max(-1, Long.parseLong(header(http, "Last-Event-ID")));
        } catch (NumberFormatException _) {
            return -1;
        }
    }

    private void delete(HttpExchange http, Caller caller) throws IOException {
        discardBody(http);
        Session session = session(http, caller, "");
        if (session != null) {
            session.end("the client ended it");
            answers.empty(http, 204);
        }
    }

    /** The server closes requests that are not read to their end. */
    private static void discardBody(HttpExchange http) throws IOException {
        try (InputStream in = http.getRequestBody()) {
            byte[] _ = in.readNBytes(1024);
        }
    }

    private static boolean accepts(HttpExchange http, String type) {
        List<String> accepted = http.getRequestHeaders().get("Accept");
        if (accepted == null) {
            return false;
        }
        String all = String.join(",", accepted).toLowerCase(Locale.ROOT);
        return all.contains(type) || all.contains("*/*");
    }

    private static String header(HttpExchange http, String name) {
        String value = http.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static String text(IOException failed) {
        String text = failed.getMessage();
        return text == null ? failed.getClass().getSimpleName() : text;
    }
}
