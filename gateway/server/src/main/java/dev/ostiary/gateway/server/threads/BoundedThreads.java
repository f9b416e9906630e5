package dev.ostiary.gateway.server.threads;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A few platform threads for work that burns processor time and cannot be interrupted, so that more threads than processors
 * would only queue elsewhere. What waits is bounded; beyond that the answer is 503. Any thread.
 */
public final class BoundedThreads implements AutoCloseable {

    private final ThreadPoolExecutor pool;

    /**
     * @param name how the threads are called, without their number
     * @param threads how many
     * @param waiting most tasks that wait for one
     */
    public BoundedThreads(String name, int threads, int waiting) {
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(waiting),
                task -> Thread.ofPlatform()
                        .daemon(true)
                        .name(name + "-" + number.incrementAndGet())
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
