package dev.ostiary.gateway.server.entra;

import java.time.Duration;

/** Time as token validation and key sets see it; given, so that tests own it. All methods may be called by any thread. */
public interface Time {

    /** The wall clock in milliseconds since 1970: what the instants in tokens are compared with. */
    long wallMillis();

    /** A clock that never jumps, in nanoseconds from an arbitrary origin: what ages are measured with. */
    long nanos();

    /**
     * Runs a task once.
     *
     * @param delay how long from now
     * @param task must be short: it starts work, it does not do it
     * @return takes the task back if it has not run yet
     */
    Runnable after(Duration delay, Runnable task);

    /** The machine's own clocks; delays are spent on virtual threads. */
    static Time system() {
        return new SystemTime();
    }
}
