package dev.ostiary.gateway.server.mcp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes events. Pure functions. */
public final class SseWriter {

    private static final byte[] KEEP_ALIVE = {':', '\n', '\n'};

    private SseWriter() {}

    /** An event with other data and everything else that its reader acts on: id, type and retry. */
    public static byte[] replaceData(SseEvent event, byte[] data) {
        return write(event.id(), event.type(), event.retryMs(), data);
    }

    /** An event of the gateway's own. */
    public static byte[] event(@Nullable String id, byte[] data) {
        return write(id, null, -1, data);
    }

    /**
     * An event without message that gives the client an id to resume from (2025-11-25, Transports).
     *
     * @param retryMs how long the client shall wait before it reconnects; negative to leave it unsaid
     */
    public static byte[] priming(String id, long retryMs) {
        return write(id, null, retryMs, new byte[0]);
    }

    /** What remains of an event that is not passed on: its id and retry, so that resuming still works; may be empty. */
    public static byte[] withoutMessage(SseEvent event) {
        if (event.id() == null && event.retryMs() < 0) {
            return new byte[0];
        }
        return write(event.id(), null, event.retryMs(), new byte[0]);
    }

    /** A comment that keeps the connection open. */
    public static byte[] keepAlive() {
        return KEEP_ALIVE.clone();
    }

    private static byte[] write(@Nullable String id, @Nullable String type, long retryMs, byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + 64);
        if (id != null) {
            field(out, "id", id);
        }
        if (type != null) {
            field(out, "event", type);
        }
        if (retryMs >= 0) {
            field(out, "retry", Long.toString(retryMs));
        }
        int start = 0;
        for (int i = 0; i <= data.length; i++) {
            boolean lineEnd = i == data.length || data[i] == '\n' || data[i] == '\r';
            if (lineEnd) {
                out.writeBytes(DATA);
                out.write(data, start, i - start);
                out.write('\n');
                // JSON may be broken at white space anywhere; CR LF is one break.
                if (i + 1 < data.length && data[i] == '\r' && data[i + 1] == '\n') {
                    i++;
                }
                start = i + 1;
            }
        }
        out.write('\n');
        return out.toByteArray();
    }

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

    private static void field(ByteArrayOutputStream out, String name, String value) {
        if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("an event's " + name + " is one line");
        }
        out.writeBytes((name + ": " + value + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
