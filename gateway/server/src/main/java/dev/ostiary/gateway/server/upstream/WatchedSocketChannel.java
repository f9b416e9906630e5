package dev.ostiary.gateway.server.upstream;

import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A TCP connection that knows two things which decide whether a request may be sent on it, or sent again elsewhere:
 * whether any byte has been handed to the kernel, and whether the other side has closed or spoken while nobody looked.
 */
final class WatchedSocketChannel extends NioSocketChannel {

    private final ByteBuffer oneByte = ByteBuffer.allocate(1);
    private boolean written;

    /** Forgets what was written so far. */
    void forgetWrites() {
        written = false;
    }

    /** Whether the kernel has taken at least one byte since {@link #forgetWrites}. */
    boolean hasWritten() {
        return written;
    }

    /**
     * Asks the kernel: false when the other side has closed, reset or sent anything. A byte that was there is lost, so after
     * false the connection can only be closed. One system call; on the event loop only.
     */
    boolean isQuiet() {
        try {
            return javaChannel().read(oneByte.clear()) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer buffer) throws Exception {
        long before = buffer.totalPendingWriteBytes();
        try {
            super.doWrite(buffer);
            written = true;
        } catch (IOException e) {
            // What left is either an entry less or progress in the first one; neither means that the kernel refused it
            // all.
            written |= buffer.totalPendingWriteBytes() != before || buffer.currentProgress() != 0;
            throw e;
        }
    }
}
