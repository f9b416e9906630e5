package dev.ostiary.cli.up;

import java.time.Duration;

/**
 * How long to wait before something that ended is started again: twice as long each time, up to a bound, and little again
 * once it has run for a while. Not safe for concurrent use.
 */
final class RestartDelay {

    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** What ran this long had started well. */
    private static final Duration STABLE = Duration.ofMinutes(1);

    private final Duration shortest;
    private Duration next;

    RestartDelay(Duration shortest) {
        this.shortest = shortest;
        this.next = shortest;
    }

    /** The wait after it ran for this long. */
    Duration after(Duration ran) {
        Duration delay = ran.compareTo(STABLE) >= 0 ? shortest : next;
        Duration doubled = delay.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return delay;
    }
}
