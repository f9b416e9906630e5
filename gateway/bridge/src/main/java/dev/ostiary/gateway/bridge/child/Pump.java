package dev.ostiary.gateway.bridge.child;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A stream that is read by a thread of its own, one piece ahead: a read of it can be ended by closing it, which the JDK's streams of
 * processes do not promise, and holds up no virtual thread's carrier. The thread itself ends when the stream does: a process that keeps
 * a pipe open keeps it.
 */
final class Pump extends InputStream {

    private static final int PIECE = 8 * 1024;
    private static final byte[] NONE = {};

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private byte[] piece = NONE;
    private int position;
    private boolean over;
    private boolean closed;

    Pump(InputStream from, String name) {
        Thread.ofPlatform().daemon().name(name).start(() -> pump(from));
    }

    private void pump(InputStream from) {
        byte[] buffer = new byte[PIECE];
        try (from) {
            int count;
            while ((count = from.read(buffer)) >= 0 && hand(Arrays.copyOf(buffer, count))) {
                // On to the next.
            }
        } catch (IOException broken) {
            // The process is gone, as at the end.
        } finally {
            end();
        }
    }

    /** Waits until the piece before has been read; false when nobody reads any more. */
    private boolean hand(byte[] next) {
        lock.lock();
        try {
            while (position < piece.length && !closed) {
                changed.awaitUninterruptibly();
            }
            piece = next;
            position = 0;
            changed.signalAll();
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            over = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** -1 at the end and when closed. */
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        lock.lock();
        try {
            while (position == piece.length && !over && !closed) {
                changed.await();
            }
            if (closed || position == piece.length) {
                return -1;
            }
            int count = Math.min(length, piece.length - position);
            System.arraycopy(piece, position, into, offset, count);
            position += count;
            changed.signalAll();
            return count;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
