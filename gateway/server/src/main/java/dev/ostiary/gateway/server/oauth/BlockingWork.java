package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.http.Exchange;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Runs work that waits for others (Entra, stores, documents) on virtual threads, a bounded number at a time, and comes back on
 * the exchange's own thread with the answer. None is begun while what comes of it could not be recorded. When the client has gone meanwhile, the answer goes nowhere and the work stands.
 * Outlives configurations. Thread-safe.
 */
public final class BlockingWork {

    /** Most requests at work at once, when nobody says otherwise. */
    public static final int DEFAULT_LIMIT = 512;

    private final Semaphore permits;
    private final BooleanSupplier ready;

    /**
     * @param limit most requests at work at once
     * @param ready whether what happens can be recorded
     */
    public BlockingWork(int limit, BooleanSupplier ready) {
        this.permits = new Semaphore(limit);
        this.ready = ready;
    }

    /**
     * Starts work.
     *
     * @param work makes what answers; must not throw
     * @return false when there is too much work already, or it could not be recorded
     */
    boolean start(Exchange exchange, Supplier<Runnable> work) {
        if (!ready.getAsBoolean() || !permits.tryAcquire()) {
            return false;
        }
        Thread.ofVirtual().name("facade").start(() -> {
            Runnable answer;
            try {
                answer = work.get();
            } finally {
                permits.release();
            }
            try {
                exchange.executor().execute(answer);
            } catch (RejectedExecutionException stopped) {
                // The listener has gone, and every client with it.
            }
        });
        return true;
    }
}
