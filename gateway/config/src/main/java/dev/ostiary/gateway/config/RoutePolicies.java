package dev.ostiary.gateway.config;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The policies of one route, ready for the engine: group aliases are already object ids, and nothing in here came from a
 * policy that is not attached to this route's workload or to its gateway.
 *
 * @param evaluation what an erroring policy means, the strictest among the attached policies
 * @param numbers how JSON numbers become Cedar values
 * @param call decides calls; sorted by id
 * @param list decides what is shown in lists: over-approximates {@code call} by leaving arguments out, never hides what
 *     {@code call} could permit; sorted by id
 * @param entities static entities in Cedar's JSON entity format (an array), already merged; {@code "[]"} when none
 * @param groupIds every Entra object id that a policy names, sorted: the ones looked up when a token leaves its groups out
 * @param dynamicGroups whether a policy uses groups in a way that names none, so that all of them must be known
 */
public record RoutePolicies(
        Evaluation evaluation,
        Numbers numbers,
        List<PolicyEntry> call,
        List<PolicyEntry> list,
        String entities,
        List<String> groupIds,
        boolean dynamicGroups) {

    public RoutePolicies {
        call = List.copyOf(call);
        list = List.copyOf(list);
        groupIds = List.copyOf(groupIds);
    }

    /** No policy: nothing may be called and nothing is listed. */
    public static RoutePolicies none() {
        return new RoutePolicies(
                Evaluation.FORBID_ERRORS_DENY, Numbers.NATIVE, List.of(), List.of(), "[]", List.of(), false);
    }

    /** What an error while evaluating a policy does to the decision; strictest last. */
    public enum Evaluation {
        /** Cedar's own rule: an erroring policy is skipped. */
        CEDAR,
        /** An erroring forbid denies; an erroring permit grants nothing and is reported. */
        FORBID_ERRORS_DENY,
        /** Any error denies, as ToolHive does. */
        ANY_ERROR_DENIES
    }

    /** How a JSON number is given to Cedar; strictest last. */
    public enum Numbers {
        /** Integers as Long, all else as Decimal. */
        NATIVE,
        /** Every number as Decimal, bit for bit what ToolHive does. */
        DECIMAL
    }

    /**
     * One policy.
     *
     * @param id {@code <namespace>/<McpPolicy name>#<index>}, the index counting from 0 in the order of the text; the same
     *     in both sets; what audit lines name
     * @param cedar the rewritten Cedar text of exactly this policy
     * @param shadow evaluated and audited, never part of the decision
     * @param groupNames object id → the alias that this policy knows it by, so that a denial can name the missing group in
     *     the words of whoever wrote the policy; never used to decide
     */
    public record PolicyEntry(String id, String cedar, boolean shadow, Map<String, String> groupNames) {
        public PolicyEntry {
            groupNames = Collections.unmodifiableMap(new TreeMap<>(groupNames));
        }
    }
}
