package dev.ostiary.entra.graph;

import java.time.Duration;

/** Waits; tests put the clock forward instead. */
@FunctionalInterface
public interface Pause {

    /** With the machine's time. */
    Pause REAL = Thread::sleep;

    /** Returns when so much time has passed. */
    void until(Duration time) throws InterruptedException;
}
