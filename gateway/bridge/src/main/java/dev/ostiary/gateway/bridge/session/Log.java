package dev.ostiary.gateway.bridge.session;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bridge's standard error: its own lines, and those of its children, each begun by where it is from. What a child wrote stays
 * as it is but for control characters, which are escaped. Any thread; a writer waits while nobody reads the log.
 */
public final class Log {

    private final OutputStream out;
    private final ReentrantLock lock = new ReentrantLock();

    public Log(OutputStream out) {
        this.out = out;
    }

    /** A line of the bridge's. */
    public void bridge(String text) {
        line(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " bridge: ", text.getBytes(StandardCharsets.UTF_8));
    }

    /** A line of the bridge's about one session. */
    public void session(String tag, String text) {
        bridge("[" + tag + "] " + text);
    }

    /** A line that a child wrote. */
    public void child(String tag, byte[] text) {
        line("[" + tag + "] ", text);
    }

    /** C0 and DEL, and C1 as UTF-8 has them: a 0xc2 and one more byte (ECMA-48). */
    private static boolean isControl(byte[] text, int i) {
        byte at = text[i];
        if (at >= 0) {
            return (at < ' ' && at != '\t') || at == 0x7f;
        }
        return isC1(text, i) || (i > 0 && isC1(text, i - 1));
    }

    private static boolean isC1(byte[] text, int i) {
        return text[i] == (byte) 0xc2 && i + 1 < text.length && (text[i + 1] & 0xe0) == 0x80;
    }

    private void line(String prefix, byte[] text) {
        byte[] start = prefix.getBytes(StandardCharsets.UTF_8);
        byte[] line = new byte[start.length + text.length * 4 + 1];
        System.arraycopy(start, 0, line, 0, start.length);
        int to = start.length;
        for (int i = 0; i < text.length; i++) {
            byte at = text[i];
            if (isControl(text, i)) {
                line[to++] = '\\';
                line[to++] = 'x';
                line[to++] = (byte) Character.forDigit((at >> 4) & 15, 16);
                line[to++] = (byte) Character.forDigit(at & 15, 16);
            } else {
                line[to++] = at;
            }
        }
        line[to++] = '\n';
        lock.lock();
        try {
            out.write(line, 0, to);
            out.flush();
        } catch (IOException _) {
            // Nobody reads the log; there is nowhere to say so.
        } finally {
            lock.unlock();
        }
    }
}
