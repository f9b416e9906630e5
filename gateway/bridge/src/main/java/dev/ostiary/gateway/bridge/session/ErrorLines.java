package dev.ostiary.gateway.bridge.session;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.Consumer;

/** What a server writes to its standard error, line by line; lines of more than {@value #MOST} bytes become several. */
final class ErrorLines {

    private static final int MOST = 4 * 1024;

    private ErrorLines() {}

    /** Returns at the end of the stream, or when it is closed; blocks the (virtual) thread until then. */
    static void copy(InputStream in, Consumer<byte[]> log) {
        byte[] buffer = new byte[MOST];
        int held = 0;
        try {
            int count;
            while ((count = in.read(buffer, held, buffer.length - held)) >= 0) {
                int from = 0;
                held += count;
                for (int i = held - count; i < held; i++) {
                    if (buffer[i] == '\n') {
                        log.accept(Arrays.copyOfRange(buffer, from, i));
                        from = i + 1;
                    }
                }
                if (from == 0 && held == buffer.length) {
                    log.accept(buffer.clone());
                    from = held;
                }
                System.arraycopy(buffer, from, buffer, 0, held - from);
                held -= from;
            }
        } catch (IOException _) {
            // Then there is no more to say.
        }
        if (held > 0) {
            log.accept(Arrays.copyOf(buffer, held));
        }
    }
}
