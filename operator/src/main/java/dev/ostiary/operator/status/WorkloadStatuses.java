package dev.ostiary.operator.status;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGatewayReplicaSpec.Outcome;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadStatus;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.status.Situation.Routed;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the status of a workload. */
public final class WorkloadStatuses {

    private final WorkloadFacts facts;
    private final @Nullable McpWorkloadStatus before;
    private final long generation;
    private final ResourceRef ref;
    private final @Nullable Routed routed;
    private final Enforcement enforcement;
    private final ConditionList conditions;

    private WorkloadStatuses(WorkloadFacts facts) {
        this.facts = facts;
        McpWorkload resource = facts.resource();
        this.before = resource.getStatus();
        this.generation = Generations.of(resource);
        ResourceName name = Generations.name(resource);
        this.ref = new ResourceRef(ResourceRef.WORKLOAD, name);
        this.routed = facts.situation().route(name);
        this.enforcement = routed == null
                ? Enforcement.NOTHING
                : facts.situation().enforcement(routed.gateway().name());
        this.conditions = new ConditionList(before == null ? List.of() : before.conditions(), generation, facts.now());
    }

    /** The status that follows; the very one that the resource has when nothing changed. */
    public static McpWorkloadStatus of(WorkloadFacts facts) {
        McpWorkloadStatus before = facts.resource().getStatus();
        if (before != null && Generations.isNewer(before.observedGeneration(), Generations.of(facts.resource()))) {
            return before;
        }
        McpWorkloadStatus after = new WorkloadStatuses(facts).status();
        return after.equals(before) ? before : after;
    }

    private McpWorkloadStatus status() {
        String url = routed == null
                ? null
                : routed.gateway().snapshot().resourceUrl(routed.route()).toString();
        Verdict programmed = programmed(url);
        WorkloadSight sight =
                WorkloadSight.of(routed, enforcement, conditions.current(ConditionTypes.VERIFIED), before);
        SpecVerdicts spec = SpecVerdicts.of(facts.situation().findings(ref));
        Verdict accepted = routed == null && spec.accepted().isTrue()
                ? Verdict.unknown(Reasons.NOT_JUDGED, "the spec is judged when its gateway is found and admits it.")
                : spec.accepted();
        Verdict pods = facts.pods() == null ? Verdict.yes(Reasons.READY, "") : PodVerdicts.of(facts.pods());
        Verdict ready = new Summary()
                .tolerates(ConditionTypes.ACCEPTED, accepted)
                .needs(ConditionTypes.RESOLVED_REFS, spec.resolvedRefs())
                .needs(ConditionTypes.ACCEPTED, accepted)
                .tolerates("Objects", Refusals.of(facts.refused()))
                .tolerates("Pods", pods)
                .needs(ConditionTypes.PROGRAMMED, programmed)
                .tolerates(ConditionTypes.VERIFIED, sight.verified())
                .needs(ConditionTypes.VERIFIED, sight.needsUser() ? Verdict.yes(Reasons.READY, "") : sight.verified())
                .orElse(PodVerdicts.good(pods, spec.warnings()));
        return new McpWorkloadStatus(
                generation,
                conditions
                        .add(ConditionTypes.ACCEPTED, accepted)
                        .add(ConditionTypes.RESOLVED_REFS, spec.resolvedRefs())
                        .add(ConditionTypes.PROGRAMMED, programmed)
                        .add(ConditionTypes.VERIFIED, sight.verified())
                        .add(ConditionTypes.READY, ready)
                        .conditions(),
                enforced(programmed),
                url,
                facts.pods() == null
                        ? null
                        : facts.pods().ready() + "/" + facts.pods().desired(),
                sight.server(),
                sight.lastError());
    }

    private Verdict programmed(@Nullable String url) {
        if (routed == null) {
            return Verdict.no(Reasons.NO_ROUTE, "it has no route on any gateway.");
        }
        Closure closure = routed.route().closure();
        if (closure != null) {
            return Verdict.no(
                    Reasons.ROUTE_CLOSED, "the route answers 503 (" + closure.reason() + "): " + closure.message());
        }
        Verdict programmed = ProgrammedVerdicts.ofAttached(ref, generation, routed.gateway(), enforcement, kept(url));
        if (!programmed.isTrue()) {
            return programmed;
        }
        List<Enforcement.Seen> closed = enforcement
                .seen(routed.route().name(), routed.route().workloadUid())
                .stream()
                .filter(seen -> seen.route().outcome() == Outcome.CLOSED)
                .toList();
        return closed.isEmpty()
                ? programmed
                : Verdict.no(
                        Reasons.ROUTE_CLOSED_BY_REPLICA,
                        "the route answers 503 on " + closed.size() + " of "
                                + enforcement.counted().size() + " replicas: "
                                + closed.stream()
                                        .map(WorkloadSight::error)
                                        .distinct()
                                        .sorted()
                                        .limit(3)
                                        .collect(Collectors.joining("; ")));
    }

    /** Whether this generation was enforced on this URL before; see {@link ProgrammedVerdicts#ofAttached}. */
    private boolean kept(@Nullable String url) {
        Condition programmed = conditions.current(ConditionTypes.PROGRAMMED);
        return before != null
                && programmed != null
                && (programmed.status() == Condition.Status.TRUE
                        || programmed.reason().equals(Reasons.ROUTE_CLOSED_BY_REPLICA))
                && before.enforcedGeneration() != null
                && before.enforcedGeneration() == generation
                && url != null
                && url.equals(before.url());
    }

    private @Nullable Long enforced(Verdict programmed) {
        if (programmed.isTrue() || programmed.reason().equals(Reasons.ROUTE_CLOSED_BY_REPLICA)) {
            return generation;
        }
        // Until replicas confirm what came after it, they go on with what they had.
        boolean goesOn = before != null
                && routed != null
                && !enforcement.counted().isEmpty()
                && !ProgrammedVerdicts.confirmed(ref, generation, routed.gateway(), enforcement);
        return goesOn && before != null ? before.enforcedGeneration() : null;
    }
}
