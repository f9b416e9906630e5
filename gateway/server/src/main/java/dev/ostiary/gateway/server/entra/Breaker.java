package dev.ostiary.gateway.server.entra;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Leaves an endpoint alone that has failed several times in a row, so that an outage is answered at once and does not grow:
 * closed, then open for a time that doubles, then half open, which lets one probe through. Thread-safe; never blocks.
 */
final class Breaker {

    private final Time time;
    private final CallLimits limits;
    private final Runnable whenOpened;

    // All below: guarded by this.
    private int failures;
    private int openings;
    private boolean open;
    private boolean probing;
    private long openUntilNanos;

    Breaker(Time time, CallLimits limits, Runnable whenOpened) {
        this.time = time;
        this.limits = limits;
        this.whenOpened = whenOpened;
    }

    /**
     * Asks to send one request. Whoever is let through must call {@link #succeeded}, {@link #failed} or {@link #gaveUp}.
     *
     * @return zero: go ahead; else how long to stay away
     */
    synchronized Duration enter() {
        if (!open) {
            return Duration.ZERO;
        }
        long left = openUntilNanos - time.nanos();
        if (left > 0) {
            return Duration.ofNanos(left);
        }
        if (probing) {
            return limits.firstOpen();
        }
        probing = true;
        return Duration.ZERO;
    }

    /** The endpoint answered. */
    synchronized void succeeded() {
        failures = 0;
        openings = 0;
        open = false;
        probing = false;
    }

    /**
     * The endpoint did not answer usefully.
     *
     * @param retryAfter what it asked for itself; zero: nothing
     */
    synchronized void failed(Duration retryAfter) {
        failures++;
        boolean wasProbe = probing;
        probing = false;
        if (open && !wasProbe) {
            // A request that was let through before the breaker opened.
            return;
        }
        if (!open && failures < limits.breakerThreshold()) {
            return;
        }
        Duration pause = pause();
        if (retryAfter.compareTo(pause) > 0) {
            pause = retryAfter.compareTo(limits.longestOpen()) > 0 ? limits.longestOpen() : retryAfter;
        }
        openUntilNanos = time.nanos() + pause.toNanos();
        openings++;
        if (!open) {
            open = true;
            whenOpened.run();
        }
    }

    /** The request says nothing about the endpoint: it was never sent, or nobody waits for it any more. */
    synchronized void gaveUp() {
        probing = false;
    }

    /** Up to a fifth is chance, so that replicas do not probe in step. */
    private Duration pause() {
        long doubled = limits.firstOpen().toNanos() << Math.min(openings, 16);
        long pause = Math.min(doubled, limits.longestOpen().toNanos());
        return Duration.ofNanos(pause - ThreadLocalRandom.current().nextLong(pause / 5 + 1));
    }
}
