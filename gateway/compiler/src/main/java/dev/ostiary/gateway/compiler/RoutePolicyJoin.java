package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.compiler.PolicyReader.Policy;
import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes the one policy set of a route from exactly the policies attached to it. Shadow policies are in it, marked, and
 * neither make it stricter nor add entities nor close it: they are never part of a decision.
 *
 * @param closure why the route cannot be decided on; null when it can
 */
record RoutePolicyJoin(RoutePolicies policies, @Nullable Closure closure, List<Finding> findings) {

    /**
     * Joins.
     *
     * @param attached sorted by name
     */
    static RoutePolicyJoin of(Finding.ClosedRoute route, List<Policy> attached) {
        List<Policy> deciding =
                attached.stream().filter(policy -> !policy.shadow()).toList();
        for (Policy policy : deciding) {
            Closure closure = policy.diagnosis().closure();
            if (closure != null) {
                return new RoutePolicyJoin(RoutePolicies.none(), closure, List.of());
            }
        }
        EntityReader.Joined entities = EntityReader.join(route, deciding);
        if (entities.closure() != null) {
            return new RoutePolicyJoin(RoutePolicies.none(), entities.closure(), entities.findings());
        }
        // A shadow that does not parse has no entries worth keeping.
        List<Policy> evaluated = attached.stream()
                .filter(policy -> !policy.shadow() || policy.diagnosis().sound())
                .toList();
        Evaluation evaluation = deciding.stream()
                .map(Policy::evaluation)
                .max(Comparator.naturalOrder())
                .orElse(Evaluation.FORBID_ERRORS_DENY);
        Numbers numbers = deciding.stream()
                .map(Policy::numbers)
                .max(Comparator.naturalOrder())
                .orElse(Numbers.NATIVE);
        TreeSet<String> groupIds = new TreeSet<>();
        evaluated.forEach(policy -> groupIds.addAll(policy.groupIds()));
        return new RoutePolicyJoin(
                new RoutePolicies(
                        evaluation,
                        numbers,
                        sorted(evaluated.stream().map(Policy::call).toList()),
                        sorted(evaluated.stream().map(Policy::list).toList()),
                        entities.json(),
                        List.copyOf(groupIds),
                        evaluated.stream().anyMatch(Policy::dynamicGroups)),
                null,
                stricterElsewhere(route, deciding, evaluation, numbers));
    }

    private static List<PolicyEntry> sorted(Collection<List<PolicyEntry>> entries) {
        return entries.stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparing(PolicyEntry::id))
                .toList();
    }

    /** Tells authors whose own choice does not hold here. */
    private static List<Finding> stricterElsewhere(
            Finding.ClosedRoute route, List<Policy> deciding, Evaluation evaluation, Numbers numbers) {
        List<Finding> findings = new ArrayList<>();
        for (Policy policy : deciding) {
            if (policy.evaluation() != evaluation) {
                findings.add(stricter(route, policy, "spec.evaluation"));
            }
            if (policy.numbers() != numbers) {
                findings.add(stricter(route, policy, "spec.numbers"));
            }
        }
        return findings;
    }

    private static Finding stricter(Finding.ClosedRoute route, Policy policy, String field) {
        return new Finding(
                policy.diagnosis().resource(),
                field,
                "StricterElsewhere",
                Finding.Severity.LINT,
                "does not hold on route /" + route.route() + " of McpGateway " + route.gateway()
                        + ": another policy attached there is stricter, and the strictest holds for all.",
                null,
                List.of());
    }
}
