package dev.ostiary.gateway.server.upstream;

import dev.ostiary.gateway.server.upstream.UpstreamFailure.Kind;
import dev.ostiary.gateway.server.upstream.UpstreamMetrics.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1.1 connection to a workload: carries one call at a time, and another one only when everything about the last
 * exchange was in order (design rule: an upstream connection is never used again after an early response, a mishandled 1xx, a
 * decoder failure, a time-out, a cancelled call, or with anything unread). Confined to its event loop.
 *
 * <pre>
 *   carry ──▶ CARRYING ──last byte──▶ DRAINED ──read complete, in order──▶ RESTING ──carry──▶ CARRYING
 *                 │                      │                                     │
 *                 └──failure, cancel─────┴────────not reusable────────────────┴──expiry, close, bytes──▶ CLOSED
 * </pre>
 */
final class Connection extends ChannelInboundHandlerAdapter implements ChannelFutureListener {

    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    /** More than any real server sends before one answer (103 Early Hints, 102 Processing). */
    private static final int MAX_INFORMATIONAL = 16;

    /** The kernel is asked about connections that rested longer; younger ones were looked at by the last selection. */
    private static final long TRUSTED_REST = TimeUnit.MILLISECONDS.toNanos(50);

    /** When the request cannot be written any more, an answer that was sent before may still be on its way. */
    private static final long LAST_WORDS = TimeUnit.SECONDS.toNanos(1);

    private enum State {
        CARRYING,
        DRAINED,
        RESTING,
        CLOSED
    }

    private enum Write {
        UNDER_WAY,
        DONE,
        FAILED
    }

    private final OriginPool pool;
    private final WatchedSocketChannel channel;
    private final ResponseDecoder decoder;
    private final Deadline deadline;
    private final ResponseFraming framing = new ResponseFraming();
    private final long openedAt = System.nanoTime();
    private State state = State.DRAINED;
    private Write write = Write.DONE;
    private @Nullable PooledCall call;
    private @Nullable ByteBuf body;
    private int bodyStart;
    private boolean used;
    private boolean headSeen;
    private boolean early;
    private boolean skipsInformationalEnd;
    private int informational;
    private long restsSince;

    Connection(OriginPool pool, WatchedSocketChannel channel) {
        this.pool = pool;
        this.channel = channel;
        this.deadline = new Deadline(pool.loop(), this::expired);
        this.decoder = new ResponseDecoder(pool.wiring().decoding, () -> close(CloseReason.UNSOLICITED_BYTES));
    }

    /** Takes over an open channel, after TLS. */
    void install(ChannelPipeline pipeline) {
        pipeline.addLast(new HttpRequestEncoder(), decoder, this);
    }

    /** Whether a resting connection, already taken out of the pool, can carry a call; closes it when not. */
    boolean isUsable() {
        long now = System.nanoTime();
        if (now - openedAt >= pool.wiring().connectionAgeNanos) {
            close(CloseReason.EXPIRED);
            return false;
        }
        if (!channel.isActive() || (now - restsSince > TRUSTED_REST && !channel.isQuiet())) {
            close(CloseReason.CLOSED_BY_WORKLOAD);
            return false;
        }
        return true;
    }

