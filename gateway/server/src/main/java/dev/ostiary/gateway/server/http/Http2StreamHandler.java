package dev.ostiary.gateway.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving side of one HTTP/2 stream: the same request, guarded by the same rules, as one of HTTP/1.1. Frames of a
 * body that nobody has asked for wait here; there cannot be more of them than the stream's flow-control window holds.
 */
@SuppressWarnings("FutureReturnValueIgnored") // nothing follows from a close that fails
final class Http2StreamHandler extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(Http2StreamHandler.class);

    private final Http2Connection connection;
    private final ListenerState listener;
    private final @Nullable String serverName;
    private final Queue<Http2DataFrame> waiting = new ArrayDeque<>(2);
    private @Nullable Http2Exchange exchange;

    Http2StreamHandler(Http2Connection connection, ListenerState listener, @Nullable String serverName) {
        this.connection = connection;
        this.listener = listener;
        this.serverName = serverName;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        connection.opened(this);
        ctx.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.closed(this);
        gone();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        connection.closed(this);
        gone();
    }

    private void gone() {
        for (Http2DataFrame frame = waiting.poll(); frame != null; frame = waiting.poll()) {
            frame.release();
        }
        Http2Exchange ending = exchange;
        if (ending != null) {
            ending.clientGone();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof Http2HeadersFrame frame) {
            if (exchange == null) {
                begin(ctx, frame);
            } else {
                exchange.refuse(Rejection.TRAILERS);
            }
        } else if (msg instanceof Http2DataFrame frame) {
            waiting.add(frame);
            deliver();
        } else {
            if (msg instanceof Http2ResetFrame) {
                gone();
            }
            ReferenceCountUtil.release(msg);
        }
    }

    private void begin(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
        ListenerConfig config = listener.config();
        RequestGuard.Verdict verdict = examine(ctx, config, frame.headers(), frame.isEndStream());
        Http2Exchange next = new Http2Exchange(ctx, this, listener, config, verdict);
        exchange = next;
        next.begin(verdict);
    }

    private RequestGuard.Verdict examine(
            ChannelHandlerContext ctx, ListenerConfig config, Http2Headers from, boolean bodiless) {
        CharSequence method = from.method();
        CharSequence path = from.path();
        CharSequence scheme = from.scheme();
        if (method == null) {
            return new RequestGuard.Refused(Rejection.MALFORMED_HEAD);
        }
        HttpMethod verb;
        try {
            verb = HttpMethod.valueOf(method.toString());
        } catch (IllegalArgumentException e) {
            return new RequestGuard.Refused(Rejection.MALFORMED_HEAD);
        }
        if (verb.equals(HttpMethod.CONNECT)) {
            return new RequestGuard.Refused(Rejection.UNSUPPORTED_METHOD);
        }
        if (path == null || scheme == null || !"https".contentEquals(scheme)) {
            return new RequestGuard.Refused(Rejection.MALFORMED_TARGET);
        }
        if (path.length() > config.limits().initialLineBytes()) {
            return new RequestGuard.Refused(Rejection.REQUEST_LINE_TOO_LONG);
        }
        HttpHeaders headers = new DefaultHttpHeaders();
        StringBuilder cookies = null;
        try {
            for (Map.Entry<CharSequence, CharSequence> entry : from) {
                CharSequence name = entry.getKey();
                if (name.isEmpty() || name.charAt(0) == ':') {
                    continue;
                }
                if (HttpHeaderNames.COOKIE.contentEquals(name)) {
                    // RFC 9113 §8.2.3: the only header that may be split and must be joined again.
                    cookies = cookies == null ? new StringBuilder() : cookies.append("; ");
                    cookies.append(entry.getValue());
                } else {
                    headers.add(name, entry.getValue());
                }
            }
            if (cookies != null) {
                headers.add(HttpHeaderNames.COOKIE, cookies);
            }
        } catch (IllegalArgumentException e) {
            return new RequestGuard.Refused(Rejection.MALFORMED_HEAD);
        }
        if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return new RequestGuard.Refused(Rejection.AMBIGUOUS_FRAMING);
        }
        var hosts = headers.getAll(HttpHeaderNames.HOST);
        CharSequence authority = from.authority();
        if (authority == null ? hosts.size() != 1 : hosts.size() > 1) {
            return new RequestGuard.Refused(Rejection.BAD_HOST);
        }
        String host = authority == null ? hosts.getFirst() : authority.toString();
        if (!hosts.isEmpty() && !hosts.getFirst().equalsIgnoreCase(host)) {
            return new RequestGuard.Refused(Rejection.BAD_HOST);
        }
        if (hosts.isEmpty()) {
            try {
                headers.set(HttpHeaderNames.HOST, host);
            } catch (IllegalArgumentException e) {
                return new RequestGuard.Refused(Rejection.BAD_HOST);
            }
        }
        return RequestGuard.common(
                config,
                verb,
                path.toString(),
                host,
                headers,
                bodiless ? 0 : -1,
                ctx.channel().remoteAddress(),
                serverName);
    }

    /** Passes on what has come, as far as the exchange wants it. */
    void deliver() {
        Http2Exchange receiver = exchange;
        while (receiver != null && (receiver.isReadingBody() || receiver.isBodyDiscarded())) {
            Http2DataFrame frame = waiting.poll();
            if (frame == null) {
                return;
            }
            boolean last = frame.isEndStream();
            ByteBuf content = frame.content();
            if (receiver.isReadingBody() && content.isReadable()) {
                receiver.bodyPiece(content);
            } else {
                frame.release();
            }
            if (last) {
                receiver.bodyEnd();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (exchange != null
                && (exchange.isReadingBody() || exchange.isBodyDiscarded())
                && !exchange.hasBodyArrived()) {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame) {
            gone();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.writabilityChanged();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.atDebug().addKeyValue("cause", cause.getClass().getSimpleName()).log("HTTP/2 stream failed");
        ctx.close();
    }

    void sweep(long now) {
        if (exchange != null) {
            exchange.sweepStream(now);
        }
    }

    void drain() {
        if (exchange != null) {
            exchange.drain();
        }
    }
}
