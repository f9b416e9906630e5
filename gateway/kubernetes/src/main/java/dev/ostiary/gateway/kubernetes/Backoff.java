package dev.ostiary.gateway.kubernetes;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before trying again: twice as long after each failure, never longer than a bound, and a random part less, so
 * that replicas which lost the same API server do not come back at one moment.
 *
 * @param first after the first failure
 * @param most the bound
 */
record Backoff(Duration first, Duration most) {

    /** Soon enough that an edit is not late for long, seldom enough for an API server that is coming up. */
    static final Backoff API_SERVER = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15));

    /** @param failures in a row, 1 or more */
    Duration after(int failures) {
        int doublings = Math.clamp(failures - 1, 0, 20);
        long millis = Math.min(most.toMillis(), first.toMillis() << doublings);
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }
}
