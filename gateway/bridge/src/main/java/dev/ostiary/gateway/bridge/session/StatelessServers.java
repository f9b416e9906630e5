package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.assertion.Caller;
import dev.ostiary.gateway.bridge.message.BadMessage;
import dev.ostiary.gateway.bridge.message.Initialized;
import dev.ostiary.gateway.bridge.message.LogLevel;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.MessageReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Servers for requests of the modern era, which has no sessions: one process for each caller, or one for all where the workload says
 * that it keeps no state. The bridge is its client and makes the handshake that the era has no more. Any thread.
 */
public final class StatelessServers {

    private static final Caller EVERYBODY = new Caller("", "", "", "");

    /** What some clients can be asked; whether the one at hand can is looked at when a server asks. */
    private static final String ASKABLE =
            "\"sampling\":{\"tools\":{}},\"elicitation\":{\"form\":{},\"url\":{}},\"roots\":{}";

    private static final String INITIALIZED = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";

    /**
     * A server that has been greeted.
     *
     * @param initialized what it has said of itself
     * @param toolHeaders which arguments of its tools are mirrored in headers
     * @param logs the least severe log messages that it was told to write; null before it was told
     */
    public record Greeted(
            Session session,
            Listeners listeners,
            Initialized initialized,
            ToolHeaders toolHeaders,
            AtomicReference<@Nullable LogLevel> logs) {

        /** Whether it has to be told to write more for a client that wants to hear this level. */
        public boolean mustTellMore(LogLevel level) {
            LogLevel before = logs.getAndAccumulate(
                    level,
                    (told, wanted) -> told == null || (wanted != null && wanted.compareTo(told) < 0) ? wanted : told);
            return before == null || level.compareTo(before) < 0;
        }
    }

    /** The server did not take the handshake; the text says how. */
    public static final class NotGreeted extends IOException {
        NotGreeted(String how) {
            super(how);
        }
    }

    private final Sessions sessions;
    private final boolean shared;
    private final ConcurrentHashMap<Caller, CompletableFuture<Greeted>> servers = new ConcurrentHashMap<>();

    /** Servers that count as {@code sessions}; {@code shared} when callers may share a process. */
    public StatelessServers(Sessions sessions, boolean shared) {
        this.sessions = sessions;
        this.shared = shared;
    }

    /**
     * The caller's server, started and greeted if there is none; those who come meanwhile wait for it.
     *
     * @throws Sessions.Full when there are as many as there may be
     * @throws IOException when it cannot be started or does not answer: why
     */
    public Greeted of(Caller caller) throws IOException, InterruptedException {
        Caller key = shared ? EVERYBODY : caller;
        CompletableFuture<Greeted> mine = new CompletableFuture<>();
        CompletableFuture<Greeted> there;
        while ((there = servers.putIfAbsent(key, mine)) != null) {
            try {
                Greeted greeted = there.get();
                if (greeted.session.ended() == null) {
                    return greeted;
                }
                servers.remove(key, there);
            } catch (ExecutionException failed) {
                throw failed.getCause() instanceof IOException why ? why : new IOException(failed);
            }
        }
        try {
            Greeted greeted = greet(key, mine);
            mine.complete(greeted);
            return greeted;
        } catch (IOException | RuntimeException | InterruptedException failed) {
            servers.remove(key, mine);
            mine.completeExceptionally(failed);
            throw failed;
        }
    }

    private Greeted greet(Caller key, CompletableFuture<Greeted> slot) throws IOException, InterruptedException {
        Listeners listeners = new Listeners();
        Session session = sessions.openStateless(key, listeners, shared, () -> servers.remove(key, slot));
        boolean greeted = false;
        try {
            Exchange exchange = session.request(read(handshake()));
            Initialized initialized;
            try {
                if (!(exchange.next(sessions.limits().start()) instanceof Exchange.Next.Last last)) {
                    throw new NotGreeted("the server did not answer initialize within "
                            + sessions.limits().start());
                }
                initialized = initialized(last.message(), session);
            } finally {
                session.close(exchange);
            }
            session.notify(read(INITIALIZED));
            greeted = true;
            return new Greeted(
                    session, listeners, initialized, new ToolHeaders(session, listeners), new AtomicReference<>());
        } finally {
            if (!greeted) {
                session.end("no handshake");
            }
        }
    }

    /** What is kept for as long as the process lives, and therefore is not long. */
    private static Initialized initialized(byte[] answer, Session session) throws IOException {
        Message message;
        try {
            message = MessageReader.read(answer);
        } catch (BadMessage never) {
            throw new IllegalStateException("read before", never);
        }
        if (message.result() == null) {
            String ended = session.ended();
            throw new NotGreeted(
                    ended == null
                            ? "the server refused initialize"
                            : "the server has ended before it answered initialize: " + ended);
        }
        if (answer.length > Memory.SMALL_BYTES) {
            throw new NotGreeted("the server answered initialize with more than " + Memory.SMALL_BYTES + " bytes");
        }
        return Initialized.read(message);
    }

    /** Where callers share a process nobody is asked: a server does not say which of them it means. */
    private String handshake() {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                + "\"capabilities\":{" + (shared ? "" : ASKABLE) + "},"
                + "\"clientInfo\":{\"name\":\"ostiary-bridge\",\"version\":\"1\"}}}";
    }

    private static Message read(String message) {
        try {
            return MessageReader.read(message.getBytes(StandardCharsets.UTF_8));
        } catch (BadMessage never) {
            throw new IllegalStateException(never);
        }
    }
}
