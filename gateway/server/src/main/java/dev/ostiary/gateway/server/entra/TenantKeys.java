package dev.ostiary.gateway.server.entra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signing keys of one tenant, kept current: read at start-up, read again ahead of their end, read on an unknown key id
 * but no oftener than {@link KeySetSettings#missInterval}, one read at a time, and the last good set kept when a read
 * fails. Every method may be called on an event loop: reading happens on virtual threads.
 */
public final class TenantKeys implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(TenantKeys.class);

    // Doubling beyond this overflows before the cap is applied, and reaches every sensible cap.
    private static final int MAX_DOUBLINGS = 20;

    private final String tenantId;
    private final KeySource source;
    private final KeySetSettings settings;
    private final Time time;
    private final KeySetMetrics metrics;
    private final AtomicLong generations;

    private volatile @Nullable KeySet current;

    private final ReentrantLock lock = new ReentrantLock();
    // All below: guarded by the lock.
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean reading;
    private boolean closed;
    private int failures;
    private long missReadAllowedNanos;
    private long nextReadNanos;
    private Runnable takeBackNextRead = () -> {};

    /**
     * @param generations shared by all tenants of a process, so that no generation is given twice
     * @param seed keys already known to be this tenant's; null: none
     */
    TenantKeys(
            String tenantId,
            KeySource source,
            KeySetSettings settings,
            Time time,
            KeySetMetrics metrics,
            AtomicLong generations,
            @Nullable KeySet seed) {
        this.tenantId = tenantId;
        this.source = source;
        this.settings = settings;
        this.time = time;
        this.metrics = metrics;
        this.generations = generations;
        this.current = seed;
        this.missReadAllowedNanos = time.nanos();
        this.nextReadNanos = time.nanos();
    }

    /** Begins the first read. */
    void start() {
        lock.lock();
        try {
            beginRead();
        } finally {
            lock.unlock();
        }
    }

    /** The last good keys; null when there are none yet, or none young enough. Never blocks. */
    public @Nullable KeySet usable() {
        KeySet set = current;
        if (set == null) {
            return null;
        }
        long age = time.nanos() - set.readNanos();
        if (age <= settings.timeToLive().toNanos()) {
            return set;
        }
        if (age <= settings.timeToLive().plus(settings.staleFor()).toNanos()) {
            metrics.staleServed();
            return set;
        }
        return null;
    }

    /** Whether keys are there: a replica that answers true can authenticate. */
    public boolean ready() {
        KeySet set = current;
        return set != null
                && time.nanos() - set.readNanos()
                        <= settings.timeToLive().plus(settings.staleFor()).toNanos();
    }

    /**
     * Asks for keys newer than the ones looked at, because there were none or because a key id is not among them.
     *
     * @param lookedAt what {@link #usable} gave before the caller looked; null: none. Where newer keys have been read since,
     *     there is nothing to wait for but another look
     * @param whenDone called once, on another thread, if and only if the answer is {@link Renewal.Pending}; null: nothing is
     *     begun and nobody waits, the answer says only how things stand
     */
    public Renewal renew(@Nullable KeySet lookedAt, @Nullable Runnable whenDone) {
        boolean anyUsable = lookedAt != null;
        lock.lock();
        try {
            if (closed) {
                return new Renewal.Unavailable(settings.firstRetry());
            }
            if (isNewer(lookedAt)) {
                if (whenDone == null) {
                    return new Renewal.Unavailable(settings.firstRetry());
                }
                Thread.ofVirtual().name("entra-keys").start(whenDone);
                return new Renewal.Pending();
            }
            if (whenDone != null && mayWait(anyUsable)) {
                if (waiting.size() >= settings.maxWaiting()) {
                    return new Renewal.Unavailable(settings.firstRetry());
                }
                if (anyUsable && missReadAllowed()) {
                    missReadAllowedNanos =
                            time.nanos() + settings.missInterval().toNanos();
                }
                if (!reading) {
                    beginRead();
                }
                waiting.add(whenDone);
                metrics.waiting();
                return new Renewal.Pending();
            }
            if (anyUsable && failures == 0) {
                return new Renewal.Current();
            }
            Duration untilNext = Duration.ofNanos(Math.max(0, nextReadNanos - time.nanos()));
            return new Renewal.Unavailable(
                    untilNext.compareTo(settings.firstRetry()) > 0 ? untilNext : settings.firstRetry());
        } finally {
            lock.unlock();
        }
    }

    private boolean isNewer(@Nullable KeySet lookedAt) {
        KeySet now = current;
        return now != null && ready() && (lookedAt == null || lookedAt.generation() != now.generation());
    }

    /** A read in progress is worth waiting for; a new one is begun only for an unknown key id, and rarely: without any keys
     * the retries are already on their way. */
    private boolean mayWait(boolean anyUsable) {
        if (reading) {
            // Joining costs Entra nothing, but after a miss was looked up a second one would only wait for the same
            // answer.
            return !anyUsable || missReadAllowed() || !waiting.isEmpty();
        }
        return anyUsable && missReadAllowed();
    }

    private boolean missReadAllowed() {
        return missReadAllowedNanos - time.nanos() <= 0;
    }

    /** Under the lock, when nothing is being read. */
    private void beginRead() {
        if (closed || reading) {
            return;
        }
        reading = true;
        takeBackNextRead.run();
        takeBackNextRead = () -> {};
        Thread.ofVirtual().name("entra-keys").start(this::read);
    }

    private void read() {
        @Nullable Map<String, SigningKey> keys = null;
        String reason = "";
        try {
            keys = source.read();
            metrics.fetched();
        } catch (EntraFailure failure) {
            reason = failure.reason();
            warn(reason, failure);
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            reason = "Interrupted";
        } catch (RuntimeException unforeseen) {
            reason = "InternalError";
            warn(reason, unforeseen);
        }
        if (keys == null) {
            metrics.fetchFailed(reason);
        }
        finish(keys).forEach(Runnable::run);
    }

    private List<Runnable> finish(@Nullable Map<String, SigningKey> keys) {
        lock.lock();
        try {
            reading = false;
            if (keys == null) {
                failures++;
            } else {
                failures = 0;
                accept(keys);
            }
            scheduleNext(keys == null ? retryDelay() : refreshDelay());
            List<Runnable> done = List.copyOf(waiting);
            waiting.clear();
            return done;
        } finally {
            lock.unlock();
        }
    }

    private void accept(Map<String, SigningKey> keys) {
        KeySet before = current;
        if (before != null && before.keys().equals(keys)) {
            current = new KeySet(keys, before.generation(), time.nanos());
            return;
        }
        current = new KeySet(keys, generations.incrementAndGet(), time.nanos());
        log.atInfo()
                .addKeyValue("tenant", tenantId)
                .addKeyValue("keys", keys.size())
                .log("signing keys read");
    }

    private void scheduleNext(Duration delay) {
        if (closed) {
            return;
        }
        nextReadNanos = time.nanos() + delay.toNanos();
        takeBackNextRead = time.after(delay, () -> {
            lock.lock();
            try {
                beginRead();
            } finally {
                lock.unlock();
            }
        });
    }

    private Duration refreshDelay() {
        double spread = (ThreadLocalRandom.current().nextDouble() * 2 - 1) * settings.refreshJitter();
        return Duration.ofNanos((long) (settings.refreshAfter().toNanos() * (1 + spread)));
    }

    /** Half of the doubled wait is certain, half is chance, so that replicas do not return in step. */
    private Duration retryDelay() {
        long doubled = settings.firstRetry().toNanos() << Math.min(failures - 1, MAX_DOUBLINGS);
        long half = Math.min(doubled, settings.maxRetry().toNanos()) / 2;
        return Duration.ofNanos(half + ThreadLocalRandom.current().nextLong(half + 1));
    }

    private void warn(String reason, Exception failure) {
        KeySet held = current;
        log.atWarn()
                .addKeyValue("tenant", tenantId)
                .addKeyValue("reason", reason)
                .addKeyValue("detail", failure.getMessage())
                .addKeyValue(
                        "heldForSeconds",
                        held == null
                                ? -1
                                : Duration.ofNanos(time.nanos() - held.readNanos())
                                        .toSeconds())
                .log("signing keys could not be read");
    }

    @Nullable
    KeySet held() {
        return current;
    }

    /** Stops reading. What is held stays usable for requests that are still under way. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            takeBackNextRead.run();
            takeBackNextRead = () -> {};
        } finally {
            lock.unlock();
        }
    }
}
