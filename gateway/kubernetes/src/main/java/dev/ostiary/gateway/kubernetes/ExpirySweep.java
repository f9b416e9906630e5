package dev.ostiary.gateway.kubernetes;

import dev.ostiary.crds.McpGrant;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes expired records now and then, and counts the others. Every replica does so, each at moments of its own: what one
 * has removed the next one no longer finds. A virtual thread; what it removes at once is bounded.
 */
final class ExpirySweep implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ExpirySweep.class);
    private static final int MAX_REMOVED = 5_000;

    private final GrantCalls calls;
    private final GrantObjects objects;
    private final InstantSource clock;
    private final Duration interval;
    private final int capacity;
    private final AtomicInteger count = new AtomicInteger();
    private @Nullable Thread thread;

    /**
     * @param interval between sweeps, on average
     * @param capacity most records of the gateway; a replica knows of what others create after its next sweep
     */
    ExpirySweep(GrantCalls calls, GrantObjects objects, InstantSource clock, Duration interval, int capacity) {
        this.calls = calls;
        this.objects = objects;
        this.clock = clock;
        this.interval = interval;
        this.capacity = capacity;
    }

    synchronized void start() {
        if (thread == null) {
            thread = Thread.ofVirtual().name("grant-sweep").start(this::run);
        }
    }

    /** A record more. */
    void created() {
        count.incrementAndGet();
    }

    void requireRoom() throws StoreUnavailableException {
        if (count.get() >= capacity) {
            throw new StoreUnavailableException("the grant store is full: " + capacity + " records", null);
        }
    }

    @Override
    public synchronized void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void run() {
        try {
            // The first look comes soon, so that a store that is full is known to be.
            Thread.sleep(part(interval.dividedBy(10)));
            while (!Thread.currentThread().isInterrupted()) {
                sweep();
                Thread.sleep(part(interval));
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Between a half and one and a half of it. */
    private static Duration part(Duration whole) {
        long millis = Math.max(1, whole.toMillis());
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis));
    }

    private void sweep() {
        long now = clock.millis();
        List<McpGrant> over = new ArrayList<>();
        int[] kept = new int[1];
        try {
            calls.each(objects.labels(), object -> {
                if (object.getSpec().expiresAt() > now) {
                    kept[0]++;
                } else {
                    over.add(withoutValue(object));
                }
                return over.size() < MAX_REMOVED;
            });
            for (McpGrant each : over) {
                calls.delete(each);
            }
            count.set(kept[0]);
        } catch (StoreUnavailableException later) {
            LOG.atDebug().addKeyValue("reason", later.getMessage()).log("expired grants are removed later");
        }
    }

    /** What is needed to remove it. */
    private static McpGrant withoutValue(McpGrant object) {
        McpGrant bare = new McpGrant();
        bare.setMetadata(object.getMetadata());
        return bare;
    }
}
