package dev.ostiary.connect.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** MCP's stdio framing: a message a line. Holds one line at a time, and never more of it than is allowed. One thread. */
public final class Lines {

    private static final int BUFFER = 64 * 1024;

    private final InputStream in;
    private final int maxBytes;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;

    /**
     * Reads from this stream.
     *
     * @param maxBytes of a line, without its end
     */
    public Lines(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /**
     * A line without its end.
     *
     * @param bytes empty when it was too long
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Line(byte[] bytes, boolean tooLong) {

        public boolean isBlank() {
            for (byte b : bytes) {
                if (b != ' ' && b != '\t' && b != '\r') {
                    return false;
                }
            }
            return !tooLong;
        }
    }

    /** The next line; null at the end of the stream. A line that is too long is read to its end and thrown away. */
    public @Nullable Line next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean tooLong = false;
        boolean any = false;
        while (true) {
            if (at == end) {
                at = 0;
                end = in.read(buffer, 0, buffer.length);
                if (end <= 0) {
                    end = 0;
                    return any ? new Line(line.toByteArray(), tooLong) : null;
                }
            }
            int from = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            any = true;
            if (!tooLong) {
                line.write(buffer, from, at - from);
                if (line.size() > maxBytes) {
                    tooLong = true;
                    line = new ByteArrayOutputStream();
                }
            }
            if (at < end) {
                at++;
                return new Line(line.toByteArray(), tooLong);
            }
        }
    }
}
