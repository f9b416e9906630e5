package dev.ostiary.gateway.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Notices a peer that takes nothing of what waits to be written to it. Confined to one connection's event loop. */
final class WriteStall {

    private @Nullable Object first;
    private long progress;
    private long since;

    /** Whether bytes have been waiting for longer than {@code limit} without a single one leaving; ask regularly. */
    boolean isLongerThan(Duration limit, Channel channel, long now) {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        Object message = waiting == null ? null : waiting.current();
        if (waiting == null || message == null) {
            first = null;
            return false;
        }
        long done = waiting.currentProgress();
        if (!isSame(message) || done != progress) {
            first = message;
            progress = done;
            since = now;
            return false;
        }
        return now - since > limit.toNanos();
    }

    @SuppressWarnings("ReferenceEquality") // the same buffer, not one of equal content
    private boolean isSame(Object message) {
        return message == first;
    }
}
