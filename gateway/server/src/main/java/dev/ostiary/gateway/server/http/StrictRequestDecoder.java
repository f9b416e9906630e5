package dev.ostiary.gateway.server.http;

import dev.ostiary.gateway.config.ListenerSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 requests from bytes, one at a time and only when asked for. In front of Netty's parser every byte of a head is
 * checked against the grammar of RFC 9112 where that parser is lenient: folded headers, bare CR or LF, control
 * characters, request lines that are not exactly two single spaces between three words.
 *
 * <p>What is not asked for stays unparsed: a pipelined request is not looked at before its turn, and nothing after a
 * malformed one is ever looked at.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {

    /** Says whether anybody waits for the next piece. */
    interface Demand {

        /** Whether a new request may begin now. */
        boolean wantsHead();

        /** Whether the body of the current request is being read. */
        boolean wantsBody();

        /** Bytes of a new request are there, its head is not complete. */
        void headBegun();
    }

    /** The failure of a head that the scan refused. */
    static final class HeadViolation extends Exception {

        private static final long serialVersionUID = 1L;
        private final Rejection rejection;

        private HeadViolation(Rejection rejection) {
            super(rejection.name(), null, false, false);
            this.rejection = rejection;
        }

        Rejection rejection() {
            return rejection;
        }
    }

    // Where the scan of a head is: what the byte before the next one was.
    private static final int START = 0;
    private static final int START_CR = 1;
    private static final int REQUEST_LINE = 2;
    private static final int HEADER = 3;
    private static final int CR = 4;
    private static final int LINE_BEGIN = 5;
    private static final int FINAL_CR = 6;
    private static final int DONE = 7;

    /** A zero stands for any digit. */
    private static final String VERSION = "HTTP/0.0";

    private final Demand demand;
    private boolean inBody;
    private boolean decoding;
    private boolean stopped;

    private int state;
    private int scannedAhead;
    private int spaces;
    private boolean spaceBefore;
    private boolean emptyLineSkipped;
    private int versionBytes;

    StrictRequestDecoder(ListenerSettings.Limits limits, Demand demand) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.initialLineBytes())
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxChunkSize(64 * 1024)
                .setStrictLineParsing(true)
                .setAllowDuplicateContentLengths(false)
                .setValidateHeaders(true)
                .setUseRfc9112TransferEncoding(true));
        this.demand = demand;
    }

    /** Bytes that have arrived and were not asked for. */
    int waiting() {
        return actualReadableBytes();
    }

    boolean isDecoding() {
        return decoding;
    }

    /** Drops everything that has arrived and still arrives. */
    void stop() {
        stopped = true;
    }

    /** Goes on with bytes that were left when nothing was asked for. */
    void resume(ChannelHandlerContext ctx) throws Exception {
        channelRead(ctx, Unpooled.EMPTY_BUFFER);
        channelReadComplete(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        if (decoding) {
            super.channelRead(ctx, msg);
            return;
        }
        decoding = true;
        try {
            super.channelRead(ctx, msg);
        } finally {
            decoding = false;
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (stopped) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (inBody ? !demand.wantsBody() : !demand.wantsHead()) {
            return;
        }
        if (!inBody) {
            Rejection violation = scan(in);
            if (violation != null) {
                stopped = true;
                in.skipBytes(in.readableBytes());
                HttpRequest invalid = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
                invalid.setDecoderResult(DecoderResult.failure(new HeadViolation(violation)));
                out.add(invalid);
                return;
            }
        }
        int before = in.readerIndex();
        super.decode(ctx, in, out);
        scannedAhead -= in.readerIndex() - before;
        if (out.isEmpty()) {
            if (!inBody) {
                demand.headBegun();
            }
            return;
        }
        if (!inBody) {
            inBody = true;
        }
        if (out.getLast() instanceof LastHttpContent) {
            inBody = false;
            state = START;
            scannedAhead = 0;
            spaces = 0;
            spaceBefore = false;
            emptyLineSkipped = false;
            versionBytes = 0;
        }
    }

    /** What has not become a request when the connection ends is nobody's. */
    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        in.skipBytes(in.readableBytes());
    }

    private @Nullable Rejection scan(ByteBuf in) {
        int end = in.writerIndex();
        int at = in.readerIndex() + scannedAhead;
        while (at < end && state != DONE) {
            if (state == HEADER) {
                at = skipPlain(in, at, end);
                if (at == end) {
                    break;
                }
            }
            Rejection violation = next(in.getByte(at++));
            if (violation != null) {
                return violation;
            }
        }
        scannedAhead = at - in.readerIndex();
        return null;
    }

    /** Eight bytes at a time as long as none is a control character: heads are big where tokens are. */
    private static int skipPlain(ByteBuf in, int from, int end) {
        int at = from;
        while (end - at >= 8) {
            long word = in.getLongLE(at);
            long belowSpace = (word - 0x2020202020202020L) & ~word;
            long notDelete = word ^ 0x7f7f7f7f7f7f7f7fL;
            long delete = (notDelete - 0x0101010101010101L) & ~notDelete;
            if (((belowSpace | delete) & 0x8080808080808080L) != 0) {
                break;
            }
            at += 8;
        }
        return at;
    }

    /** RFC 9112 §2.3: case-sensitive, one digit each; the parser behind is more generous. */
    private boolean isVersionByte(byte b) {
        if (versionBytes == VERSION.length()) {
            return false;
        }
        char expected = VERSION.charAt(versionBytes++);
        return expected == '0' ? b >= '0' && b <= '9' : b == expected;
    }

    private @Nullable Rejection next(byte b) {
        switch (state) {
            case START -> {
                if (b == '\r' && !emptyLineSkipped) {
                    state = START_CR;
                } else if (b <= ' ' || b == 0x7f) {
                    return Rejection.MALFORMED_HEAD;
                } else {
                    state = REQUEST_LINE;
                }
            }
            case START_CR -> {
                // RFC 9112 §2.2: one empty line before a request is ignored.
                if (b != '\n') {
                    return Rejection.CONTROL_CHARACTER;
                }
                emptyLineSkipped = true;
                state = START;
            }
            case REQUEST_LINE -> {
                if (b == '\r') {
                    state = CR;
                    return versionBytes == VERSION.length() ? null : Rejection.MALFORMED_HEAD;
                }
                if (b == ' ') {
                    if (spaceBefore || ++spaces > 2) {
                        return Rejection.MALFORMED_HEAD;
                    }
                    spaceBefore = true;
                } else {
                    spaceBefore = false;
                    if (b < 0) {
                        return Rejection.MALFORMED_TARGET;
                    }
                    if (b < ' ' || b == 0x7f) {
                        return Rejection.CONTROL_CHARACTER;
                    }
                    if (spaces == 2 && !isVersionByte(b)) {
                        return Rejection.MALFORMED_HEAD;
                    }
                }
            }
            case HEADER -> {
                if (b == '\r') {
                    state = CR;
                } else if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
                    return Rejection.CONTROL_CHARACTER;
                }
            }
            case CR -> {
                if (b != '\n') {
                    return Rejection.CONTROL_CHARACTER;
                }
                state = LINE_BEGIN;
            }
            case LINE_BEGIN -> {
                if (b == '\r') {
                    state = FINAL_CR;
                } else if (b == ' ' || b == '\t') {
                    return Rejection.FOLDED_HEADER;
                } else if ((b >= 0 && b < ' ') || b == 0x7f) {
                    return Rejection.CONTROL_CHARACTER;
                } else {
                    state = HEADER;
                }
            }
            default -> {
                if (b != '\n') {
                    return Rejection.CONTROL_CHARACTER;
                }
                state = DONE;
            }
        }
        return null;
    }
}
