package dev.ostiary.gateway.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of HTTP/1.1 responses (RFC 9112), straight into one buffer per head. Framing is decided here and nowhere else.
 * Confined to one connection.
 */
final class Http1ResponseWriter implements ResponseHead.Sink {

    /** How the end of a response is told. */
    enum Framing {
        /** {@code Content-Length}. */
        LENGTH,
        /** {@code Transfer-Encoding: chunked}. */
        CHUNKED,
        /** The connection closes: HTTP/1.0 streams. */
        CLOSE,
        /** There is no body, and no length is given: 204, 304, and the head of a stream in answer to HEAD. */
        NONE
    }

    private static final byte[] VERSION = ascii("HTTP/1.1 ");
    private static final byte[] CONTENT_LENGTH = ascii("content-length: ");
    private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
    private static final byte[] CLOSE = ascii("connection: close\r\n");
    private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");
    private static final byte[] CONTINUE = ascii("HTTP/1.1 100 Continue\r\n\r\n");
    private static final int CRLF = '\r' << 8 | '\n';
    private static final int COLON_SPACE = ':' << 8 | ' ';
    private static final byte[] HEX = ascii("0123456789abcdef");

    private @Nullable ByteBuf target;

    void head(
            ByteBuf out,
            ResponseHead responseHead,
            HttpResponseStatus status,
            HttpHeaders headers,
            ListenerConfig config,
            @Nullable String origin,
            Framing framing,
            int length,
            boolean close) {
        out.writeBytes(VERSION);
        append(out, status.codeAsText());
        out.writeByte(' ');
        append(out, status.reasonPhrase());
        out.writeShort(CRLF);
        target = out;
        responseHead.write(headers, config, origin, this);
        target = null;
        switch (framing) {
            case LENGTH -> {
                out.writeBytes(CONTENT_LENGTH);
                decimal(out, length);
                out.writeShort(CRLF);
            }
            case CHUNKED -> out.writeBytes(CHUNKED);
            case CLOSE, NONE -> {}
        }
        if (close) {
            out.writeBytes(CLOSE);
        }
        out.writeShort(CRLF);
    }

    @Override
    public void add(CharSequence name, CharSequence value) {
        ByteBuf out = target;
        if (out != null) {
            append(out, name);
            out.writeShort(COLON_SPACE);
            append(out, value);
            out.writeShort(CRLF);
        }
    }

    static void chunkSize(ByteBuf out, int size) {
        int shift = 28;
        while (shift > 0 && size >>> shift == 0) {
            shift -= 4;
        }
        for (; shift >= 0; shift -= 4) {
            out.writeByte(HEX[size >>> shift & 0xf]);
        }
        out.writeShort(CRLF);
    }

    static void chunkEnd(ByteBuf out) {
        out.writeShort(CRLF);
    }

    static void lastChunk(ByteBuf out) {
        out.writeBytes(LAST_CHUNK);
    }

    static void continueHead(ByteBuf out) {
        out.writeBytes(CONTINUE);
    }

    private static void decimal(ByteBuf out, int value) {
        int divisor = 1;
        while (value / divisor >= 10) {
            divisor *= 10;
        }
        for (; divisor > 0; divisor /= 10) {
            out.writeByte('0' + value / divisor % 10);
        }
    }

    private static void append(ByteBuf out, CharSequence text) {
        if (text instanceof AsciiString ascii) {
            ByteBufUtil.copy(ascii, out);
        } else {
            out.writeCharSequence(text, StandardCharsets.US_ASCII);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
