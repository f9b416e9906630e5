package dev.ostiary.entra.emulator.objects;

import java.time.Duration;

/**
 * How far Graph's replicas lag behind writes ([D] microsoft-graph-docs-contrib
 * {@code concepts/best-practices-concept.md} and entra-docs "eventual consistency"; [R] terraform-provider-azuread waits for both).
 * Off by default: every read sees every write. Bounds are counted in reads of the object that was written, by id or in a list, or
 * in the emulator's time. Sign-in always sees the last write. Safe for any thread.
 */
public final class Consistency {

    private volatile int hiddenReads;
    private volatile int staleReads;
    private volatile Duration lag = Duration.ZERO;

    /** The first {@code reads} reads of an object created from now on do not find it: 404, and not in lists. */
    public void hideCreated(int reads) {
        hiddenReads = reads;
    }

    /** The first {@code reads} reads of an object changed or deleted from now on see it as it was. */
    public void staleReads(int reads) {
        staleReads = reads;
    }

    /** Objects created, changed or deleted from now on show as they were until this much of the emulator's time has passed. */
    public void lag(Duration time) {
        lag = time;
    }

    /** Every read sees every later write. */
    public void clear() {
        hiddenReads = 0;
        staleReads = 0;
        lag = Duration.ZERO;
    }

    int hiddenReads() {
        return hiddenReads;
    }

    int staleReads() {
        return staleReads;
    }

    Duration lag() {
        return lag;
    }
}
