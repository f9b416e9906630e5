package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.assertion.Caller;
import dev.ostiary.gateway.bridge.child.Child;
import dev.ostiary.gateway.bridge.child.Ending;
import dev.ostiary.gateway.bridge.message.BadMessage;
import dev.ostiary.gateway.bridge.message.Edit;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.MessageReader;
import dev.ostiary.gateway.bridge.message.Rpc;
import dev.ostiary.gateway.bridge.message.Span;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One child and the caller whom it serves. Ids of the client's requests are replaced by numbers of the session's own, and so are
 * progress tokens, so that no two requests on their way share one, whatever clients choose. Any thread.
 */
public final class Session {

    private final String id;
    private final String tag;
    private final Caller owner;
    private final Child child;
    private final Limits limits;
    private final Memory memory;
    private final Log log;
    private final Runnable onEnd;
    private final Runnable onGone;

    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentHashMap<Long, Exchange> open = new ConcurrentHashMap<>();
    /** Requests of the server's that the client has not answered. */
    private final ConcurrentHashMap<String, Asked> asked = new ConcurrentHashMap<>();

    private final Outlet outlet;
    private final Kind kind;
    private final Waiting waiting = new Waiting(Limits.WAITING_BYTES);
    private final AtomicReference<@Nullable String> end = new AtomicReference<>();
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicInteger oddities = new AtomicInteger();
    private volatile long lastUsed = System.nanoTime();