    /** Sends the call's request and reads its response. */
    void carry(PooledCall next, boolean reused) {
        UpstreamClient.Request request = next.request();
        Target target = next.target();
        call = next;
        state = State.CARRYING;
        used = reused;
        headSeen = false;
        early = false;
        skipsInformationalEnd = false;
        informational = 0;
        decoder.expect(request.method().equals(HttpMethod.HEAD));
        // Kept until it is written, so that it can be sent elsewhere when this connection takes nothing of it.
        ByteBuf whole = request.body().retain();
        body = whole;
        bodyStart = whole.readerIndex();
        next.carriedBy(this);

        HttpHeaders headers = request.headers();
        target.complete(headers, request.method(), whole.readableBytes());

        channel.forgetWrites();
        write = Write.UNDER_WAY;
        if (next.isPaused()) {
            channel.config().setAutoRead(false);
        } else {
            deadline.in(pool.wiring().firstByteNanos);
        }
        channel.writeAndFlush(new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        request.method(),
                        target.requestTarget(),
                        whole,
                        headers,
                        EmptyHttpHeaders.INSTANCE))
                .addListener(this);
    }

    /** The request is written, or never will be. */
    @Override
    public void operationComplete(ChannelFuture future) {
        ByteBuf whole = body;
        body = null;
        PooledCall current = call;
        if (future.isSuccess()) {
            write = Write.DONE;
            release(whole);
            if (current != null && !headSeen && !current.isPaused()) {
                deadline.in(pool.wiring().firstByteNanos);
            }
            return;
        }
        write = Write.FAILED;
        if (current == null || whole == null) {
            release(whole);
            return;
        }
        if (used && !headSeen && informational == 0 && !channel.hasWritten()) {
            whole.readerIndex(bodyStart);
            call = null;
            close(CloseReason.CLOSED_BY_WORKLOAD);
            current.sendAgain();
            return;
        }
        release(whole);
        if (!(future.cause() instanceof IOException)) {
            fail(
                    Kind.BROKEN,
                    "the request cannot be written: "
                            + future.cause().getClass().getSimpleName());
        } else if (!headSeen) {
            deadline.in(LAST_WORDS);
        }
    }

    void pause() {
        if (state == State.CARRYING) {
            channel.config().setAutoRead(false);
            deadline.clear();
        }
    }

    void resume() {
        if (state == State.CARRYING) {
            hurry();
            channel.config().setAutoRead(true);
        }
    }

    /** Sets the time that the workload has for its next bytes; none for a stream that may be silent. */
    private void hurry() {
        PooledCall current = call;
        if (!headSeen) {
            deadline.in(pool.wiring().firstByteNanos);
        } else if (current != null && current.isUnhurried()) {
            deadline.clear();
        } else {
            deadline.in(pool.wiring().streamIdleNanos);
        }
    }

    /** The call was cancelled. */
    void abandon() {
        call = null;
        close(CloseReason.CANCELLED);
    }

    /** Nobody needs the connection now. */
    void rest() {
        state = State.RESTING;
        restsSince = System.nanoTime();
        deadline.in(Math.min(pool.wiring().connectionIdleNanos, framing.keepAliveNanos()));
    }

    void close(CloseReason reason) {
        if (state == State.CLOSED) {
            return;
        }
        boolean rested = state == State.RESTING;
        state = State.CLOSED;
        deadline.end();
        var _ = channel.close();
        pool.metrics().connectionClosed(reason);
        pool.closed(this, rested);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state != State.CARRYING) {
            ReferenceCountUtil.release(message);
            close(CloseReason.UNSOLICITED_BYTES);
            return;
        }
        if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
            Throwable cause = part.decoderResult().cause();
            ReferenceCountUtil.release(message);
            malformed(cause);
            return;
        }
        if (message instanceof HttpResponse response) {
            head(response);
        } else if (message instanceof HttpContent content) {
            content(content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        switch (state) {
            case CARRYING -> {
                PooledCall current = call;
                if (headSeen && current != null && !current.isPaused()) {
                    hurry();
                }
            }
            case DRAINED -> settle();
            case RESTING, CLOSED -> {}
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (call != null) {
            fail(
                    Kind.BROKEN,
                    headSeen ? "the connection closed in mid-response" : "the connection closed before the response");
        } else {
            close(state == State.RESTING ? CloseReason.CLOSED_BY_WORKLOAD : CloseReason.NOT_REUSABLE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (call == null) {
            close(state == State.RESTING ? CloseReason.CLOSED_BY_WORKLOAD : CloseReason.FAILED);
        } else if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
            // In TLS 1.3 a server refuses, for example, a missing client certificate only after the handshake.
            fail(headSeen ? Kind.BROKEN : Kind.TLS, "TLS failed after the handshake");
        } else if (cause instanceof DecoderException) {
            fail(Kind.PROTOCOL, "the response cannot be decoded");
        } else if (cause instanceof IOException) {
            fail(Kind.BROKEN, headSeen ? "the connection was reset in mid-response" : "the connection was reset");
        } else {
            log.atError().setCause(cause).addKeyValue("origin", pool.origin()).log("A response could not be passed on");
            fail(
                    Kind.BROKEN,
                    "the response could not be passed on: " + cause.getClass().getSimpleName());
        }
    }

    private void head(HttpResponse response) {
        PooledCall current = call;
        if (current == null) {
            return;
        }
        int status = response.status().code();
        if (headSeen) {
            fail(Kind.PROTOCOL, "a second response to one request");
            return;
        }
        String refusal =
                framing.read(response, current.request().method().equals(HttpMethod.HEAD), decoder.hidCoding());
        if (refusal != null) {
            fail(Kind.PROTOCOL, refusal);
        } else if (status == 407 && current.target().proxyAuthorization() != null) {
            fail(Kind.UNREACHABLE, "the egress proxy does not accept the credentials in its URL");
        } else if (status >= 200) {
            headSeen = true;
            early = write != Write.DONE;
            current.head(status, response.headers());
        } else if (++informational > MAX_INFORMATIONAL) {
            fail(Kind.PROTOCOL, "too many informational responses");
        } else {
            skipsInformationalEnd = true;
        }
    }

    private void content(HttpContent content) {
        PooledCall current = call;
        boolean last = content instanceof LastHttpContent;
        if (current == null || skipsInformationalEnd) {
            content.release();
            skipsInformationalEnd &= !last;
            return;
        }
        if (content.content().isReadable()) {
            current.data(content.content());
        } else {
            content.release();
        }
        if (last && state == State.CARRYING) {
            state = State.DRAINED;
            call = null;
            decoder.expectNothing();
            deadline.clear();
            current.end();
        }
    }

    /** After the read that brought the response's end: may anybody else have this connection? */
    private void settle() {
        boolean inOrder = write == Write.DONE
                && !early
                && framing.allowsReuse()
                && !decoder.hasLeftover()
                && channel.isActive()
                && System.nanoTime() - openedAt < pool.wiring().connectionAgeNanos;
        if (!inOrder) {
            close(CloseReason.NOT_REUSABLE);
            return;
        }
        if (!channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
        pool.giveBack(this);
    }

    private void malformed(Throwable cause) {
        if (cause instanceof PrematureChannelClosureException) {
            fail(Kind.BROKEN, "the connection closed in mid-response");
        } else if (cause instanceof TooLongFrameException) {
            fail(Kind.PROTOCOL, "the response's status line, headers or trailers are over the limit");
        } else {
            fail(Kind.PROTOCOL, headSeen ? "the response's framing is malformed" : "the response's head is malformed");
        }
    }

    private void expired() {
        if (state == State.RESTING) {
            close(CloseReason.EXPIRED);
        } else if (write == Write.FAILED) {
            fail(Kind.BROKEN, "the connection broke while the request was written");
        } else if (headSeen) {
            fail(Kind.IDLE_TIMEOUT, "nothing more came of the response");
        } else if (write == Write.UNDER_WAY) {
            fail(Kind.FIRST_BYTE_TIMEOUT, "the workload did not take the request");
        } else {
            fail(Kind.FIRST_BYTE_TIMEOUT, "no response");
        }
    }

    private void fail(Kind kind, String detail) {
        PooledCall current = call;
        call = null;
        close(CloseReason.FAILED);
        if (current != null) {
            current.fail(kind, pool.origin() + ": " + detail);
        }
    }

    private static void release(@Nullable ByteBuf whole) {
        if (whole != null) {
            whole.release();
        }
    }
}
