package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.assertion.Caller;
import dev.ostiary.gateway.bridge.child.Child;
import dev.ostiary.gateway.bridge.child.Ending;
import dev.ostiary.gateway.bridge.message.CallRound;
import dev.ostiary.gateway.bridge.message.Edit;
import dev.ostiary.gateway.bridge.message.Envelope;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.Rpc;
import dev.ostiary.gateway.bridge.message.Span;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One child and the caller whom it serves, from its start to its end. Ids of the client's requests are replaced by numbers of the
 * session's own, and so are progress tokens. Any thread.
 */
public final class Session {

    private final String id;
    private final String tag;
    private final Caller owner;
    private final Child child;
    private final Limits limits;
    private final Log log;
    private final Runnable onEnd;
    private final Runnable onGone;

    private final OpenExchanges open = new OpenExchanges();
    private final ServerRequests asked = new ServerRequests();
    private final Outlet outlet;
    private final Kind kind;
    private final ServerInput input;
    private final ServerOutput output;
    private final AtomicReference<@Nullable String> end = new AtomicReference<>();
    private final AtomicInteger streams = new AtomicInteger();
    private volatile long lastUsed = System.nanoTime();

    /** Whom a session serves. */
    enum Kind {
        /** A client that began it and knows its id. */
        LEGACY,
        /** Requests without a session, all of one caller. */
        STATELESS,
        /** Requests without a session, of any caller: nothing may go to another than the one whom it names. */
        SHARED
    }

    /** The session has ended: how. */
    public static final class Ended extends IOException {
        Ended(String how) {
            super(how);
        }
    }

    /** More requests are open than a session may have. */
    public static final class Busy extends IOException {
        Busy() {
            super("more than " + Limits.OPEN_REQUESTS + " requests are open in this session");
        }
    }

    /**
     * @param onEnd once, when the session takes no more requests
     * @param onGone once, when its process is gone as well
     */
    Session(
            String id,
            String tag,
            Caller owner,
            Kind kind,
            Outlet outlet,
            Child child,
            Limits limits,
            Memory memory,
            Log log,
            Runnable onEnd,
            Runnable onGone) {
        this.id = id;
        this.tag = tag;
        this.owner = owner;
        this.kind = kind;
        this.outlet = outlet;
        this.child = child;
        this.limits = limits;
        this.log = log;
        this.onEnd = onEnd;
        this.onGone = onGone;
        this.input = new ServerInput(child, limits.write(), this::hearLastWords);
        this.output = new ServerOutput(
                child, kind, outlet, open, asked, limits, memory, input, line -> log.session(tag, line));
    }

    /** Begins to read what the child writes. */
    void start() {
        Thread out = Thread.ofVirtual().name(tag + " out").start(this::readOut);
        Thread err = Thread.ofVirtual()
                .name(tag + " err")
                .start(() -> ErrorLines.copy(child.err(), line -> log.child(tag, line)));
        var _ = child.ended().thenAccept(how -> Thread.ofVirtual().start(() -> childEnded(how, out, err)));
    }

    public String id() {
        return id;
    }

    /** Short, for logs; says nothing that opens the session. */
    public String tag() {
        return tag;
    }

    public Caller owner() {
        return owner;
    }

    /** What the session's stream reads. */
    public EventLog events() {
        if (outlet instanceof EventLog events) {
            return events;
        }
        throw new IllegalStateException("a session without a stream");
    }

    Kind kind() {
        return kind;
    }

    public long pid() {
        return child.pid();
    }

    /** Whether requests are open: the session must not be ended yet where that can wait. */
    public boolean isBusy() {
        return !open.isEmpty();
    }

    boolean isIdle(Duration bound) {
        return open.isEmpty() && streams.get() == 0 && System.nanoTime() - lastUsed > bound.toNanos();
    }

    /** Why it takes no more requests; null while it does. */
    @Nullable
    String ended() {
        return end.get();
    }

    /** Somebody listens from here on until {@link #streamClosed}. */
    public void streamOpened() {
        streams.incrementAndGet();
    }

    public void streamClosed() {
        lastUsed = System.nanoTime();
        streams.decrementAndGet();
    }

    /**
     * Passes a request on; its exchange must be {@linkplain #close closed}.
     *
     * @throws Busy when too many are open
     * @throws Ended when there is no server to pass it to: it has not been written
     */
    public Exchange request(Message request) throws IOException {
        return request(request, CallRound.ONLY);
    }

    /** As {@link #request(Message)}, for a client without a session: the first round of a call. */
    public Exchange request(Message request, CallRound round) throws IOException {
        lastUsed = System.nanoTime();
        Exchange exchange = open.open(request, round.client());
        Edit edit = new Edit(request);
        Span span = request.id();
        if (span != null) {
            edit.put(span, Long.toString(exchange.id()));
        }
        if (round.unasked() != null) {
            edit.put(round.unasked(), "");
        }
        Span token = request.progressToken();
        if (!request.version().isEmpty()) {
            Envelope.remove(request, edit, Long.toString(exchange.id()));
        } else if (token != null) {
            edit.put(token, Long.toString(exchange.id()));
        }
        try {
            // What the server does not take is answered when the session ends, which then says how.
            boolean _ = write(edit.bytes());
        } catch (Ended ended) {
            close(exchange);
            throw ended;
        }
        // Whoever ended the session meanwhile may not have seen this exchange.
        String ended = end.get();
        if (ended != null) {
            exchange.finish(gone(exchange, ended), null);
        }
        return exchange;
    }

