package dev.ostiary.connect.http;

import dev.ostiary.connect.message.Message;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Server-sent events (WHATWG HTML §9.2), read one at a time; an event longer than a message may be ends the stream. One thread. */
final class EventStream implements Closeable {

    private static final int LONGEST_ID = 1024;
    /** Between two streams, whatever the server asks for. */
    private static final long SHORTEST_PAUSE_MILLIS = 100;

    private final InputStream in;
    private boolean afterReturn;

    EventStream(InputStream in) {
        this.in = new BufferedInputStream(in, 16 * 1024);
    }

    /**
     * One event.
     *
     * @param type {@code message} unless the server named another
     * @param id null when this event has none, empty when there is none from here on
     * @param retryMillis how long to wait before a reconnect; null when it was not said
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Event(
            String type,
            byte[] data,
            @Nullable String id,
            @Nullable Long retryMillis) {

        /** Where a stream that breaks after this event is taken up; null when it cannot be. */
        @Nullable
        String idAfter(@Nullable String before) {
            return id == null ? before : id.isEmpty() ? null : id;
        }
    }

    /** The next event, one without data included; null at the end. A last event that is not ended by a blank line is dropped. */
    @Nullable
    Event next() throws IOException {
        String type = "message";
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        String id = null;
        Long retry = null;
        boolean any = false;
        while (true) {
            byte[] line = line();
            if (line == null) {
                return null;
            }
            if (line.length == 0) {
                if (any) {
                    return new Event(type, data.toByteArray(), id, retry);
                }
                continue;
            }
            if (line[0] == ':') {
                continue;
            }
            int colon = 0;
            while (colon < line.length && line[colon] != ':') {
                colon++;
            }
            String field = new String(line, 0, colon, StandardCharsets.UTF_8);
            int from = Math.min(line.length, colon + 1);
            if (from < line.length && line[from] == ' ') {
                from++;
            }
            byte[] value = Arrays.copyOfRange(line, from, line.length);
            switch (field) {
                case "event" -> type = new String(value, StandardCharsets.UTF_8);
                case "data" -> {
                    if (data.size() > 0) {
                        data.write('\n');
                    }
                    data.write(value);
                    if (data.size() > Message.MAX_BYTES) {
                        throw new IOException("an event of the server is longer than a message may be");
                    }
                }
                case "id" -> {
                    String said = new String(value, StandardCharsets.UTF_8);
                    // It goes into a header when the stream is taken up again.
                    id = said.length() <= LONGEST_ID && said.chars().allMatch(c -> c > ' ' && c < 0x7f) ? said : null;
                }
                case "retry" -> retry = millis(value);
                default -> {
                    continue;
                }
            }
            any = true;
        }
    }

    private static @Nullable Long millis(byte[] value) {
        String text = new String(value, StandardCharsets.UTF_8);
        return text.matches("[0-9]{1,9}") ? Long.valueOf(Math.max(SHORTEST_PAUSE_MILLIS, Long.parseLong(text))) : null;
    }

    private byte @Nullable [] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b == '\n' && afterReturn && line.size() == 0) {
                afterReturn = false;
                continue;
            }
            afterReturn = false;
            if (b < 0) {
                return null;
            }
            if (b == '\n') {
                return line.toByteArray();
            }
            if (b == '\r') {
                // A line feed that belongs to it is skipped when it comes, so that the event is not held back until
                // then.
                afterReturn = true;
                return line.toByteArray();
            }
            if (line.size() > Message.MAX_BYTES) {
                throw new IOException("a line of the server's event stream is too long");
            }
            line.write(b);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
