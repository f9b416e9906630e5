package dev.ostiary.gateway.server.mcp;

import org.jspecify.annotations.Nullable;

/**
 * One piece of an event stream: an event, or comments between events.
 *
 * @param raw the very bytes, line ends included; all pieces of a stream, one after the other, are the stream (without a
 *     byte-order mark at its start)
 * @param id the {@code id} field of this event; null when it has none
 * @param type the {@code event} field; null when it has none, which means {@code message}
 * @param data the {@code data} lines joined by line feeds; null when the piece has none and so is no event to its reader. Of
 *     length 0 in a priming event.
 * @param retryMs the {@code retry} field in milliseconds; -1 when it has none
 */
@SuppressWarnings("ArrayRecordComponent") // read once and forwarded; never compared
public record SseEvent(
        byte[] raw, @Nullable String id, @Nullable String type, byte @Nullable [] data, long retryMs) {

    /** Whether there is a message to read in it. */
    public boolean hasMessage() {
        return data != null && data.length > 0 && (type == null || type.isEmpty() || type.equals("message"));
    }
}
