package dev.ostiary.operator.status;

import dev.ostiary.crds.Condition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a status says something that stays, or is a step on a way that usually ends within seconds. */
public enum Progress {

    /** Nobody is known to be about to change it; or it takes back what was said before. To be told at once. */
    SETTLED,

    /** Enforced by all replicas, and what they see of the workload is awaited. */
    ENFORCED,

    /** Replicas are awaited, and what was said before is not wrong by that. */
    AWAITED;

    /**
     * Judges.
     *
     * @param before conditions of the status that is shown; empty for a new resource
     * @param after conditions of the status that follows
     */
    public static Progress of(List<Condition> before, List<Condition> after) {
        Map<String, Condition> shown = byType(before);
        for (Condition condition : after) {
            if (ConditionTypes.OURS.contains(condition.type())
                    && condition.status() == Condition.Status.FALSE
                    && (!Reasons.PASSING.contains(condition.reason())
                            || takesBack(shown.get(condition.type()), condition))) {
                return SETTLED;
            }
        }
        Map<String, Condition> now = byType(after);
        Condition programmed = now.get(ConditionTypes.PROGRAMMED);
        if (programmed == null) {
            return SETTLED;
        }
        if (programmed.status() != Condition.Status.TRUE) {
            return AWAITED;
        }
        Condition verified = now.get(ConditionTypes.VERIFIED);
        return verified != null && verified.reason().equals(Reasons.NOT_LOOKED_YET) ? ENFORCED : SETTLED;
    }

    /**
     * Whether it is no longer as it was said of this same generation. What waits for replicas to come to a newer configuration
     * is not: they all enforce the one that was said, until the first of them has gone on.
     */
    private static boolean takesBack(@Nullable Condition shown, Condition now) {
        return shown != null
                && shown.status() == Condition.Status.TRUE
                && now.observedGeneration() != null
                && now.observedGeneration().equals(shown.observedGeneration())
                && !now.reason().equals(Reasons.PENDING);
    }

    private static Map<String, Condition> byType(List<Condition> conditions) {
        Map<String, Condition> byType = new HashMap<>();
        conditions.forEach(condition -> byType.put(condition.type(), condition));
        return byType;
    }
}
