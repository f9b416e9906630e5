package dev.ostiary.gateway.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/** One HTTP/2 stream; sends, while {@link Http2StreamHandler} receives. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write is followed by channelInactive
final class Http2Exchange extends GuardedExchange {

    private final ChannelHandlerContext context;
    private final Http2StreamHandler receiver;
    private final ChannelFutureListener onWritten = this::lastWritten;
    private final ChannelFutureListener onPieceWritten = this::pieceWritten;
    private final Runnable flush = this::flush;
    private boolean flushPlanned;
    private boolean endSent;

    // Pieces given to the stream and pieces that left it: a client may also stall by granting no window.
    private long issued;
    private long left;
    private long leftAtLastSweep;
    private long progressAt;

    Http2Exchange(
            ChannelHandlerContext context,
            Http2StreamHandler receiver,
            ListenerState listener,
            ListenerConfig config,
            RequestGuard.Verdict verdict) {
        super(listener, config, verdict);
        this.context = context;
        this.receiver = receiver;
    }

    @Override
    public EventLoop executor() {
        return context.channel().eventLoop();
    }

    @Override
    ByteBufAllocator alloc() {
        return context.alloc();
    }

    @Override
    void demandBody() {
        receiver.deliver();
        context.read();
    }

    @Override
    void sendContinue() {
        Http2Headers headers = new DefaultHttp2Headers(false, 1).status(HttpResponseStatus.CONTINUE.codeAsText());
        context.writeAndFlush(new DefaultHttp2HeadersFrame(headers));
    }

    @Override
    void send(HttpResponseStatus status, HttpHeaders headers, ByteBuf content) {
        boolean bodiless = status.code() == 204 || status.code() == 304;
        Http2Headers out = head(status, headers);
        if (!bodiless) {
            out.setInt(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        }
        endSent = true;
        issued++;
        if (bodiless || isHead() || !content.isReadable()) {
            content.release();
            context.writeAndFlush(new DefaultHttp2HeadersFrame(out, true)).addListener(onWritten);
        } else {
            context.write(new DefaultHttp2HeadersFrame(out, false));
            context.writeAndFlush(new DefaultHttp2DataFrame(content, true)).addListener(onWritten);
        }
    }

    @Override
    void sendHead(HttpResponseStatus status, HttpHeaders headers) {
        endSent = isHead() || status.code() == 204 || status.code() == 304;
        context.write(new DefaultHttp2HeadersFrame(head(status, headers), endSent));
        planFlush();
        receiver.deliver();
        context.read();
    }

    @Override
    void sendPiece(ByteBuf piece) {
        if (endSent) {
            piece.release();
            return;
        }
        issued++;
        context.write(new DefaultHttp2DataFrame(piece, false)).addListener(onPieceWritten);
        planFlush();
    }

    @Override
    void sendEnd() {
        issued++;
        if (endSent) {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(onWritten);
        } else {
            endSent = true;
            context.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true))
                    .addListener(onWritten);
        }
    }

    @Override
    void reset() {
        context.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
    }

    /** Streams end by themselves. */
    @Override
    void closeAfterResponse() {}

    @Override
    public boolean isWritable() {
        return context.channel().isWritable();
    }

    private Http2Headers head(HttpResponseStatus status, HttpHeaders headers) {
        Http2Headers out = new DefaultHttp2Headers(false, headers.size() + 8);
        out.status(status.codeAsText());
        listener.responseHead.write(headers, config, origin(), (name, value) -> out.add(lowerCase(name), value));
        return out;
    }

    private static AsciiString lowerCase(CharSequence name) {
        return AsciiString.of(name).toLowerCase();
    }

    private void planFlush() {
        if (!flushPlanned) {
            flushPlanned = true;
            executor().execute(flush);
        }
    }

    private void flush() {
        flushPlanned = false;
        context.flush();
    }

    private void pieceWritten(ChannelFuture future) {
        left++;
    }

    private void lastWritten(ChannelFuture future) {
        left++;
        boolean bodyArrived = hasBodyArrived();
        written(future.isSuccess());
        if (future.isSuccess() && !bodyArrived && context.channel().isActive()) {
            // RFC 9113 §8.1: the rest of the request is not needed.
            context.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        }
    }

    void sweepStream(long now) {
        if (issued == left || left != leftAtLastSweep) {
            leftAtLastSweep = left;
            progressAt = now;
        } else if (now - progressAt > config.timeouts().upstreamStreamIdle().toNanos()) {
            listener.events.rejected(Rejection.SLOW_READER);
            clientGone();
            reset();
            return;
        }
        sweep(now);
    }
}