    /** @param on the exchange whose stream it went to, null for the session's */
    private record Asked(@Nullable Exchange on) {}

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
        this.memory = memory;
        this.log = log;
        this.onEnd = onEnd;
        this.onGone = onGone;
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
     * @throws Ended when there is no server to pass it to
     */
    public Exchange request(Message request) throws IOException {
        lastUsed = System.nanoTime();
        if (open.size() >= Limits.OPEN_REQUESTS) {
            throw new Busy();
        }
        Exchange exchange = new Exchange(numbers.incrementAndGet(), request);
        open.put(exchange.id(), exchange);
        Edit edit = new Edit(request);
        Span span = request.id();
        if (span != null) {
            edit.put(span, Long.toString(exchange.id()));
        }
        Span token = request.progressToken();
        if (token != null) {
            edit.put(token, Long.toString(exchange.id()));
        }
        try {
            write(edit.bytes());
        } catch (IOException failed) {
            close(exchange);
            throw failed;
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
        open.remove(exchange.id());
        exchange.leave();
    }

    /** Passes a notification on. */
    public void notify(Message notification) throws IOException {
        lastUsed = System.nanoTime();
        if (!notification.isNotification("notifications/cancelled")) {
            write(notification.bytes());
            return;
        }
        Span span = notification.requestId();
        String raw = span == null ? "" : span.in(notification.bytes());
        Optional<Exchange> meant = open.values().stream()
                .filter(exchange -> exchange.clientId().equals(raw))
                .max(Comparator.comparingLong(Exchange::id));
        if (span != null && meant.isPresent()) {
            write(new Edit(notification)
                    .put(span, Long.toString(meant.get().id()))
                    .bytes());
            meant.get().cancelled();
        }
    }

    /** Tells the server that nobody waits for a request any more. */
    public void abandon(Exchange exchange) {
        if (open.remove(exchange.id()) != null && end.get() == null) {
            try {
                write(Rpc.notification(
                        "notifications/cancelled",
                        "{\"requestId\":" + exchange.id() + ",\"reason\":\"the client is gone\"}"));
            } catch (IOException _) {
                // Then the server is told in another way.
            }
        }
        close(exchange);
    }

    /** Passes on the answer to a request of the server's; false when it has none of that id open. */
    public boolean answer(Message response) throws IOException {
        lastUsed = System.nanoTime();
        if (asked.remove(response.rawId()) == null) {
            return false;
        }
        write(response.bytes());
        return true;
    }

    /** Ends the session; its requests are answered with {@code why}, its process ends within the limits. Once. */
    public void end(String why) {
        if (!end.compareAndSet(null, why)) {
            return;
        }
        onEnd.run();
        log.session(tag, "session ended: " + why);
        open.values().forEach(exchange -> exchange.finish(gone(exchange, why), null));
        outlet.end();
        waiting.end();
        Thread.ofVirtual().name(tag + " end").start(() -> {
            if (Stopping.stop(child, limits.closing(), limits.terminating())) {
                log.session(tag, "the process ignored SIGTERM and was killed");
            }
        });
    }

    private static byte[] gone(Exchange exchange, String why) {
        return Rpc.error(exchange.clientId(), Rpc.SERVER_GONE, "the session has ended: " + why);
    }

    private void write(byte[] message) throws IOException {
        String ended = end.get();
        if (ended != null) {
            throw new Ended(ended);
        }
        byte[] line = Arrays.copyOf(message, message.length + 1);
        line[message.length] = '\n';
        try {
            child.write(line, limits.write());
        } catch (IOException failed) {
            String why = String.valueOf(failed.getMessage());
            end(why);
            throw new Ended(why);
        }
    }

    private void readOut() {
        LineReader lines = new LineReader(child.out(), limits.messageBytes(), memory);
        try {
            byte[] line;
            while ((line = lines.next()) != null) {
                Memory.Hold large = lines.hold();
                if (line.length > 0 && end.get() == null) {
                    fromChild(line, large);
                } else if (large != null) {
                    large.close();
                }
            }
            if (lines.hasHalf()) {
                odd("half a line at its end, ignored");
            }
            if (!child.ended().isDone()) {
                // A process that has ended closes its output as well; its exit code then says more.
                Thread.sleep(200);
            }
            if (!child.ended().isDone()) {
                end("the process closed its standard output");
            }
        } catch (LineReader.TooLong tooLong) {
            end("the process wrote " + tooLong.getMessage());
        } catch (IOException broken) {
            end(String.valueOf(broken.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            lines.close();
        }
    }

    /** @param large what a large line has taken; passed on with it, or given back here */
    private void fromChild(byte[] line, Memory.@Nullable Hold large) throws IOException, InterruptedException {
        Memory.Hold hold = large == null ? waiting.take(line.length) : large;
        boolean kept = false;
        try {
            Message message = MessageReader.read(line);
            kept = switch (message.kind()) {
                case RESPONSE -> answered(message, hold);
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
            log.session(tag, what + (count == 10 ? "; more of these are not reported" : ""));
        }
    }

    private @Nullable Exchange exchange(@Nullable Span number, Message message) {
        try {
            return number == null ? null : open.get(Long.parseLong(number.in(message.bytes())));
        } catch (NumberFormatException _) {
            return null;
        }
    }

    private boolean answered(Message response, Memory.Hold hold) {
        Span span = response.id();
        Exchange exchange = exchange(span, response);
        if (exchange == null || span == null) {
            odd("ignored an answer to no open request");
            return false;
        }
        open.remove(exchange.id());
        exchange.finish(new Edit(response).put(span, exchange.clientId()).bytes(), hold);
        return true;
    }

    private boolean asks(Message request, Memory.Hold hold) throws IOException {
        String raw = request.rawId();
        boolean own = kind != Kind.LEGACY;
        if (request.method().equals("ping")
                && (own
                        || open.values().stream()
                                .anyMatch(exchange -> exchange.method().equals("initialize")))) {
            // Where nobody else can, as before the answer to initialize.
            write(Rpc.result(raw, "{}"));
            return false;
        }
        if (kind != Kind.LEGACY) {
            write(Rpc.error(raw, Rpc.METHOD_NOT_FOUND, "the client of this request cannot be asked"));
            return false;
        }
        Exchange on = stream(request.method());
        if (asked.size() >= Limits.OPEN_REQUESTS || asked.putIfAbsent(raw, new Asked(on)) != null) {
            write(Rpc.error(raw, Rpc.INVALID_REQUEST, "too many requests are open, or one of this id"));
            return false;
        }
        return send(on, request, hold);
    }

    private boolean tells(Message notification, Memory.Hold hold) throws IOException {
        if (notification.method().equals("notifications/progress")) {
            Span token = notification.progressToken();
            Exchange exchange = exchange(token, notification);
            // Progress of nothing that is open is of no use to anybody.
            return exchange != null
                    && token != null
                    && !exchange.clientToken().isEmpty()
                    && exchange.offer(
                            new Edit(notification)
                                    .put(token, exchange.clientToken())
                                    .bytes(),
                            hold);
        }
        Span cancels = notification.requestId();
        if (notification.method().equals("notifications/cancelled") && cancels != null) {
            Asked cancelled = asked.remove(cancels.in(notification.bytes()));
            return cancelled != null && send(cancelled.on, notification, hold);
        }
        return send(stream(notification.method()), notification, hold);
    }

    /**
     * Where a message goes that names no request: with a single request open it most likely belongs to that; what lists and
     * resources say is the session's. Null for the session's stream.
     */
    private @Nullable Exchange stream(String method) {
        boolean general = method.startsWith("notifications/resources/") || method.endsWith("/list_changed");
        boolean listens = outlet.isAttached();
        if (kind == Kind.SHARED || (general && listens)) {
            return null;
        }
        Exchange[] candidates =
                open.values().stream().filter(Exchange::isStream).toArray(Exchange[]::new);
        if (candidates.length == 1 || (candidates.length > 1 && !listens && kind == Kind.LEGACY)) {
            return Arrays.stream(candidates)
                    .max(Comparator.comparingLong(Exchange::id))
                    .orElseThrow();
        }
        return null;
    }

    /** Whether the message keeps its room. */
    private boolean send(@Nullable Exchange on, Message message, Memory.Hold hold) throws IOException {
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
    private void lost(byte[] bytes) throws IOException {
        try {
            Message message = MessageReader.read(bytes);
            if (message.kind() == Message.Kind.REQUEST && asked.remove(message.rawId()) != null) {
                write(Rpc.error(message.rawId(), Rpc.SERVER_GONE, "the client has no stream open"));
            }
        } catch (BadMessage never) {
            throw new IllegalStateException("read before", never);
        }
        odd("a message was dropped: the client has no stream open, or reads it too slowly");
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
        return "session " + tag + Map.of("open", open.size(), "asked", asked.size());
    }
}
