package dev.ostiary.entra.emulator;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Faults on demand, per area, and counts of the requests seen. Safe for any thread.
 *
 * <p>A fault holds until it is cleared, or for so many requests.
 */
public final class Faults {

    private final Object lock = new Object();
    private final Map<Area, Armed> armed = new EnumMap<>(Area.class);
    private final Map<Area, AtomicInteger> seen = new EnumMap<>(Area.class);
    private volatile boolean closed;

    Faults() {
        for (Area area : Area.values()) {
            seen.put(area, new AtomicInteger());
        }
    }

    /** Which requests a fault hits. */
    public enum Area {
        DISCOVERY,
        KEYS,
        AUTHORIZE,
        TOKEN,
        GRAPH,
        /** Requests that change the directory, before those of {@link #GRAPH}. */
        GRAPH_WRITES
    }

    /** What goes wrong. */
    public sealed interface Fault {

        /**
         * An answer instead of the real one.
         *
         * @param code HTTP status
         * @param retryAfterSeconds value of {@code Retry-After}; 0 for none
         */
        record Status(int code, int retryAfterSeconds) implements Fault {}

        /** The real answer, late. */
        record Slow(Duration delay) implements Fault {}

        /** No answer until the fault is cleared or the emulator closed; then the connection is dropped. */
        record Hang(CountDownLatch released) implements Fault {}

        /** All is done, but the answer says otherwise: a gateway's 502, 503 or 504. */
        record DoneButStatus(int code) implements Fault {}

        /** All is done, but the connection is cut before the answer. */
        record Cut() implements Fault {}

        /** The real status with a body that is not JSON. */
        record Garbage() implements Fault {}

        /**
         * An error of the token endpoint (area {@code TOKEN} only).
         *
         * @param aadsts number of the error, such as 50076
         * @param claims claims challenge as JSON text; null for none
         */
        record Aadsts(int aadsts, @Nullable String claims) implements Fault {}
    }

    /** Every request of the area fails with this status. */
    public void status(Area area, int code) {
        arm(area, new Fault.Status(code, 0), Integer.MAX_VALUE);
    }

    /** The next {@code times} requests of the area are throttled: 429 with {@code Retry-After}. */
    public void throttle(Area area, int retryAfterSeconds, int times) {
        arm(area, new Fault.Status(429, retryAfterSeconds), times);
    }

    /** Every request of the area is answered late. */
    public void slow(Area area, Duration delay) {
        arm(area, new Fault.Slow(delay), Integer.MAX_VALUE);
    }

    /** No request of the area is answered. */
    public void hang(Area area) {
        arm(area, new Fault.Hang(new CountDownLatch(1)), Integer.MAX_VALUE);
    }

    /** The connection of one request is cut after all is done, {@code after} requests of the area from now. */
    public void cut(Area area, int after) {
        arm(area, new Fault.Cut(), after, 1);
    }

    /** Arms any fault for so many requests. */
    public void arm(Area area, Fault fault, int times) {
        arm(area, fault, 0, times);
    }

    /** Arms any fault for so many requests, after so many others of the area. */
    public void arm(Area area, Fault fault, int after, int times) {
        synchronized (lock) {
            release(armed.put(area, new Armed(fault, new AtomicInteger(after), new AtomicInteger(times))));
        }
    }

    /** No fault in this area from now on. */
    public void clear(Area area) {
        synchronized (lock) {
            release(armed.remove(area));
        }
    }

    /** No faults at all. */
    public void clearAll() {
        for (Area area : Area.values()) {
            clear(area);
        }
    }

    /** How many requests of this area came in so far, failed ones included. */
    public int requests(Area area) {
        return count(area).get();
    }

    /** Counts a request and says what shall go wrong with it; null for nothing. */
    @Nullable
    Fault next(Area area) {
        count(area).incrementAndGet();
        synchronized (lock) {
            Armed current = armed.get(area);
            if (current == null || closed) {
                return null;
            }
            if (current.after().getAndDecrement() > 0) {
                return null;
            }
            if (current.left().getAndDecrement() <= 1) {
                armed.remove(area);
            }
            return current.fault();
        }
    }

    void close() {
        closed = true;
        clearAll();
    }

    private AtomicInteger count(Area area) {
        AtomicInteger count = seen.get(area);
        if (count == null) {
            throw new IllegalStateException("no counter for " + area);
        }
        return count;
    }

    private static void release(@Nullable Armed old) {
        if (old != null && old.fault() instanceof Fault.Hang hang) {
            hang.released().countDown();
        }
    }

    private record Armed(Fault fault, AtomicInteger after, AtomicInteger left) {}
}