    /** Nobody waits for the exchange any more: answered, or its client is gone. */
    public void close(Exchange exchange) {
        lastUsed = System.nanoTime();
        open.remove(exchange);
        exchange.leave();
        if (kind != Kind.LEGACY) {
            refuse(asked.takeAll(exchange), "the client of this call is gone");
        }
    }

    /** Answers requests of the server's, where it still hears. */
    private void refuse(List<String> rawIds, String why) {
        for (String rawId : rawIds) {
            tell(Rpc.error(rawId, Rpc.SERVER_GONE, why));
        }
    }

    /** Passes a notification on. */
    public void notify(Message notification) throws Ended {
        lastUsed = System.nanoTime();
        if (!notification.isNotification("notifications/cancelled")) {
            boolean _ = write(notification.bytes());
            return;
        }
        Span span = notification.requestId();
        String raw = span == null ? "" : span.in(notification.bytes());
        Optional<Exchange> meant = open.newest(exchange -> exchange.clientId().equals(raw));
        if (span != null && meant.isPresent()) {
            boolean _ = write(new Edit(notification)
                    .put(span, Long.toString(meant.get().id()))
                    .bytes());
            meant.get().cancelled();
        }
    }

    /** Tells the server that nobody waits for a request any more. */
    public void abandon(Exchange exchange) {
        if (open.remove(exchange)) {
            tell(Rpc.notification(
                    "notifications/cancelled",
                    "{\"requestId\":" + exchange.id() + ",\"reason\":\"the client is gone\"}"));
        }
        close(exchange);
    }

    /** Passes on the answer to a request of the server's; false when it has none of that id open. */
    public boolean answer(Message response) throws Ended {
        lastUsed = System.nanoTime();
        if (asked.take(response.rawId()).isEmpty()) {
            return false;
        }
        boolean _ = write(response.bytes());
        return true;
    }

    /** How many calls wait for a client that is away. */
    int suspended() {
        return open.count(Exchange::isAway);
    }

    /**
     * Goes on with a call whose client was asked for something and is back.
     *
     * @param request this round's
     */
    public void resume(Exchange exchange, Message request, CallRound round) {
        lastUsed = System.nanoTime();
        Asked.Round settled = exchange.resume(request, round);
        settled.answered().forEach((name, rawId) -> {
            String result = round.responses().get(name);
            if (result != null && asked.take(rawId).isPresent()) {
                tell(Rpc.result(rawId, result));
            }
        });
        refuse(taken(settled.unanswered()), "the client has not answered");
    }

    /** The client of a call cannot be asked after all: the server gets errors and goes on. */
    public void decline(Exchange exchange, String why) {
        refuse(taken(exchange.stay()), why);
    }

    private List<String> taken(List<String> rawIds) {
        return rawIds.stream().filter(rawId -> asked.take(rawId).isPresent()).toList();
    }

    /** Ends the session; its requests are answered with {@code why}, its process ends within the limits. Once. */
    public void end(String why) {
        if (!end.compareAndSet(null, why)) {
            return;
        }
        onEnd.run();
        log.session(tag, "session ended: " + why);
        open.all().forEach(exchange -> exchange.finish(gone(exchange, why), null));
        outlet.end();
        output.end();
        Thread.ofVirtual().name(tag + " end").start(() -> {
            if (Stopping.stop(child, limits.closing(), limits.terminating())) {
                log.session(tag, "the process ignored SIGTERM and was killed");
            }
        });
    }

    private static byte[] gone(Exchange exchange, String why) {
        return Rpc.error(exchange.clientId(), Rpc.SERVER_GONE, "the session has ended: " + why);
    }

    /** Whether the server takes it. If not, the session is about to end, which answers everything that is open. */
    private boolean write(byte[] message) throws Ended {
        String ended = end.get();
        if (ended != null) {
            throw new Ended(ended);
        }
        return input.write(message);
    }

    /** A server that takes nothing any more may have answered before, and may be ending by itself: then that says more. */
    private void hearLastWords(String why) {
        if (!ServerOutput.endsSoon(child)) {
            end(why);
        }
    }

    /** Writes what the server need not get once the session has ended. */
    private void tell(byte[] message) {
        try {
            boolean _ = write(message);
        } catch (Ended _) {
            // Then it does not wait for this any more.
        }
    }

    private void readOut() {
        try {
            String why = output.read();
            if (!why.isEmpty()) {
                end(why);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void childEnded(Ending how, Thread out, Thread err) {
        try {
            // What it said last is in the pipes. A process that left its group may hold them open for ever.
            out.join(Limits.LAST_WORDS);
            child.out().close();
            out.join();
            err.join(Limits.LAST_WORDS);
            child.err().close();
        } catch (InterruptedException | IOException _) {
            // Nobody interrupts this thread, and closing these does not fail.
        }
        child.closeIn();
        end("the server's process ended (" + how + ")");
        onGone.run();
    }

    @Override
    public String toString() {
        return "session " + tag;
    }
}
