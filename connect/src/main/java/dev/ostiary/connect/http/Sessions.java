package dev.ostiary.connect.http;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.message.Message;
import dev.ostiary.connect.token.WantedBy;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The session of one client, and the one after it when the server forgets: begun with the client's own {@code initialize}, once however many
 * calls find out, and made like the one before. Safe for any thread.
 */
final class Sessions {

    private static final String FALLBACK_VERSION = "2025-03-26";
    /** How long it may take to begin another, apart from a sign-in. */
    private static final Duration RENEWAL_LIMIT = Duration.ofSeconds(60);

    private final SessionHttp http;
    private final Downstream downstream;
    private final Diagnostics diagnostics;
    private final SessionMemory memory = new SessionMemory();
    private volatile @Nullable Session current;
    private @Nullable CompletableFuture<Session> renewal;
    private volatile @Nullable Call renewing;
    private volatile boolean closed;
    private long renewals;

    Sessions(SessionHttp http, Downstream downstream, Diagnostics diagnostics) {
        this.http = http;
        this.downstream = downstream;
        this.diagnostics = diagnostics;
    }

    /** Null before the first has begun. */
    @Nullable
    Session current() {
        return current;
    }

    /** The client's own {@code initialize} was answered. */
    void begin(Message initialize, Message answer, @Nullable String sessionId) {
        memory.forget();
        current = session(initialize, answer, sessionId);
    }

    /** A request of the client was answered with a result. */
    void remember(Message request) {
        memory.remember(request);
    }

    /**
     * The session after this one, which the server has forgotten.
     *
     * @param call who waits for it; its time-out stands still, since this has its own
     */
    Session after(Session forgotten, Call call) throws IOException, ConnectFailure, InterruptedException {
        CompletableFuture<Session> next;
        synchronized (this) {
            Session now = Objects.requireNonNull(current);
            if (!now.isSame(forgotten)) {
                return now;
            }
            next = renewal;
            if (next == null) {
                next = renew(forgotten, call.wantedBy());
                renewal = next;
            }
        }
        call.hold();
        try {
            return next.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConnectFailure failure) {
                throw failure;
            }
            Throwable cause = e.getCause();
            throw new IOException(cause == null ? null : cause.getMessage(), e);
        } finally {
            call.heard();
        }
    }

    /** In a thread of its own, so that the end of one call does not end it for the others. */
    private CompletableFuture<Session> renew(Session forgotten, WantedBy by) {
        CompletableFuture<Session> next = new CompletableFuture<>();
        Call call = new Call(forgotten.initialize().withId("ostiary-connect-" + ++renewals), by);
        renewing = call;
        Thread.ofVirtual().name("renewal").start(() -> {
            call.startHere();
            try {
                Session begun = took(forgotten, begunLike(forgotten, call));
                diagnostics.say("the server had ended the session; a new one has begun");
                announceChanges(begun);
                next.complete(begun);
            } catch (IOException | ConnectFailure | InterruptedException | RuntimeException e) {
                took(forgotten, forgotten);
                next.completeExceptionally(
                        call.isOver()
                                ? new IOException("the server ended the session and did not begin another within "
                                        + RENEWAL_LIMIT.toSeconds() + " s")
                                : e);
            } finally {
                call.finish();
            }
        });
        Thread.ofVirtual().name("renewal-limit").start(() -> {
            try {
                if (call.awaitSilence(RENEWAL_LIMIT)) {
                    call.abandon();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        if (closed) {
            call.abandon();
        }
        return next;
    }

    /** What is the session from now on: this one, unless the client itself has begun another meanwhile. */
    private synchronized Session took(Session forgotten, Session begun) {
        renewal = null;
        renewing = null;
        Session now = Objects.requireNonNull(current);
        if (now.isSame(forgotten)) {
            now = begun;
            current = now;
        }
        return now;
    }

    private Session begunLike(Session forgotten, Call call) throws IOException, ConnectFailure, InterruptedException {
        Session next = answered(forgotten, call);
        HttpResponse<InputStream> told = http.post(Message.notification("notifications/initialized"), next, call);
        told.body().close();
        if (told.statusCode() / 100 != 2) {
            throw new IOException("the server answered " + told.statusCode() + " to the new session's first notice");
        }
        for (Message message : memory.toRepeat()) {
            http.post(message, next, call).body().close();
        }
        return next;
    }

    private Session answered(Session forgotten, Call call) throws IOException, ConnectFailure, InterruptedException {
        HttpResponse<InputStream> answer = http.post(call.request(), null, call);
        if (answer.statusCode() == 404 || answer.statusCode() == 405) {
            answer.body().close();
            throw refused("the server at " + http.url() + " ended the session and answers " + answer.statusCode()
                    + " to a new one");
        }
        // The client does not see it, and it is over before the renewal is.
        Call reading = new Call(call.request());
        AtomicReference<@Nullable Session> got = new AtomicReference<>();
        new Answer(http, reading, null, (message, sessionId) -> {
                    if (message.isResponse()
                            && message.idKey().equals(reading.request().idKey())) {
                        if (message.result().isObject()) {
                            got.set(session(forgotten.initialize(), message, sessionId));
                        }
                        reading.finish();
                    }
                })
                .read(answer);
        Session begun = got.get();
        if (begun == null) {
            throw refused("the server ended the session and refuses a new one");
        }
        if (!begun.protocolVersion().equals(forgotten.protocolVersion())) {
            throw refused("the server ended the session and now speaks version " + begun.protocolVersion()
                    + " of the protocol instead of " + forgotten.protocolVersion());
        }
        return begun;
    }

    private static ConnectFailure refused(String what) {
        return ConnectFailure.refused(what, "connect again from your MCP client");
    }

    /** What was listed before may be otherwise now. */
    private void announceChanges(Session next) {
        for (String list : new String[] {"tools", "prompts", "resources"}) {
            if (next.answer()
                    .result()
                    .path("capabilities")
                    .path(list)
                    .path("listChanged")
                    .asBoolean()) {
                downstream.deliver(Message.notification("notifications/" + list + "/list_changed"));
            }
        }
    }

    /** No session is begun any more. */
    void close() {
        closed = true;
        Call call = renewing;
        if (call != null) {
            call.abandon();
        }
    }

    private static Session session(Message initialize, Message answer, @Nullable String sessionId) {
        String version = answer.result().path("protocolVersion").asText(FALLBACK_VERSION);
        return new Session(
                visible(sessionId), version.matches("[0-9-]{1,20}") ? version : FALLBACK_VERSION, initialize, answer);
    }

    private static @Nullable String visible(@Nullable String sessionId) {
        return sessionId != null && !sessionId.isEmpty() && sessionId.chars().allMatch(c -> c > ' ' && c < 0x7f)
                ? sessionId
                : null;
    }
}
