package dev.ostiary.operator.status;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code Ready}: False for the first of its parts that is False, Unknown for the first that must be known and is not, else
 * True.
 */
final class Summary {

    private final List<Verdict> failing = new ArrayList<>();
    private final List<Verdict> undecided = new ArrayList<>();

    /** A part that must be True. */
    Summary needs(String type, Verdict verdict) {
        if (verdict.isFalse()) {
            failing.add(verdict.as(type));
        } else if (!verdict.isTrue()) {
            undecided.add(verdict.as(type));
        }
        return this;
    }

    /** A part that must not be False. */
    Summary tolerates(String type, Verdict verdict) {
        if (verdict.isFalse()) {
            failing.add(verdict.as(type));
        }
        return this;
    }

    /** The summary, this where every part is as it must be. */
    Verdict orElse(Verdict good) {
        if (!failing.isEmpty()) {
            return failing.getFirst();
        }
        if (!undecided.isEmpty()) {
            return undecided.getFirst();
        }
        return good;
    }
}
