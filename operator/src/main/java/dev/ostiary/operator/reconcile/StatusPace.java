package dev.ostiary.operator.reconcile;

import dev.ostiary.operator.status.Progress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * When a status is written that is only a step on the way to another. What is settled is told at once. A resource that waits
 * for replicas is given a moment, in which most edits come to their end, so that one write says it; after that it is told that
 * it waits. Where very many wait at once, as after a start, those steps are told at a bounded pace, and what is settled
 * overtakes them: otherwise the API server would be kept busy with steps rather than with what they lead to.
 *
 * <p>Nothing is lost: who is told to wait asks again with the status of then. Safe for any thread.
 */
final class StatusPace {

    /** How long a change may take without anything being said of it. */
    static final Duration MOMENT = Duration.ofMillis(1_500);

    /** Between two steps where many are to be told. */
    static final Duration DISTANCE = Duration.ofMillis(40);

    /** As many are told without a distance. */
    static final int AT_ONCE = 20;

    private static final int MANY = 10_000;
    private static final long FORGOTTEN_NANOS = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanos;
    private final Map<String, Due> waiting = new HashMap<>();
    private final Map<Progress, Long> lanes = new HashMap<>();

    private record Due(Progress progress, long nanos) {}

    StatusPace() {
        this(System::nanoTime);
    }

    StatusPace(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * How long the status of a resource is to wait; zero: it is to be written now.
     *
     * @param uid of the resource
     * @param progress of the status
     */
    synchronized Duration left(String uid, Progress progress) {
        if (progress == Progress.SETTLED) {
            waiting.remove(uid);
            return Duration.ZERO;
        }
        long now = nanos.getAsLong();
        Due due = waiting.get(uid);
        if (due == null || due.progress() != progress) {
            forgetOld(now);
            due = new Due(progress, due(progress, now));
            waiting.put(uid, due);
        }
        long left = due.nanos() - now;
        if (left > 0) {
            return Duration.ofNanos(left);
        }
        waiting.remove(uid);
        return Duration.ZERO;
    }

    /** Nothing is to be written: the resource says what it should. */
    synchronized void done(String uid) {
        waiting.remove(uid);
    }

    /** One after the other at a distance, each lane for itself; a lane that was idle lets some pass together. */
    private long due(Progress progress, long now) {
        long earliest = progress == Progress.AWAITED ? now + MOMENT.toNanos() : now;
        long idle = earliest - AT_ONCE * DISTANCE.toNanos();
        long next = Math.max(idle, lanes.getOrDefault(progress, idle)) + DISTANCE.toNanos();
        lanes.put(progress, next);
        return Math.max(earliest, next);
    }

    /** Resources that were deleted while they waited ask no more. */
    private void forgetOld(long now) {
        if (waiting.size() >= MANY) {
            waiting.values().removeIf(due -> now - due.nanos() > FORGOTTEN_NANOS);
        }
    }
}
