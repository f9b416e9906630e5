package dev.ostiary.gateway.server;

import dev.ostiary.gateway.server.entra.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's clocks, but whatever waits for a minute or longer waits for the test, and shorter waits are over at once. */
final class HeldTime implements Time {

    private static final Duration LONG = Duration.ofMinutes(1);

    private record Held(Duration delay, Runnable task) {}

    private final List<Held> held = new ArrayList<>();
    private final AtomicLong ahead = new AtomicLong();
    private final AtomicLong passed = new AtomicLong();

    @Override
    public long wallMillis() {
        return System.currentTimeMillis() + ahead.get();
    }

    @Override
    public long nanos() {
        return System.nanoTime() + passed.get();
    }

    @Override
    public Runnable after(Duration delay, Runnable task) {
        if (delay.compareTo(LONG) < 0) {
            Thread.ofVirtual().start(task);
            return () -> {};
        }
        Held one = new Held(delay, task);
        synchronized (held) {
            held.add(one);
        }
        return () -> {
            synchronized (held) {
                held.remove(one);
            }
        };
    }

    /** Moves the wall clock alone. */
    void off(Duration by) {
        ahead.set(by.toMillis());
    }

    /** What waits, by how long it wanted to. */
    List<Duration> waiting() {
        synchronized (held) {
            return held.stream().map(Held::delay).toList();
        }
    }

    /** So much time passes, but for the wall clock, and ends the waits that are no longer than that. */
    void pass(Duration atMost) {
        passed.addAndGet(atMost.toNanos());
        List<Held> due;
        synchronized (held) {
            due = held.stream().filter(one -> one.delay.compareTo(atMost) <= 0).toList();
            held.removeAll(due);
        }
        due.forEach(one -> one.task.run());
    }
}
