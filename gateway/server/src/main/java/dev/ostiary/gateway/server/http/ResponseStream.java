package dev.ostiary.gateway.server.http;

import io.netty.buffer.ByteBuf;

/** The body of a streamed response. Confined to the exchange's executor. */
public interface ResponseStream {

    /**
     * Writes a piece; ownership passes. It is flushed at the end of the event loop's turn at the latest, together with what
     * else is written in that turn. After the client is gone, or after the end, it only releases.
     */
    void write(ByteBuf piece);

    /** False while the client is too slow: stop producing until {@link #onWritable} calls. */
    boolean isWritable();

    /** Sets the one callback for when the client can take more again; replaces an earlier one. */
    void onWritable(Runnable callback);

    /** The regular end. Does nothing after an end or when the client is gone. */
    void end();

    /**
     * An end that the client can tell from the regular one: connection closed without a last chunk, or stream reset. Does
     * nothing after an end; does not call {@link Exchange#onGone} callbacks.
     */
    void abort();
}
