package dev.ostiary.gateway.server.http;

import dev.ostiary.gateway.config.ListenerSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection (RFC 9113): its limits, its time-outs and its end; the requests are its streams' business. The
 * attacks on the protocol are refused by Netty's decoder, whose limits are all switched on here: concurrent streams,
 * header list size, rapid reset (CVE-2023-44487, and the server-side variant CVE-2025-55163), CONTINUATION floods, floods of
 * empty DATA frames, and of frames that ask for an answer.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write is followed by exceptionCaught or channelInactive
final class Http2Connection extends ChannelInboundHandlerAdapter implements ConnectionRegistry.Tracked {

    private static final Logger log = LoggerFactory.getLogger(Http2Connection.class);
    private static final int MAX_RESETS = 200;
    private static final int RESET_WINDOW_SECONDS = 30;
    private static final int MAX_QUEUED_CONTROL_FRAMES = 1_000;
    private static final int MAX_EMPTY_DATA_FRAMES = 2;
    private static final int MAX_SMALL_CONTINUATIONS = 16;
    /** Between GOAWAY and closing, for requests that were under way to us. */
    private static final Duration LAST_IDLE = Duration.ofSeconds(1);

    private final ListenerState listener;
    private final ConnectionRegistry registry;
    private final @Nullable String serverName;
    private final Set<Http2StreamHandler> streams = new HashSet<>();
    private final WriteStall stall = new WriteStall();
    private @Nullable ChannelHandlerContext context;
    private boolean goingAway;
    private long idleSince = System.nanoTime();
    private int slot = -1;

    /** @param serverName the host named in the TLS handshake, or null */
    Http2Connection(ListenerState listener, ConnectionRegistry registry, @Nullable String serverName) {
        this.listener = listener;
        this.registry = registry;
        this.serverName = serverName;
    }

    /** Adds the connection to the end of its pipeline. */
    void install(Channel channel) {
        ListenerSettings.Limits limits = listener.config().limits();
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(limits.streamsPerConnection())
                        .maxHeaderListSize(limits.headerBytes()))
                .validateHeaders(true)
                .decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA_FRAMES)
                .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
                .encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROL_FRAMES)
                .decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS)
                .gracefulShutdownTimeoutMillis(LAST_IDLE.toMillis())
                .build();
        ChannelInitializer<Channel> perStream = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.config().setAutoRead(false);
                stream.pipeline().addLast(new Http2StreamHandler(Http2Connection.this, listener, serverName));
            }
        };
        channel.pipeline().addLast(codec, new Http2MultiplexHandler(perStream), this);
        registry.add(this);
        if (listener.isGoingAway()) {
            goAway();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }

    void opened(Http2StreamHandler stream) {
        streams.add(stream);
    }

    void closed(Http2StreamHandler stream) {
        streams.remove(stream);
        idleSince = System.nanoTime();
    }

    /** Settings, pings and the like, which the codec has already acted upon. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ReferenceCountUtil.release(msg);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        registry.remove(this);
        ctx.fireChannelInactive();
    }

    /** The codec sends GOAWAY and closes by itself. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2Exception.StreamException) {
            return;
        }
        log.atDebug().addKeyValue("cause", cause.getClass().getSimpleName()).log("HTTP/2 connection failed");
        if (cause instanceof Http2Exception) {
            listener.events.rejected(Rejection.HTTP2_PROTOCOL);
        } else {
            ctx.close();
        }
    }

    @Override
    public void sweep(long now) {
        ListenerSettings.Timeouts timeouts = listener.config().timeouts();
        if (stall.isLongerThan(timeouts.upstreamStreamIdle(), context().channel(), now)) {
            listener.events.rejected(Rejection.SLOW_READER);
            abort();
            return;
        }
        if (streams.isEmpty()) {
            Duration limit = goingAway ? LAST_IDLE : timeouts.keepAliveIdle();
            if (now - idleSince > limit.toNanos()) {
                context().close();
            }
            return;
        }
        for (Http2StreamHandler stream : List.copyOf(streams)) {
            stream.sweep(now);
        }
    }

    @Override
    public void goAway() {
        if (!goingAway) {
            goingAway = true;
            idleSince = System.nanoTime();
            // RFC 9113 §6.8: the highest id first, since requests may be under way; closing sends the real one.
            context()
                    .writeAndFlush(
                            new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
        }
    }

    @Override
    public void endStreams() {
        for (Http2StreamHandler stream : List.copyOf(streams)) {
            stream.drain();
        }
    }

    @Override
    public void abort() {
        Channel channel = context().channel();
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
