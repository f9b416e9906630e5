package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.child.Child;
import dev.ostiary.gateway.bridge.message.BadMessage;
import dev.ostiary.gateway.bridge.message.CallRound;
import dev.ostiary.gateway.bridge.message.Edit;
import dev.ostiary.gateway.bridge.message.LogLevel;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.MessageReader;
import dev.ostiary.gateway.bridge.message.Rpc;
import dev.ostiary.gateway.bridge.message.Span;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a session's server writes, line by line, and where each message goes: to the request that it answers or is about, to the
 * client that it asks, to the session's stream. What is no message, or nobody's, is ignored. One thread reads.
 */
final class ServerOutput {

    private final Child child;
    private final Session.Kind kind;
    private final Outlet outlet;
    private final OpenExchanges open;
    private final ServerRequests asked;
    private final Limits limits;
    private final Memory memory;
    private final ServerInput input;
    private final Consumer<String> log;
    private final Waiting waiting = new Waiting(Limits.WAITING_BYTES);
    private final AtomicInteger oddities = new AtomicInteger();
    private volatile boolean over;

    /** @param log takes a line about what is odd, a few times */
    ServerOutput(
            Child child,
            Session.Kind kind,
            Outlet outlet,
            OpenExchanges open,
            ServerRequests asked,
            Limits limits,
            Memory memory,
            ServerInput input,
            Consumer<String> log) {
        this.child = child;
        this.kind = kind;
        this.outlet = outlet;
        this.open = open;
        this.asked = asked;
        this.limits = limits;
        this.memory = memory;
        this.input = input;
        this.log = log;
    }

    /** Reads to the end, and says why that is the end of the session; empty when the process has ended, which says more. */
    String read() throws InterruptedException {
        LineReader lines = new LineReader(child.out(), limits.messageBytes(), memory);
        try {
            byte[] line;
            while ((line = lines.next()) != null) {
                Memory.Hold large = lines.hold();
                if (line.length > 0 && !over) {
                    take(line, large);
                } else if (large != null) {
                    large.close();
                }
            }
            if (lines.hasHalf()) {
                odd("half a line at its end, ignored");
            }
            // A process that has ended closes its output as well; its exit code then says more.
            return endsSoon(child) ? "" : "the process closed its standard output";
        } catch (LineReader.TooLong tooLong) {
            return "the process wrote " + tooLong.getMessage();
        } catch (IOException broken) {
            return String.valueOf(broken.getMessage());
        } finally {
            lines.close();
        }
    }

    /** Whether the process ends by itself within {@link Limits#LAST_WORDS}. */
    static boolean endsSoon(Child child) {
        return Stopping.endsWithin(child, Limits.LAST_WORDS);
    }

    /** What comes from here on is read and forgotten. */
    void end() {
        over = true;
        waiting.end();
    }

    /** @param large what a large line has taken; passed on with it, or given back here */
    private void take(byte[] line, Memory.@Nullable Hold large) throws IOException, InterruptedException {
        Memory.Hold hold = large == null ? waiting.take(line.length) : large;
        boolean kept = false;
        try {
            Message message = MessageReader.read(line);
            kept = switch (message.kind()) {
                case RESPONSE -> answers(message, hold);
                case REQUEST -> asks(message, hold);
                case NOTIFICATION -> tells(message, hold);
            };
        } catch (BadMessage bad) {
            odd("ignored a line of its standard output (" + line.length + " bytes): " + bad.why());
        } finally {
            if (!kept) {
                hold.close();
            }
        }
    }

    /** Says so a few times, not for every line of a flood. */
    private void odd(String what) {
        int count = oddities.incrementAndGet();
        if (count <= 10) {
            log.accept(what + (count == 10 ? "; more of these are not reported" : ""));
        }
    }

    private boolean answers(Message response, Memory.Hold hold) {
        Span span = response.id();
        Exchange exchange = open.at(span, response);
        if (exchange == null || span == null) {
            odd("ignored an answer to no open request");
            return false;
        }
        if (!exchange.isAway()) {
            open.remove(exchange);
        }
        exchange.finish(new Edit(response).put(span, exchange.clientId()).bytes(), hold);
        return true;
    }

    private boolean asks(Message request, Memory.Hold hold) throws IOException {
        String raw = request.rawId();
        boolean early =
                open.newest(exchange -> exchange.method().equals("initialize")).isPresent();
        if (request.method().equals("ping") && (kind != Session.Kind.LEGACY || early)) {
            // Where nobody else can, as before the answer to initialize.
            input.reply(Rpc.result(raw, "{}"));
            return false;
        }
        if (kind != Session.Kind.LEGACY) {
            return asksForInput(request, hold);
        }
        Exchange on = stream(request);
        if (!asked.add(raw, on)) {
            input.reply(Rpc.error(raw, Rpc.INVALID_REQUEST, "too many requests are open, or one of this id"));
            return false;
        }
        return send(on, request, hold);
    }

