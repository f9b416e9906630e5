package dev.ostiary.gateway.server.authorize;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The few platform threads on which Cedar runs. Its native call burns CPU and cannot be interrupted, so more threads than
 * processors would only queue elsewhere; what waits is bounded, and beyond that the answer is 503.
 */
public final class PolicyThreads implements AutoCloseable {

    private static final int WAITING = 2_048;

    private final ThreadPoolExecutor pool;

    public PolicyThreads(int threads) {
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING),
                task -> Thread.ofPlatform()
                        .daemon(true)
                        .name("ostiary-policy-" + number.incrementAndGet())
                        .unstarted(task));
    }

    /** Runs the task soon; false when too many wait already. */
    public boolean run(Runnable task) {
        try {
            pool.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Tasks that wait for a thread. */
    public int waiting() {
        return pool.getQueue().size();
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
