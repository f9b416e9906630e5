package dev.ostiary.connect.http;

import dev.ostiary.connect.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * What one {@code initialize} began.
 *
 * @param id null where the server has no sessions
 * @param protocolVersion the negotiated one
 * @param initialize the client's own request, for when the server forgets
 * @param answer the result it got
 */
record Session(@Nullable String id, String protocolVersion, Message initialize, Message answer) {

    /** Whether it is this very session, not one like it. */
    @SuppressWarnings("ReferenceEquality") // servers without ids begin equal sessions
    boolean isSame(@Nullable Session other) {
        return this == other;
    }

    @Override
    public String toString() {
        return "Session[protocolVersion=" + protocolVersion + "]";
    }
}
