package dev.ostiary.operator;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/** Waits until the operator has come to rest: nothing is waiting in it, and for three seconds it has written nothing. */
final class Quiet {

    private static final Duration REST = Duration.ofSeconds(3);

    private Quiet() {}

    static void await(Fixture fixture) {
        AtomicLong last = new AtomicLong(-1);
        AtomicLong since = new AtomicLong(System.nanoTime());
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    long writes = fixture.writes().size();
                    if (writes != last.getAndSet(writes) || fixture.operator().longestWait() > 0) {
                        since.set(System.nanoTime());
                        return false;
                    }
                    return System.nanoTime() - since.get() > REST.toNanos();
                });
    }
}
