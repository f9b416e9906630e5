package dev.ostiary.gateway.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An exchange without its wire format: who may still say what, and the one end. The subclasses put it on the wire. Confined to
 * its event loop.
 *
 * <pre>
 *   response:      NONE ──respond──────────────▶ LAST_WRITTEN ──on the wire──▶ ended
 *                    └────stream──▶ STREAMING ──end──▶ ┘
 *   any state ──client gone, abort, time-out──▶ ended
 * </pre>
 *
 * <p>Once a response has begun, the rest of the {@linkplain RequestBody request's body} is discarded.
 */
abstract sealed class GuardedExchange implements Exchange, ResponseStream permits Http1Exchange, Http2Exchange {

    private static final Logger log = LoggerFactory.getLogger(GuardedExchange.class);
    private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");
    private static final AsciiString ALLOWED_METHODS = AsciiString.cached("GET, HEAD, POST, DELETE, OPTIONS");

    private enum Response {
        NONE,
        STREAMING,
        LAST_WRITTEN
    }

    final ListenerState listener;
    final ListenerConfig config;
    private final RequestGuard.@Nullable Accepted request;
    private final RequestBody body;

    private Response response = Response.NONE;
    private int sentStatus;
    private boolean admitted;
    private boolean ended;
    private boolean gone;
    private boolean draining;
    private @Nullable Runnable writable;
    private @Nullable Queue<Runnable> goneCallbacks;
    private @Nullable Queue<Runnable> drainCallbacks;

    GuardedExchange(ListenerState listener, ListenerConfig config, RequestGuard.Verdict verdict) {
        this.listener = listener;
        this.config = config;
        this.request = verdict instanceof RequestGuard.Accepted accepted ? accepted : null;
        this.body = request == null
                ? new RequestBody(-1, false)
                : new RequestBody(request.contentLength(), request.expectsContinue());
    }

    /** Lets the guard's verdict take its course: refusal, preflight answer, or the handler. */
    final void begin(RequestGuard.Verdict verdict) {
        switch (verdict) {
            case RequestGuard.Refused(Rejection reason) -> refuse(reason);
            case RequestGuard.Accepted accepted -> {
                HttpHeaders preflight =
                        accepted.origin() == null ? null : Cors.preflight(accepted.method(), accepted.headers());
                if (preflight != null) {
                    respond(HttpResponseStatus.NO_CONTENT, preflight, Unpooled.EMPTY_BUFFER);
                } else if (!listener.admitExchange()) {
                    refuse(Rejection.TOO_MANY_REQUESTS_IN_PROGRESS);
                } else {
                    admitted = true;
                    listener.events.exchangeStarted();
                    handle();
                }
            }
        }
    }

    private void handle() {
        try {
            listener.handler.handle(this);
        } catch (RuntimeException e) {
            failed("handler", e);
        }
    }

    /** A callback threw: whatever it wanted to say is not known. */
    private void failed(String where, RuntimeException e) {
        log.atError().addKeyValue("in", where).setCause(e).log("exchange failed");
        if (response == Response.NONE && !ended) {
            answerInstead(
                    HttpResponseStatus.INTERNAL_SERVER_ERROR,
                    "The gateway failed to answer.",
                    new DefaultHttpHeaders());
        } else {
            end(false);
            reset();
        }
    }

    // ---- what the wire format does ----

    abstract ByteBufAllocator alloc();

    /** Asks for pieces of the body: {@link #bodyPiece} and {@link #bodyEnd} follow. */
    abstract void demandBody();

    abstract void sendContinue();

    /** Writes and flushes a whole response; {@link #written} follows. */
    abstract void send(HttpResponseStatus status, HttpHeaders headers, ByteBuf content);

    abstract void sendHead(HttpResponseStatus status, HttpHeaders headers);

    abstract void sendPiece(ByteBuf piece);

    /** Writes the end of a stream and flushes; {@link #written} follows. */
    abstract void sendEnd();

    /** Breaks the response off so that the client notices. */
    abstract void reset();

    /** The wire shall not carry another request after this one. */
    abstract void closeAfterResponse();

    // ---- what the wire format reports ----

    /** True while pieces of the body are collected. */
    final boolean isReadingBody() {
        return body.isReading();
    }

    /** True once nobody will ask for the rest of the body. */
    final boolean isBodyDiscarded() {
        return body.isDiscarded();
    }

    final boolean hasBodyArrived() {
        return body.hasArrived();
    }

    final boolean isContinueExpected() {
        return body.isContinueExpected();
    }

    final boolean isHead() {
        return request != null && request.method().equals(HttpMethod.HEAD);
    }

    final @Nullable String origin() {
        return request == null ? null : request.origin();
    }

    final long contentLength() {
        return body.contentLength();
    }

    final boolean isEnded() {
        return ended;
    }

    /** A piece of the body has come; ownership passes. */
    final void bodyPiece(ByteBuf piece) {
        if (!body.add(piece, alloc())) {
            refuse(Rejection.BODY_TOO_LARGE);
        }
    }

    /** The body is complete. */
    final void bodyEnd() {
        try {
            body.end();
        } catch (RuntimeException e) {
            failed("body callback", e);
        }
    }

    /** The last byte of the response is on the wire, or will never be. */
    final void written(boolean success) {
        end(success);
    }

    /** The client can take more again. */
    final void writabilityChanged() {
        Runnable callback = writable;
        if (callback != null && response == Response.STREAMING && !ended && isWritable()) {
            try {
                callback.run();
            } catch (RuntimeException e) {
                failed("writable callback", e);
            }
        }
    }

    /** The client is gone, or treated as if it were. */
    final void clientGone() {
        end(false);
    }

    final void sweep(long now) {
        if (body.isSlow(now)) {
            refuse(Rejection.SLOW_BODY);
        }
    }

    final void drain() {
        if (!draining && !ended) {
            draining = true;
            runAll(drainCallbacks);
            if (response == Response.STREAMING
                    && !ended
                    && request != null
                    && request.method().equals(HttpMethod.GET)) {
                end(false);
                reset();
            }
        }
    }

    /** Answers instead of the handler, or breaks off an answer that has begun. */
    final void refuse(Rejection reason) {
        if (ended || response == Response.LAST_WRITTEN) {
            return;
        }
        listener.events.rejected(reason);
        if (response == Response.STREAMING) {
            end(false);
            reset();
            return;
        }
        HttpHeaders headers = new DefaultHttpHeaders();
        if (reason == Rejection.UNSUPPORTED_METHOD) {
            headers.set(HttpHeaderNames.ALLOW, ALLOWED_METHODS);
        } else if (reason == Rejection.TOO_MANY_REQUESTS_IN_PROGRESS) {
            headers.set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        answerInstead(reason.status(), reason.explanation(), headers);
    }

    /** Answers in the handler's place; for the handler that is as if the client had gone. */
    private void answerInstead(HttpResponseStatus status, String text, HttpHeaders headers) {
        Queue<Runnable> callbacks = goneCallbacks;
        goneCallbacks = null;
        closeAfterResponse();
        headers.set(HttpHeaderNames.CONTENT_TYPE, TEXT);
        beginResponse(status, Response.LAST_WRITTEN, Unpooled.EMPTY_BUFFER);
        body.discard();
        send(status, headers, ByteBufUtil.writeUtf8(alloc(), text + "\n"));
        gone = true;
        runAll(callbacks);
    }

    /** The one end of every exchange. */
    private void end(boolean complete) {
        if (ended) {
            return;
        }
        ended = true;
        body.discard();
        if (admitted) {
            listener.exchangeGone();
            listener.events.exchangeEnded(sentStatus, complete);
        }
        if (!complete) {
            gone = true;
            runAll(goneCallbacks);
        }
        goneCallbacks = null;
        drainCallbacks = null;
        writable = null;
    }

    private void runAll(@Nullable Queue<Runnable> callbacks) {
        if (callbacks == null) {
            return;
        }
        for (Runnable next = callbacks.poll(); next != null; next = callbacks.poll()) {
            try {
                next.run();
            } catch (RuntimeException e) {
                log.atError().setCause(e).log("callback of an exchange failed");
            }
        }
    }

    // ---- Exchange ----

    private RequestGuard.Accepted request() {
        if (request == null) {
            throw new IllegalStateException("this request was refused");
        }
        return request;
    }

    @Override
    public final HttpMethod method() {
        return request().method();
    }

    @Override
    public final String path() {
        return request().target().path();
    }

    @Override
    public final String query() {
        return request().target().query();
    }

    @Override
    public final HttpHeaders headers() {
        return request().headers();
    }

    @Override
    public final String clientAddress() {
        return request().clientAddress();
    }

    @Override
    public final void readBody(int maxBytes, Consumer<ByteBuf> whenComplete) {
        if (body.isAskedFor()) {
            throw new IllegalStateException("the body was asked for before");
        }
        if (ended || response != Response.NONE) {
            return;
        }
        int most = Math.min(maxBytes, config.limits().bodyBytes());
        long until = System.nanoTime() + config.timeouts().requestRead().toNanos();
        if (!body.ask(most, until, whenComplete)) {
            refuse(Rejection.BODY_TOO_LARGE);
            return;
        }
        if (body.hasArrived()) {
            bodyEnd();
            return;
        }
        if (body.continues()) {
            sendContinue();
        }
        demandBody();
    }

    @Override
    public final void respond(HttpResponseStatus status, HttpHeaders headers, ByteBuf content) {
        if (gone || ended) {
            content.release();
            return;
        }
        beginResponse(status, Response.LAST_WRITTEN, content);
        body.discard();
        send(status, headers, content);
    }

    @Override
    public final ResponseStream stream(HttpResponseStatus status, HttpHeaders headers) {
        if (!gone && !ended) {
            beginResponse(status, Response.STREAMING, Unpooled.EMPTY_BUFFER);
            body.discard();
            sendHead(status, headers);
        }
        return this;
    }

    private void beginResponse(HttpResponseStatus status, Response next, ByteBuf content) {
        if (response != Response.NONE || status.code() < 200) {
            content.release();
            throw new IllegalStateException("one final response per exchange");
        }
        response = next;
        sentStatus = status.code();
    }

    @Override
    public final void onGone(Runnable callback) {
        if (gone) {
            callback.run();
        } else if (!ended) {
            goneCallbacks = goneCallbacks == null ? new ArrayDeque<>(2) : goneCallbacks;
            goneCallbacks.add(callback);
        }
    }

    @Override
    public final void onDraining(Runnable callback) {
        if (ended) {
            return;
        }
        if (draining) {
            callback.run();
        } else {
            drainCallbacks = drainCallbacks == null ? new ArrayDeque<>(2) : drainCallbacks;
            drainCallbacks.add(callback);
        }
    }

    // ---- ResponseStream ----

    @Override
    public final void write(ByteBuf piece) {
        if (ended || response != Response.STREAMING || isHead()) {
            piece.release();
        } else if (!piece.isReadable()) {
            piece.release();
        } else {
            sendPiece(piece);
        }
    }

    @Override
    public final void onWritable(Runnable callback) {
        writable = callback;
    }

    @Override
    public final void end() {
        if (!ended && response == Response.STREAMING) {
            response = Response.LAST_WRITTEN;
            sendEnd();
        }
    }

    @Override
    public final void abort() {
        if (!ended && response == Response.STREAMING) {
            goneCallbacks = null;
            end(false);
            reset();
        }
    }
}
