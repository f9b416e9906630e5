package dev.ostiary.operator.reconcile;

import java.time.Duration;

/** Is told of every reconciliation. */
public interface ReconcileListener {

    /** How it ended. */
    enum Outcome {
        /** The resource was not compiled yet, or is being deleted; another one follows where it is needed. */
        SKIPPED,
        /** Nothing about its status was new. */
        UNCHANGED,
        /** Its status is news, and another is soon expected: it is looked at again. */
        POSTPONED,
        /** Its status was written. */
        UPDATED,
        /** It is repeated. */
        FAILED
    }

    /**
     * One came to its end.
     *
     * @param kind of the resource
     */
    void reconciled(String kind, Outcome outcome, Duration took);
}