    /**
     * To the client of a call that is open. A server of the older era does not say to which of several its request belongs: those
     * whose client is there come first, the newest of them; all are of one client.
     */
    private boolean asksForInput(Message request, Memory.Hold hold) throws IOException {
        String raw = request.rawId();
        Exchange on = kind == Session.Kind.SHARED
                ? null
                : open.newest(exchange -> mayAsk(exchange) && !exchange.isAway())
                        .or(() -> open.newest(ServerOutput::mayAsk))
                        .orElse(null);
        if (on == null) {
            input.reply(Rpc.error(raw, Rpc.METHOD_NOT_FOUND, "no call is open whose client could be asked"));
        } else if (!on.client().abilities().canAnswer(request)) {
            input.reply(Rpc.error(raw, Rpc.METHOD_NOT_FOUND, "the client of this call does not support it"));
        } else if (!asked.add(raw, on)) {
            input.reply(Rpc.error(raw, Rpc.INVALID_REQUEST, "too many requests are open, or one of this id"));
        } else if (on.ask(request, hold)) {
            return true;
        } else if (asked.take(raw).isPresent()) {
            input.reply(Rpc.error(raw, Rpc.SERVER_GONE, "the client of this call is away"));
        }
        return false;
    }

    private static boolean mayAsk(Exchange exchange) {
        return CallRound.METHODS.contains(exchange.method());
    }

    private boolean tells(Message notification, Memory.Hold hold) throws IOException {
        if (notification.method().equals("notifications/progress")) {
            Span token = notification.progressToken();
            Exchange exchange = open.at(token, notification);
            // Progress of nothing that is open is of no use to anybody.
            return exchange != null
                    && token != null
                    && exchange.isStream()
                    && !exchange.clientToken().isEmpty()
                    && exchange.offer(
                            new Edit(notification)
                                    .put(token, exchange.clientToken())
                                    .bytes(),
                            hold);
        }
        Span cancels = notification.requestId();
        if (notification.method().equals("notifications/cancelled") && cancels != null) {
            String raw = cancels.in(notification.bytes());
            Optional<ServerRequests.Open> cancelled = asked.take(raw);
            if (cancelled.isEmpty()) {
                return false;
            }
            Exchange on = cancelled.get().on();
            if (kind == Session.Kind.LEGACY || on == null) {
                return send(on, notification, hold);
            }
            on.withdraw(raw);
            return false;
        }
        Exchange on = stream(notification);
        if (kind != Session.Kind.LEGACY && notification.method().equals("notifications/message")) {
            // On the stream of the request that has asked for it, and nowhere else (MCP 2026-07-28, "Logging").
            return on != null && hears(on, notification) && on.offer(notification.bytes(), hold);
        }
        return send(on, notification, hold);
    }

    private static boolean hears(Exchange exchange, Message log) throws IOException {
        LogLevel least = exchange.client().logs();
        LogLevel level = LogLevel.of(log.param("level"));
        return least != null && level != null && level.compareTo(least) >= 0;
    }

    /**
     * Where a message goes that names no request: with a single request open it most likely belongs to that; what lists and
     * resources say is the session's. Null for the session's stream.
     */
    private @Nullable Exchange stream(Message message) {
        String method = message.method();
        boolean general = method.startsWith("notifications/resources/") || method.endsWith("/list_changed");
        // What is too long to be kept would not get there.
        boolean listens = outlet.isAttached() && message.bytes().length <= Limits.KEPT_BYTES;
        if (kind == Session.Kind.SHARED || (general && listens)) {
            return null;
        }
        int candidates = open.count(Exchange::isStream);
        return candidates == 1 || (candidates > 1 && !listens && kind == Session.Kind.LEGACY)
                ? open.newest(Exchange::isStream).orElse(null)
                : null;
    }

    /** Whether the message keeps its room. */
    private boolean send(@Nullable Exchange on, Message message, Memory.Hold hold) {
        if (on != null && on.offer(message.bytes(), hold)) {
            return true;
        }
        // The log has bounds of its own.
        for (byte[] lost : outlet.add(message)) {
            lost(lost);
        }
        return false;
    }

    /** A notification that nobody fetches is forgotten; a request is answered, so that the server does not wait for ever. */
    private void lost(byte[] bytes) {
        try {
            Message message = MessageReader.read(bytes);
            if (message.kind() == Message.Kind.REQUEST
                    && asked.take(message.rawId()).isPresent()) {
                input.reply(Rpc.error(
                        message.rawId(), Rpc.SERVER_GONE, "the client has no stream open, or this is too long for it"));
            }
        } catch (BadMessage never) {
            throw new IllegalStateException("read before", never);
        }
        odd("a message was dropped: the client has no stream open, or reads it too slowly");
    }
}
