package dev.ostiary.gateway.server.forward;

import io.netty.buffer.ByteBuf;

/**
 * The answer to notifications and responses, which is its status: nothing of its body is passed on. It is read to its end,
 * unless that is far, so that the connection can be used again. Confined to the exchange's executor.
 */
final class IgnoredAnswer implements PostAnswer {

    private static final int MAX_BYTES = 64 * 1024;

    private final PostRelay relay;
    private int ignored;

    IgnoredAnswer(PostRelay relay) {
        this.relay = relay;
    }

    @Override
    public void data(ByteBuf piece) {
        ignored += piece.readableBytes();
        piece.release();
        if (ignored > MAX_BYTES) {
            relay.accepted();
        }
    }

    @Override
    public void complete() {
        relay.accepted();
    }

    @Override
    public void broken(WorkloadErrors.Failure failure) {
        relay.fail(failure);
    }

    @Override
    public void close(boolean regular) {
        // Nothing of it was passed on.
    }
}
