package dev.ostiary.connect.relay;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Notices that the machine has slept: the clock on the wall has gone on, the one that measures time has not (Linux, macOS). A clock that
 * was set looks the same. Connections that were open are dead then, and nothing else says so to who only reads.
 */
final class WakeWatch {

    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final Duration JUMP = Duration.ofSeconds(30);

    private WakeWatch() {}

    /** Looks until it is interrupted; tells each time. */
    static void run(InstantSource clock, Runnable woke) {
        try {
            Instant wall = clock.instant();
            long measured = System.nanoTime();
            while (true) {
                Thread.sleep(PERIOD);
                Instant now = clock.instant();
                long nanos = System.nanoTime();
                Duration apart =
                        Duration.between(wall, now).minusNanos(nanos - measured).abs();
                wall = now;
                measured = nanos;
                if (apart.compareTo(JUMP) > 0) {
                    woke.run();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
