package dev.ostiary.gateway.server.entra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Time in which nobody waits: whoever wants to is moved there at once, and how long it would have been is recorded. */
final class ImpatientTime implements Time {

    private final AtomicLong ahead = new AtomicLong();
    private final List<Duration> waits = new CopyOnWriteArrayList<>();

    @Override
    public long wallMillis() {
        return System.currentTimeMillis() + ahead.get() / 1_000_000;
    }

    @Override
    public long nanos() {
        return System.nanoTime() + ahead.get();
    }

    @Override
    public Runnable after(Duration delay, Runnable task) {
        waits.add(delay);
        advance(delay);
        task.run();
        return () -> {};
    }

    /** Back to the present, for another test. */
    void reset() {
        ahead.set(0);
        waits.clear();
    }

    void advance(Duration by) {
        ahead.addAndGet(by.toNanos());
    }

    List<Duration> waits() {
        return List.copyOf(waits);
    }
}
