package dev.ostiary.operator.status;

import dev.ostiary.crds.Condition;

/** What a condition shall say, before it is known since when. */
record Verdict(Condition.Status status, String reason, String message) {

    static Verdict yes(String reason, String message) {
        return new Verdict(Condition.Status.TRUE, reason, message);
    }

    static Verdict no(String reason, String message) {
        return new Verdict(Condition.Status.FALSE, reason, message);
    }

    static Verdict unknown(String reason, String message) {
        return new Verdict(Condition.Status.UNKNOWN, reason, message);
    }

    boolean isTrue() {
        return status == Condition.Status.TRUE;
    }

    boolean isFalse() {
        return status == Condition.Status.FALSE;
    }

    /** The same, said of something that it is a part of. */
    Verdict as(String type) {
        return message.isEmpty() ? this : new Verdict(status, reason, type + ": " + message);
    }
}
