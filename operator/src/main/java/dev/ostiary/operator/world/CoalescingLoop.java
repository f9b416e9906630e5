package dev.ostiary.operator.world;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does one piece of work again whenever something changed: however many changes come while it is busy, they are met by one
 * more run, and no change is lost. Work that fails is tried again, at growing distances up to half a minute.
 *
 * <p>One thread of its own. {@link #changed} never blocks.
 */
public final class CoalescingLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CoalescingLoop.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(30);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private final Work work;
    private final Duration distance;
    private final Thread thread;
    private boolean dirty;
    private boolean closed;
    private volatile Instant alive = Instant.now();

    /** What is done. */
    @FunctionalInterface
    public interface Work {
        /** One run. Whatever it throws but interruption is logged and the run repeated. */
        void run() throws InterruptedException;
    }

    /**
     * @param distance the least time from the end of one run to the begin of the next
     */
    public CoalescingLoop(String name, Duration distance, Work work) {
        this.work = work;
        this.distance = distance;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::loop);
    }

    /** Begins; changes of before count. */
    public void start() {
        thread.start();
    }

    /** Something changed. */
    public void changed() {
        lock.lock();
        try {
            dirty = true;
            wake.signal();
        } finally {
            lock.unlock();
        }
    }

    /** When the loop last showed that it lives: at the begin and end of every run, and every few seconds between them. */
    public Instant alive() {
        return alive;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            wake.signal();
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        Duration pause = FIRST_PAUSE;
        try {
            while (awaitChange()) {
                alive = Instant.now();
                try {
                    work.run();
                    pause = FIRST_PAUSE;
                } catch (RuntimeException e) {
                    LOG.atError()
                            .addKeyValue("loop", thread.getName())
                            .addKeyValue("againIn", pause)
                            .setCause(e)
                            .log("a run failed and is repeated");
                    changed();
                    rest(pause);
                    pause = pause.multipliedBy(2).compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause.multipliedBy(2);
                } catch (Error e) {
                    // Nothing that a repetition would mend. The loop ends, and liveness says so.
                    LOG.atError()
                            .addKeyValue("loop", thread.getName())
                            .setCause(e)
                            .log("the loop ends");
                    throw e;
                }
                alive = Instant.now();
                rest(distance);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until then, or until it is over. The thread is never interrupted, since native code may be running on it. */
    private void rest(Duration pause) throws InterruptedException {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!closed && left > 0) {
                left = wake.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** False when it is over. */
    private boolean awaitChange() throws InterruptedException {
        lock.lock();
        try {
            while (!dirty && !closed) {
                boolean signalled = wake.await(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
                if (!signalled) {
                    alive = Instant.now();
                }
            }
            dirty = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }
}
