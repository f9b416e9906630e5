package dev.ostiary.gateway.server.mcp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream as it comes, in pieces of any size (WHATWG HTML, Server-sent events, §9.2.6): lines end with CR LF,
 * LF or CR, a byte-order mark at the start is dropped, unknown fields are carried along, an unfinished event at the end is
 * none. Comments outside an event are handed on at once, so that keep-alives keep alive.
 *
 * <p>Holds at most one event. Not thread-safe; one instance per stream.
 */
public final class SseReader {

    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final byte[] EVENT = {'e', 'v', 'e', 'n', 't'};
    private static final byte[] ID = {'i', 'd'};
    private static final byte[] RETRY = {'r', 'e', 't', 'r', 'y'};
    private static final byte[] BOM = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final int MAX_RETRY_DIGITS = 9;

    /** What a quiet stream keeps, however large its last event was. */
    private static final int KEPT_BYTES = 4096;

    private final int maxEventBytes;

    private byte[] held = new byte[512];
    private int length;
    private int lineStart;
    private boolean afterCr;
    private boolean atStreamStart = true;
    private boolean tooLarge;

    // Of the event under way.
    private boolean anyField;
    private @Nullable String id;
    private @Nullable String type;
    private @Nullable ByteArrayOutputStream data;
    private long retryMs = -1;

    /** @param maxEventBytes most bytes of one event, all its lines together */
    public SseReader(int maxEventBytes) {
        this.maxEventBytes = maxEventBytes;
    }

    /**
     * Takes the next bytes.
     *
     * @param bytes not kept
     * @param from first byte
     * @param to after the last
     * @param sink given every piece that is complete, in order, before this returns
     * @return false once an event is larger than the bound: nothing is read any more and the stream must be aborted
     */
    public boolean read(byte[] bytes, int from, int to, Consumer<SseEvent> sink) {
        int i = from;
        while (i < to && !tooLarge) {
            byte b = bytes[i];
            if (afterCr) {
                afterCr = false;
                if (b == '\n') {
                    // The second half of a line end whose first half came at the end of the last piece.
                    append(bytes, i, i + 1);
                    lineStart = length;
                    i++;
                    continue;
                }
            }
            int lineEnd = i;
            while (lineEnd < to && bytes[lineEnd] != '\n' && bytes[lineEnd] != '\r') {
                lineEnd++;
            }
            append(bytes, i, lineEnd);
            if (lineEnd == to || tooLarge) {
                break;
            }
            int contentEnd = length;
            int next = lineEnd + 1;
            if (bytes[lineEnd] == '\r') {
                if (next < to && bytes[next] == '\n') {
                    next++;
                } else {
                    afterCr = next == to;
                }
            }
            append(bytes, lineEnd, next);
            i = next;
            if (!tooLarge) {
                line(contentEnd, sink);
            }
        }
        return !tooLarge;
    }

    /** Whether bytes of an unfinished event are held: at the end of a stream they are discarded (§9.2.6). */
    public boolean isMidEvent() {
        return length > 0;
    }

    private void append(byte[] bytes, int from, int to) {
        int count = to - from;
        if (count > maxEventBytes - length) {
            tooLarge = true;
            return;
        }
        if (held.length - length < count) {
            held = Arrays.copyOf(held, Math.max(length + count, 2 * held.length));
        }
        System.arraycopy(bytes, from, held, length, count);
        length += count;
    }

    private void line(int contentEnd, Consumer<SseEvent> sink) {
        if (atStreamStart) {
            atStreamStart = false;
            if (contentEnd >= BOM.length && Arrays.equals(held, 0, BOM.length, BOM, 0, BOM.length)) {
                System.arraycopy(held, BOM.length, held, 0, length - BOM.length);
                length -= BOM.length;
                line(contentEnd - BOM.length, sink);
                return;
            }
        }
        if (contentEnd == lineStart) {
            emit(sink);
        } else if (held[lineStart] == ':' && !anyField) {
            emit(sink);
        } else if (held[lineStart] != ':') {
            field(contentEnd);
        }
        lineStart = length;
    }

    private void field(int contentEnd) {
        anyField = true;
        int colon = lineStart;
        while (colon < contentEnd && held[colon] != ':') {
            colon++;
        }
        int value = Math.min(colon + 1, contentEnd);
        if (value < contentEnd && held[value] == ' ') {
            value++;
        }
        if (isField(colon, DATA)) {
            ByteArrayOutputStream lines = data;
            if (lines == null) {
                lines = new ByteArrayOutputStream(contentEnd - value);
                data = lines;
            } else {
                lines.write('\n');
            }
            lines.write(held, value, contentEnd - value);
        } else if (isField(colon, EVENT)) {
            type = JsonText.utf8(held, value, contentEnd);
        } else if (isField(colon, ID)) {
            String text = new String(held, value, contentEnd - value, StandardCharsets.UTF_8);
            if (text.indexOf('\0') < 0) {
                id = text;
            }
        } else if (isField(colon, RETRY)) {
            retry(value, contentEnd);
        }
    }

    private boolean isField(int nameEnd, byte[] name) {
        return Arrays.equals(held, lineStart, nameEnd, name, 0, name.length);
    }

    private void retry(int from, int to) {
        if (from == to || to - from > MAX_RETRY_DIGITS) {
            return;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = held[i] - '0';
            if (digit < 0 || digit > 9) {
                return;
            }
            value = 10 * value + digit;
        }
        retryMs = value;
    }

    private void emit(Consumer<SseEvent> sink) {
        SseEvent event =
                new SseEvent(Arrays.copyOf(held, length), id, type, data == null ? null : data.toByteArray(), retryMs);
        if (held.length > KEPT_BYTES) {
            held = new byte[KEPT_BYTES];
        }
        length = 0;
        lineStart = 0;
        anyField = false;
        id = null;
        type = null;
        data = null;
        retryMs = -1;
        sink.accept(event);
    }
}
