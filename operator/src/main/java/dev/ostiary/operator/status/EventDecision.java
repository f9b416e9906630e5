package dev.ostiary.operator.status;

import dev.ostiary.crds.Condition;
import dev.ostiary.gateway.compiler.ResourceRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which events a change of status causes: a warning when something goes wrong that does not pass by itself, and a word when
 * it is right again.
 *
 * <p>One cause makes one event, however many statuses show it: what waits for replicas or pods, as after every edit, causes
 * none, nor does what follows from another resource's trouble, which has its own.
 */
public final class EventDecision {

    private static final int MAX_NOTE = 1024;

    private EventDecision() {}

    /**
     * The events, at most one per condition, in the order of the conditions; none when only messages changed.
     *
     * @param kind of the resource: what keeps a gateway from being programmed is its own trouble, and what keeps a workload or
     *     policy from it is told at the gateway
     * @param before conditions of the status before; empty for a new resource
     * @param after conditions of the status that follows
     */
    public static List<Notice> of(String kind, List<Condition> before, List<Condition> after) {
        if (before.equals(after)) {
            return List.of();
        }
        Map<String, Condition> known = byType(before);
        boolean gateway = kind.equals(ResourceRef.GATEWAY);
        List<Notice> notices = new ArrayList<>();
        for (Condition condition : after) {
            Condition old = known.get(condition.type());
            if (!ConditionTypes.OURS.contains(condition.type()) || isSame(old, condition)) {
                continue;
            }
            if (isTrouble(condition, after, gateway)) {
                notices.add(notice(Notice.Type.WARNING, condition));
            } else if (condition.status() == Condition.Status.TRUE && old != null && isTrouble(old, before, gateway)) {
                notices.add(notice(Notice.Type.NORMAL, condition));
            }
        }
        return notices;
    }

    /** Whether a condition is the one that says that something is wrong, rather than one of those that follow from it. */
    private static boolean isTrouble(Condition condition, List<Condition> all, boolean gateway) {
        if (condition.status() != Condition.Status.FALSE || Reasons.PASSING.contains(condition.reason())) {
            return false;
        }
        return switch (condition.type()) {
            case ConditionTypes.READY ->
                all.stream()
                        .noneMatch(other -> !other.type().equals(ConditionTypes.READY)
                                && other.status() == Condition.Status.FALSE
                                && other.reason().equals(condition.reason()));
            case ConditionTypes.PROGRAMMED -> gateway || condition.reason().equals(Reasons.ROUTE_CLOSED_BY_REPLICA);
            default -> true;
        };
    }

    private static boolean isSame(@Nullable Condition before, Condition after) {
        return before != null
                && before.status() == after.status()
                && before.reason().equals(after.reason());
    }

    private static Map<String, Condition> byType(List<Condition> conditions) {
        Map<String, Condition> byType = new HashMap<>();
        conditions.forEach(condition -> byType.put(condition.type(), condition));
        return byType;
    }

    private static Notice notice(Notice.Type type, Condition condition) {
        // Events are collected and kept elsewhere; what a container wrote into its log stays where the container is.
        String message = LogTail.without(condition.message());
        String note = message.isEmpty()
                ? condition.type() + " is " + (type == Notice.Type.NORMAL ? "True" : "False") + "."
                : condition.type() + ": " + message;
        return new Notice(type, condition.reason(), Text.cut(note, MAX_NOTE));
    }
}
