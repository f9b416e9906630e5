package dev.ostiary.gateway.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP/1.1 connection writes: one response at a time, in the fewest buffers and system calls. Whether the connection
 * goes on afterwards is the connection's business. Confined to its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write is followed by exceptionCaught or channelInactive
final class Http1Output {

    /** Content up to here is copied behind its head, so that both leave in one write. */
    private static final int COPIED_CONTENT = 4 * 1024;

    private final Http1ResponseWriter writer = new Http1ResponseWriter();
    private final ResponseHead common;
    private final ChannelFutureListener onWritten;
    private final Runnable flush = this::flush;
    private @Nullable ChannelHandlerContext context;
    private boolean flushPlanned;
    private Http1ResponseWriter.Framing framing = Http1ResponseWriter.Framing.NONE;

    /**
     * @param common what all responses have
     * @param onWritten told when the last byte of a response is written, or never will be
     */
    Http1Output(ResponseHead common, ChannelFutureListener onWritten) {
        this.common = common;
        this.onWritten = onWritten;
    }

    void install(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }

    /**
     * What is said about a response beside its status and headers.
     *
     * @param origin of the page that asks; null: none
     * @param head whether HEAD is answered
     * @param http11 whether the client understands chunks
     * @param closing whether the connection closes after it
     */
    record About(ListenerConfig config, @Nullable String origin, boolean head, boolean http11, boolean closing) {}

    void sendContinue() {
        ByteBuf out = context().alloc().buffer(32);
        Http1ResponseWriter.continueHead(out);
        context().writeAndFlush(out, context().voidPromise());
    }

    /** A whole response. */
    void send(HttpResponseStatus status, HttpHeaders headers, ByteBuf content, About about) {
        boolean bodiless = isBodiless(status);
        ByteBuf out = head(
                status,
                headers,
                bodiless ? Http1ResponseWriter.Framing.NONE : Http1ResponseWriter.Framing.LENGTH,
                content.readableBytes(),
                about);
        ChannelHandlerContext ctx = context();
        if (bodiless || about.head || !content.isReadable()) {
            content.release();
        } else if (content.readableBytes() <= COPIED_CONTENT) {
            out.writeBytes(content);
            content.release();
        } else {
            ctx.write(out, ctx.voidPromise());
            out = content;
        }
        ctx.writeAndFlush(out).addListener(onWritten);
    }

    /** The head of a response whose body comes in pieces. */
    void sendHead(HttpResponseStatus status, HttpHeaders headers, About about) {
        if (isBodiless(status) || about.head) {
            framing = Http1ResponseWriter.Framing.NONE;
        } else {
            framing = about.http11 ? Http1ResponseWriter.Framing.CHUNKED : Http1ResponseWriter.Framing.CLOSE;
        }
        context().write(head(status, headers, framing, 0, about), context().voidPromise());
        planFlush();
    }

    void sendPiece(ByteBuf piece) {
        ChannelHandlerContext ctx = context();
        switch (framing) {
            case CHUNKED -> {
                int size = piece.readableBytes();
                ByteBuf out = ctx.alloc().buffer(size <= COPIED_CONTENT ? size + 16 : 16);
                Http1ResponseWriter.chunkSize(out, size);
                if (size <= COPIED_CONTENT) {
                    out.writeBytes(piece);
                    piece.release();
                } else {
                    ctx.write(out, ctx.voidPromise());
                    ctx.write(piece, ctx.voidPromise());
                    out = ctx.alloc().buffer(2);
                }
                Http1ResponseWriter.chunkEnd(out);
                ctx.write(out, ctx.voidPromise());
            }
            case CLOSE -> ctx.write(piece, ctx.voidPromise());
            case LENGTH, NONE -> piece.release();
        }
        planFlush();
    }

    void sendEnd() {
        ByteBuf out = context().alloc().buffer(8);
        if (framing == Http1ResponseWriter.Framing.CHUNKED) {
            Http1ResponseWriter.lastChunk(out);
        }
        context().writeAndFlush(out).addListener(onWritten);
    }

    /** Whether the end of the connection is the end of the response in pieces that was begun last. */
    boolean endsWithConnection() {
        return framing == Http1ResponseWriter.Framing.CLOSE;
    }

    private ByteBuf head(
            HttpResponseStatus status,
            HttpHeaders headers,
            Http1ResponseWriter.Framing chosen,
            int length,
            About about) {
        ByteBuf out = context().alloc().buffer(256 + 64 * headers.size() + Math.min(length, COPIED_CONTENT));
        writer.head(out, common, status, headers, about.config, about.origin, chosen, length, about.closing);
        return out;
    }

    private static boolean isBodiless(HttpResponseStatus status) {
        return status.code() == 204 || status.code() == 304;
    }

    /** All that is written in one turn of the event loop leaves in one system call. */
    private void planFlush() {
        if (!flushPlanned) {
            flushPlanned = true;
            context().channel().eventLoop().execute(flush);
        }
    }

    private void flush() {
        flushPlanned = false;
        context().flush();
    }
}
