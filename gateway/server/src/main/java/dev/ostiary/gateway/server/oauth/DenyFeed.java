package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.identity.Revocations;
import dev.ostiary.gateway.server.store.Denials;
import dev.ostiary.gateway.server.store.DenyEntry;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which grants have ended, on whatever replica: reads the store's deny entries by cursor once a second, on a virtual
 * thread. While the store does not answer, what was read before goes on to hold; what is new is bounded by the lifetime of
 * access tokens, and {@link #staleness} says for how long nothing was read. Asking takes one look-up. Any thread.
 */
public final class DenyFeed implements Revocations, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DenyFeed.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration FIRST_READ = Duration.ofSeconds(3);

    /** Some 20 MB; at 20 minutes per entry, 80 ended grants every second. */
    static final int MAX_ENTRIES = 100_000;

    private final GrantStore store;
    private final InstantSource clock;
    private final Consumer<String> listener;
    private final int maxEntries;
    private final Map<String, Instant> denied = new ConcurrentHashMap<>();
    private final CountDownLatch readOnce = new CountDownLatch(1);
    private volatile long lastReadNanos = System.nanoTime();
    private volatile boolean failing;
    private @Nullable String cursor;
    private @Nullable Thread reader;

    /** @param listener told once of each grant that has ended, so that streams end; must not block */
    public DenyFeed(GrantStore store, InstantSource clock, Consumer<String> listener) {
        this(store, clock, listener, MAX_ENTRIES);
    }

    DenyFeed(GrantStore store, InstantSource clock, Consumer<String> listener, int maxEntries) {
        this.store = store;
        this.clock = clock;
        this.listener = listener;
        this.maxEntries = maxEntries;
    }

    /**
     * Starts reading, until {@link #close}. Waits for the first answer, so that nothing ended is taken for good after a
     * restart, but not for long: a store that is away must not keep a gateway from starting.
     */
    public void start() {
        synchronized (this) {
            if (reader == null) {
                reader = Thread.ofVirtual().name("deny-feed").start(this::readForever);
            }
        }
        try {
            if (!readOnce.await(FIRST_READ.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().log("ended grants have not been read yet");
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean revoked(String grantId) {
        Instant until = denied.get(grantId);
        return until != null && clock.instant().isBefore(until);
    }

    /** How long ago the store was last read successfully; since the start when it never was. */
    public Duration staleness() {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - lastReadNanos));
    }

    /** How many are known. */
    public int size() {
        return denied.size();
    }

    @Override
    public synchronized void close() {
        if (reader != null) {
            reader.interrupt();
        }
    }

    private void readForever() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                read();
                readOnce.countDown();
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads once; a failure is told of once, until it is over. */
    synchronized void read() {
        try {
            Denials news = store.denials(cursor);
            for (DenyEntry entry : news.entries()) {
                add(entry);
            }
            cursor = news.cursor();
            lastReadNanos = System.nanoTime();
            if (failing) {
                failing = false;
                LOG.atInfo().log("ended grants are read again");
            }
        } catch (StoreUnavailableException | RuntimeException unavailable) {
            if (!failing) {
                failing = true;
                LOG.atWarn()
                        .addKeyValue("reason", String.valueOf(unavailable.getMessage()))
                        .log("ended grants cannot be read: their access tokens stay good until they expire");
            }
        }
        Instant now = clock.instant();
        denied.values().removeIf(until -> !now.isBefore(until));
    }

    private void add(DenyEntry entry) {
        if (!clock.instant().isBefore(entry.expires())) {
            return;
        }
        if (denied.size() >= maxEntries && !denied.containsKey(entry.grantId())) {
            // What ends soonest has the fewest tokens left.
            denied.entrySet().stream()
                    .min(Comparator.comparing(Map.Entry<String, Instant>::getValue))
                    .ifPresent(soonest -> denied.remove(soonest.getKey()));
            LOG.atWarn().log("more grants have ended than can be remembered");
        }
        if (denied.put(entry.grantId(), entry.expires()) == null) {
            listener.accept(entry.grantId());
        }
    }
}
