package dev.ostiary.gateway.server.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.ReferenceCountUtil;

/**
 * Reads the responses of one connection, and reads nothing when none is due: bytes that come unasked could only be the start
 * of an answer to somebody else's request (RFC 9112 §9.2), so they end the connection before they are looked at.
 */
final class ResponseDecoder extends HttpResponseDecoder {

    private final Runnable unsolicited;
    private boolean due;
    private boolean toHead;
    private boolean hidCoding;

    ResponseDecoder(HttpDecoderConfig config, Runnable unsolicited) {
        super(config);
        this.unsolicited = unsolicited;
    }

    /** A request goes out. */
    void expect(boolean head) {
        due = true;
        toHead = head;
    }

    /** The response is complete. */
    void expectNothing() {
        due = false;
    }

    /**
     * Whether the head that came last announced a transfer coding although its status allows no body: the codec takes that
     * header away before anybody else can see it.
     */
    boolean hidCoding() {
        return hidCoding;
    }

    /** Whether bytes lie here that belong to no response. */
    boolean hasLeftover() {
        return actualReadableBytes() > 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) throws Exception {
        if (due) {
            super.channelRead(ctx, bytes);
        } else {
            ReferenceCountUtil.release(bytes);
            unsolicited.run();
        }
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage response) {
        boolean empty = super.isContentAlwaysEmpty(response);
        hidCoding = empty && response.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
        return toHead || empty;
    }
}
