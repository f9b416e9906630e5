package dev.ostiary.gateway.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request on its way in: collected up to a limit and a time once somebody asks for it, thrown away when nobody
 * will. Confined to the exchange's event loop.
 *
 * <pre>
 *   UNREAD ──ask──▶ READING ──end──▶ READ
 *      └──discard─────┴────────────▶ DISCARDED
 * </pre>
 */
final class RequestBody {

    private static final int FIRST_ALLOCATION = 16 * 1024;

    private enum State {
        UNREAD,
        READING,
        READ,
        DISCARDED
    }

    private final long contentLength;
    private State state = State.UNREAD;
    private boolean arrived;
    private boolean continueExpected;
    private int limit;
    private long deadline;
    private @Nullable Consumer<ByteBuf> consumer;
    private @Nullable ByteBuf received;

    /**
     * @param contentLength as announced; negative: unknown
     * @param continueExpected whether the client waits for {@code 100 Continue}
     */
    RequestBody(long contentLength, boolean continueExpected) {
        this.contentLength = contentLength;
        this.continueExpected = continueExpected;
        this.arrived = contentLength == 0;
    }

    /** True while pieces are collected. */
    boolean isReading() {
        return state == State.READING;
    }

    /** True once nobody will ask for the rest. */
    boolean isDiscarded() {
        return state == State.DISCARDED;
    }

    boolean hasArrived() {
        return arrived;
    }

    boolean isContinueExpected() {
        return continueExpected;
    }

    long contentLength() {
        return contentLength;
    }

    /** Whether it was asked for. */
    boolean isAskedFor() {
        return state == State.READING || state == State.READ;
    }

    /**
     * Begins to collect.
     *
     * @param until of {@link System#nanoTime}
     * @return false when it is announced as longer than the limit
     */
    boolean ask(int most, long until, Consumer<ByteBuf> whenComplete) {
        limit = most;
        deadline = until;
        state = State.READING;
        consumer = whenComplete;
        return contentLength <= most;
    }

    /** Whether the client is to be told to go on; true once at most. */
    boolean continues() {
        boolean was = continueExpected;
        continueExpected = false;
        return was;
    }

    /**
     * A piece has come; ownership passes.
     *
     * @return false when the body is longer than the limit
     */
    boolean add(ByteBuf piece, ByteBufAllocator alloc) {
        if (state != State.READING) {
            piece.release();
            return true;
        }
        ByteBuf soFar = received;
        int size = piece.readableBytes();
        if (size > limit - (soFar == null ? 0 : soFar.readableBytes())) {
            piece.release();
            return false;
        }
        if (soFar == null && size == contentLength) {
            received = piece;
            return true;
        }
        if (soFar == null) {
            int most = contentLength > 0 ? (int) contentLength : limit;
            soFar = alloc.buffer(Math.min(most, FIRST_ALLOCATION), most);
            received = soFar;
        }
        soFar.writeBytes(piece);
        piece.release();
        return true;
    }

    /** It is complete: whoever asked for it gets it, and owns it. */
    void end() {
        arrived = true;
        Consumer<ByteBuf> whenComplete = consumer;
        if (state == State.READING && whenComplete != null) {
            state = State.READ;
            consumer = null;
            ByteBuf whole = received == null ? Unpooled.EMPTY_BUFFER : received;
            received = null;
            whenComplete.accept(whole);
        }
    }

    /** Whether it takes longer than it may. */
    boolean isSlow(long now) {
        return state == State.READING && now - deadline > 0;
    }

    /** Nobody will have it. */
    void discard() {
        if (state == State.UNREAD || state == State.READING) {
            state = State.DISCARDED;
        }
        consumer = null;
        if (received != null) {
            received.release();
            received = null;
        }
    }
}
