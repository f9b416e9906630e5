package dev.ostiary.gateway.bridge.session;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Room for messages of more than {@value #SMALL_BYTES} bytes, shared by all sessions: half of the heap. Whoever has such a message in
 * hand, on its way in or out, has taken room for it first; when there is none, clients wait and then get 503, and a server is not
 * read until there is. Any thread.
 */
public final class Memory {

    /** Up to here a message counts as small: its number and not its size is bounded. */
    public static final int SMALL_BYTES = 64 * 1024;

    /** What one message takes at its worst: what it is read into, twice while that grows, and a copy with other ids. */
    private static final int COPIES = 4;

    private static final int UNIT = 1024;

    private final Semaphore units;
    private final int weight;

    /** There was no room in time. */
    public static final class None extends IOException {
        None() {
            super("too many large messages are on their way");
        }
    }

    /** Room taken, until it is closed; closing it again does nothing. */
    public static final class Hold implements AutoCloseable {

        private final Runnable release;
        private final AtomicBoolean released = new AtomicBoolean();

        Hold(Runnable release) {
            this.release = release;
        }

        @Override
        public void close() {
            if (released.compareAndSet(false, true)) {
                release.run();
            }
        }
    }

    private Memory(int units, int weight) {
        this.units = new Semaphore(units, true);
        this.weight = weight;
    }

    /**
     * Half of this heap.
     *
     * @throws IllegalArgumentException when not a single message of this length has room; the text says what to do
     */
    public static Memory ofHeap(int messageBytes) {
        long half = Runtime.getRuntime().maxMemory() / 2;
        long one = (long) messageBytes * COPIES;
        if (one > half) {
            throw new IllegalArgumentException("--message-bytes " + messageBytes + " needs a heap of at least "
                    + (one * 2 / (1024 * 1024) + 1) + " MB (-Xmx), there are " + half * 2 / (1024 * 1024));
        }
        return new Memory((int) (half / UNIT), (int) (one / UNIT));
    }

    /** Room for one message of whatever length is allowed. */
    public Hold take(Duration bound) throws None, InterruptedException {
        if (!units.tryAcquire(weight, bound.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new None();
        }
        return new Hold(() -> units.release(weight));
    }
}
