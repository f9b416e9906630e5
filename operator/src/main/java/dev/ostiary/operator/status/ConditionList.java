package dev.ostiary.operator.status;

import dev.ostiary.crds.Condition;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one resource, made from the ones before. What {@code metav1.Condition} asks for:
 *
 * <ul>
 *   <li>{@code lastTransitionTime} moves when the status changes, only then, and never back.
 *   <li>A condition that speaks of a newer generation than the one judged here is left as it is.
 *   <li>Conditions of types that are not ours stay, in their order, behind ours.
 * </ul>
 */
final class ConditionList {

    /** As many as the schema takes. */
    static final int MAX = 8;

    /** A bound for people; the schema's is eight times as long. */
    static final int MAX_MESSAGE = 4096;

    private static final String INVALID_REASON = "Invalid";

    private final Map<String, Condition> before = new HashMap<>();
    private final List<Condition> foreign = new ArrayList<>();
    private final List<Condition> ours = new ArrayList<>();
    private final long generation;
    private final String now;

    /**
     * Begins.
     *
     * @param before the conditions of the status before
     * @param generation the generation that is judged
     * @param now the time, of which whole seconds are kept, as Kubernetes does
     */
    ConditionList(List<Condition> before, long generation, Instant now) {
        for (Condition condition : before) {
            if (ConditionTypes.OURS.contains(condition.type())) {
                this.before.put(condition.type(), condition);
            } else {
                foreign.add(condition);
            }
        }
        this.generation = generation;
        this.now = now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The condition of this type before, if it speaks of the generation that is judged now; else null. */
    @Nullable
    Condition current(String type) {
        Condition condition = before.get(type);
        return condition != null
                        && condition.observedGeneration() != null
                        && condition.observedGeneration() == generation
                ? condition
                : null;
    }

    /** Adds one of our conditions; call it in the order in which they shall be shown. */
    ConditionList add(String type, Verdict verdict) {
        Condition old = before.get(type);
        if (old != null && old.observedGeneration() != null && old.observedGeneration() > generation) {
            ours.add(old);
            return this;
        }
        Condition next = new Condition(
                type,
                verdict.status(),
                generation,
                old != null && old.status() == verdict.status() ? old.lastTransitionTime() : since(old),
                Text.isReason(verdict.reason()) ? verdict.reason() : INVALID_REASON,
                Text.cut(Text.plain(verdict.message()), MAX_MESSAGE));
        ours.add(old != null && isNoNews(old, next) ? old : next);
        return this;
    }

    /** Whether nothing is said that was not said before, but for the details of a log that is another at each restart. */
    private static boolean isNoNews(Condition old, Condition next) {
        return old.status() == next.status()
                && Objects.equals(old.observedGeneration(), next.observedGeneration())
                && old.reason().equals(next.reason())
                && LogTail.sameButForDetails(old.message(), next.message());
    }

    /** All conditions. Foreign ones for which the schema has no room are left out, the last ones first. */
    List<Condition> conditions() {
        List<Condition> all = new ArrayList<>(ours);
        Set<String> types = new HashSet<>();
        foreign.stream()
                .filter(condition -> types.add(condition.type()))
                .limit(MAX - ours.size())
                .forEach(all::add);
        return all;
    }

    /** Now, or the time before where a clock has gone back. */
    private String since(@Nullable Condition old) {
        if (old == null) {
            return now;
        }
        try {
            return Instant.parse(old.lastTransitionTime()).isAfter(Instant.parse(now)) ? old.lastTransitionTime() : now;
        } catch (DateTimeParseException e) {
            return now;
        }
    }
}
