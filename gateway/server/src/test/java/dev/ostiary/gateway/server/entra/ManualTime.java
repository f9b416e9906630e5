package dev.ostiary.gateway.server.entra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that stands still until a test moves it; what falls due runs on the thread that moves it. */
public final class ManualTime implements Time {

    private record Due(long nanos, Runnable task) {}

    private final List<Due> tasks = new ArrayList<>();
    private long wallMillis = System.currentTimeMillis();
    private long nanos = 1_000_000_000_000L;

    @Override
    public synchronized long wallMillis() {
        return wallMillis;
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public synchronized Runnable after(Duration delay, Runnable task) {
        Due due = new Due(nanos + delay.toNanos(), task);
        tasks.add(due);
        return () -> {
            synchronized (this) {
                tasks.remove(due);
            }
        };
    }

    /** How many tasks are waiting for their moment. */
    public synchronized int pending() {
        return tasks.size();
    }

    /** Moves both clocks, then runs what has fallen due, in order. */
    public void advance(Duration by) {
        List<Due> due;
        synchronized (this) {
            nanos += by.toNanos();
            wallMillis += by.toMillis();
            due = tasks.stream()
                    .filter(task -> task.nanos <= nanos)
                    .sorted(Comparator.comparingLong(Due::nanos))
                    .toList();
            tasks.removeAll(due);
        }
        due.forEach(task -> task.task.run());
    }
}
