package dev.ostiary.gateway.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1.1 connection: one exchange at a time, in the order of the requests. A pipelined request stays unparsed until
 * its turn; while one waits nothing more is read.
 *
 * <pre>
 *   IDLE ──first byte──▶ HEAD ──head complete──▶ EXCHANGE ──response written──▶ IDLE
 *                          │                        │ body not read to its end ──▶ DISCARDING ──end of body──▶ IDLE
 *                          └──refused───────────────┴──connection to be closed──▶ LINGERING ──▶ CLOSED
 * </pre>
 *
 * In LINGERING the response is out and our side closed; what the client still sends is thrown away for a moment, because
 * closing a socket with unread bytes makes the kernel send a reset that can overtake the response (RFC 9112 §9.6).
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write is followed by exceptionCaught or channelInactive
final class Http1Connection extends ChannelInboundHandlerAdapter
        implements ConnectionRegistry.Tracked, StrictRequestDecoder.Demand {

    private static final Logger log = LoggerFactory.getLogger(Http1Connection.class);
    /** An unread rest of a body that is read away to keep the connection. */
    private static final int MOST_DISCARDED = 64 * 1024;

    private static final Duration LINGER = Duration.ofSeconds(1);
    /** How long an idle connection is left open once the listener goes away: its client may just be sending. */
    private static final Duration LAST_IDLE = Duration.ofSeconds(1);

    private enum State {
        IDLE,
        HEAD,
        EXCHANGE,
        DISCARDING,
        LINGERING,
        CLOSED
    }

    private final ListenerState listener;
    private final ConnectionRegistry registry;
    private final @Nullable String serverName;
    private final Http1Output output;
    private final WriteStall stall = new WriteStall();
    private @Nullable StrictRequestDecoder decoder;
    private @Nullable ChannelHandlerContext context;

    private State state = State.IDLE;
    private @Nullable Http1Exchange current;
    private ListenerConfig config;
    private boolean http11 = true;
    private boolean closing;
    private boolean reading = true;
    private int discarded;
    private long deadline;
    private boolean firstRequest = true;
    private int slot = -1;

    /**
     * @param serverName the host named in the TLS handshake, or null
     * @param accepted when the connection was accepted, of {@link System#nanoTime}
     */
    Http1Connection(ListenerState listener, ConnectionRegistry registry, @Nullable String serverName, long accepted) {
        this.listener = listener;
        this.registry = registry;
        this.serverName = serverName;
        this.output = new Http1Output(listener.responseHead, this::written);
        this.config = listener.config();
        this.deadline = accepted + config.timeouts().headerRead().toNanos();
    }

    /** Adds the connection to the end of its pipeline. */
    void install(Channel channel) {
        StrictRequestDecoder requests = new StrictRequestDecoder(config.limits(), this);
        decoder = requests;
        channel.pipeline().addLast(requests, this);
        registry.add(this);
        if (listener.isGoingAway()) {
            goAway();
        }
    }

    EventLoop loop() {
        return context().channel().eventLoop();
    }

    ByteBufAllocator alloc() {
        return context().alloc();
    }

    boolean isWritable() {
        return context().channel().isWritable();
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }

    private StrictRequestDecoder decoder() {
        return Objects.requireNonNull(decoder);
    }

    // ---- what comes in ----

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        output.install(ctx);
    }

    @Override
    public boolean wantsHead() {
        return (state == State.IDLE || state == State.HEAD) && !closing;
    }

    @Override
    public boolean wantsBody() {
        if (state == State.DISCARDING) {
            return true;
        }
        Http1Exchange exchange = current;
        return state == State.EXCHANGE
                && exchange != null
                && (exchange.isReadingBody() || (exchange.isBodyDiscarded() && !closing));
    }

    @Override
    public void headBegun() {
        if (state == State.IDLE) {
            state = State.HEAD;
            if (!firstRequest) {
                deadline = System.nanoTime()
                        + listener.config().timeouts().headerRead().toNanos();
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof HttpRequest request) {
            begin(ctx, request);
        } else if (msg instanceof HttpContent content) {
            content(content);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        firstRequest = false;
        config = listener.config();
        http11 = !request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        closing = !http11 || !HttpUtil.isKeepAlive(request);
        RequestGuard.Verdict verdict =
                RequestGuard.examine(config, request, ctx.channel().remoteAddress(), serverName);
        if (verdict instanceof RequestGuard.Refused) {
            decoder().stop();
        }
        start(verdict);
    }

    private void start(RequestGuard.Verdict verdict) {
        state = State.EXCHANGE;
        discarded = 0;
        Http1Exchange exchange = new Http1Exchange(this, listener, config, verdict);
        current = exchange;
        exchange.begin(verdict);
    }

    private void content(HttpContent content) {
        Http1Exchange exchange = current;
        if (content.decoderResult().isFailure()) {
            content.release();
            decoder().stop();
            closing = true;
            if (exchange != null && state == State.EXCHANGE) {
                exchange.refuse(Rejection.MALFORMED_BODY);
            } else {
                close();
            }
            return;
        }
        boolean last = content instanceof LastHttpContent;
        if (exchange == null || state != State.EXCHANGE || !exchange.isReadingBody()) {
            discarded += content.content().readableBytes();
            content.release();
            if (last) {
                bodyDiscarded();
            } else if (discarded > MOST_DISCARDED) {
                closing = true;
                if (state == State.DISCARDING) {
                    linger();
                }
            }
            return;
        }
        if (exchange.contentLength() < 0 && content instanceof DefaultLastHttpContent) {
            // The decoder makes this kind only when there are trailers.
            content.release();
            decoder().stop();
            exchange.refuse(Rejection.TRAILERS);
            return;
        }
        if (content.content().isReadable()) {
            exchange.bodyPiece(content.content());
        } else {
            content.release();
        }
        if (last) {
            exchange.bodyEnd();
        }
    }

    private void bodyDiscarded() {
        Http1Exchange exchange = current;
        if (exchange != null) {
            exchange.bodyEnd();
        } else if (state == State.DISCARDING) {
            idle();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        updateReading();
    }

    /** Reads as long as nothing waits unasked for; reading is also how a client that goes away is noticed. */
    private void updateReading() {
        boolean wanted = state == State.LINGERING || decoder().waiting() == 0 || wantsHead() || wantsBody();
        if (wanted != reading) {
            reading = wanted;
            context().channel().config().setAutoRead(wanted);
        }
    }

    /** Something may be wanted now that was left lying before. */
    void demandChanged() {
        StrictRequestDecoder requests = decoder();
        if (requests.isDecoding() || state == State.CLOSED) {
            return;
        }
        if (requests.waiting() > 0) {
            try {
                requests.resume(context().pipeline().context(requests));
            } catch (Exception e) {
                exceptionCaught(context(), e);
            }
        }
        updateReading();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Http1Exchange exchange = current;
        if (exchange != null) {
            exchange.writabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        registry.remove(this);
        Http1Exchange exchange = current;
        current = null;
        if (exchange != null) {
            exchange.clientGone();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause instanceof DecoderException) {
            log.atDebug().addKeyValue("cause", cause.getClass().getSimpleName()).log("client connection failed");
        } else {
            log.atError().setCause(cause).log("client connection failed");
        }
        close();
    }

    // ---- what goes out ----

    void closeAfterResponse() {
        closing = true;
    }

    void sendContinue() {
        output.sendContinue();
    }

    void send(Http1Exchange exchange, HttpResponseStatus status, HttpHeaders headers, ByteBuf content) {
        output.send(status, headers, content, about(exchange));
    }

    void sendHead(Http1Exchange exchange, HttpResponseStatus status, HttpHeaders headers) {
        output.sendHead(status, headers, about(exchange));
        demandChanged();
    }

    void sendPiece(ByteBuf piece) {
        output.sendPiece(piece);
    }

    void sendEnd() {
        closing |= output.endsWithConnection();
        output.sendEnd();
    }

    private Http1Output.About about(Http1Exchange exchange) {
        // A client that still waits for 100 may send its body or not: only a new connection is unambiguous.
        closing |= listener.isGoingAway()
                || exchange.isContinueExpected()
                || (!exchange.hasBodyArrived() && exchange.contentLength() > MOST_DISCARDED);
        return new Http1Output.About(config, exchange.origin(), exchange.isHead(), http11, closing);
    }

    private void written(ChannelFuture future) {
        Http1Exchange exchange = current;
        if (exchange == null) {
            return;
        }
        current = null;
        exchange.written(future.isSuccess());
        if (state == State.CLOSED) {
            return;
        }
        if (!future.isSuccess()) {
            close();
        } else if (closing) {
            linger();
        } else if (exchange.hasBodyArrived()) {
            idle();
        } else {
            state = State.DISCARDING;
            deadline = System.nanoTime() + config.timeouts().requestRead().toNanos();
            demandChanged();
        }
    }

    private void idle() {
        state = State.IDLE;
        ListenerConfig now = listener.config();
        deadline = System.nanoTime()
                + (listener.isGoingAway() ? LAST_IDLE : now.timeouts().keepAliveIdle()).toNanos();
        demandChanged();
    }

    private void linger() {
        state = State.LINGERING;
        deadline = System.nanoTime() + LINGER.toNanos();
        decoder().stop();
        Channel channel = context().channel();
        SslHandler ssl = channel.pipeline().get(SslHandler.class);
        if (ssl != null) {
            ssl.closeOutbound();
        } else if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            close();
            return;
        }
        demandChanged();
    }

    private void close() {
        context().close();
    }

    // ---- what time and shutdown do ----

    @Override
    public void sweep(long now) {
        Channel channel = context().channel();
        if (stall.isLongerThan(config.timeouts().upstreamStreamIdle(), channel, now)) {
            listener.events.rejected(Rejection.SLOW_READER);
            abort();
            return;
        }
        switch (state) {
            case IDLE, DISCARDING, LINGERING -> {
                if (now - deadline > 0) {
                    close();
                }
            }
            case HEAD -> {
                if (now - deadline > 0) {
                    decoder().stop();
                    start(new RequestGuard.Refused(Rejection.SLOW_HEAD));
                }
            }
            case EXCHANGE -> {
                Http1Exchange exchange = current;
                if (exchange != null) {
                    exchange.sweep(now);
                }
            }
            case CLOSED -> {}
        }
    }

    @Override
    public void goAway() {
        if (state == State.IDLE) {
            deadline = Math.min(deadline - System.nanoTime(), LAST_IDLE.toNanos()) + System.nanoTime();
        }
    }

    @Override
    public void endStreams() {
        Http1Exchange exchange = current;
        if (exchange != null) {
            exchange.drain();
        }
    }

    @Override
    public void abort() {
        Channel channel = context().channel();
        if (output.endsWithConnection() && channel.isActive()) {
            // The end of the connection is the end of the response, unless it is a reset.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.unsafe().close(channel.newPromise());
    }

    @Override
    public int slot() {
        return slot;
    }

    @Override
    public void slot(int value) {
        slot = value;
    }
}
