package dev.ostiary.gateway.bridge.session;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a stream, each of at most so many bytes; holds one line, little memory between long ones, and takes room for a long one
 * before it reads it: what it holds without room taken is never more than {@value Memory#SMALL_BYTES} bytes. One thread.
 */
final class LineReader {

    private static final int SMALL = 4 * 1024;

    /** How long a server is not read for want of memory before its session ends. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final InputStream in;
    private final int most;
    private final Memory memory;
    private byte[] buffer = new byte[SMALL];
    private int from;
    private int to;
    private Memory.@Nullable Hold hold;

    /** More than the bound, without an end. */
    static final class TooLong extends IOException {
        TooLong(int most) {
            super("a line of more than " + most + " bytes");
        }
    }

    LineReader(InputStream in, int most, Memory memory) {
        this.in = in;
        this.most = most;
        this.memory = memory;
    }

    /** The next line without its end (LF, or CR LF); null at the end of the stream, where half a line is no line. */
    byte @Nullable [] next() throws IOException, InterruptedException {
        int searched = from;
        while (true) {
            for (int i = searched; i < to; i++) {
                if (buffer[i] == '\n') {
                    return taken(i);
                }
            }
            // Afterwards the line begins at the start of the buffer.
            searched = to - from;
            makeRoom();
            // So little at once that what follows a long line is no long line as well: that takes room of its own.
            int count = in.read(buffer, to, Math.min(buffer.length - to, Memory.SMALL_BYTES));
            if (count < 0) {
                return null;
            }
            to += count;
        }
    }

    /** The room that the line read last has taken, for whoever keeps it; null when it is small. */
    Memory.@Nullable Hold hold() {
        Memory.Hold taken = hold;
        hold = null;
        return taken;
    }

    /** Whether the stream ended within a line. */
    boolean hasHalf() {
        return to > from;
    }

    /** Gives back what a line that never ended has taken. */
    void close() {
        Memory.Hold taken = hold();
        if (taken != null) {
            taken.close();
        }
    }

    private byte[] taken(int end) throws TooLong {
        int length = end - from;
        if (length > 0 && buffer[end - 1] == '\r') {
            length--;
        }
        if (length > most) {
            throw new TooLong(most);
        }
        byte[] line = Arrays.copyOfRange(buffer, from, from + length);
        from = end + 1;
        if (buffer.length > Memory.SMALL_BYTES) {
            // The room goes with the line.
            buffer = Arrays.copyOf(Arrays.copyOfRange(buffer, from, to), Memory.SMALL_BYTES);
            to -= from;
            from = 0;
        }
        return line;
    }

    private void makeRoom() throws IOException, InterruptedException {
        int held = to - from;
        if (held > most + 1 || (held > most && buffer[to - 1] != '\r')) {
            throw new TooLong(most);
        }
        if (from == 0 && held == buffer.length) {
            if (hold == null && buffer.length * 2L > Memory.SMALL_BYTES) {
                hold = memory.take(PATIENCE);
            }
            // One byte more than the longest line, for its end, and one for a CR.
            buffer = Arrays.copyOf(buffer, (int) Math.min(most + 2L, buffer.length * 2L));
        } else if (held <= SMALL / 2 && buffer.length > SMALL) {
            byte[] small = new byte[SMALL];
            System.arraycopy(buffer, from, small, 0, held);
            buffer = small;
        } else if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, held);
        }
        from = 0;
        to = held;
    }
}
