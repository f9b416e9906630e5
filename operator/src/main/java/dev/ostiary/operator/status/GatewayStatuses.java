package dev.ostiary.operator.status;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewayReplicaSpec.GrantFeed;
import dev.ostiary.crds.McpGatewayStatus;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.config.ResourceName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the status of a gateway. */
public final class GatewayStatuses {

    private static final int MAX_LISTENERS = 4;

    private GatewayStatuses() {}

    /** The status that follows; the very one that the resource has when nothing changed. */
    public static McpGatewayStatus of(GatewayFacts facts) {
        McpGateway resource = facts.resource();
        McpGatewayStatus before = resource.getStatus();
        long generation = Generations.of(resource);
        if (before != null && Generations.isNewer(before.observedGeneration(), generation)) {
            return before;
        }
        ResourceName name = Generations.name(resource);
        ResourceRef ref = new ResourceRef(ResourceRef.GATEWAY, name);
        CompiledGateway compiled = facts.situation().gateway(name);
        Enforcement enforcement = facts.situation().enforcement(name);
        Published published = enforcement.published();
        String revision = revision(published, before);
        McpGatewayStatus after = new McpGatewayStatus(
                generation,
                conditions(facts, before, generation, ref, compiled, enforcement),
                compiled == null || facts.situation().has(ref, "InvalidPublicUrl")
                        ? null
                        : compiled.snapshot().publicUrl().toString(),
                revision,
                revision == null ? null : ProgrammedVerdicts.shortRevision(revision),
                ProgrammedVerdicts.enforcedBy(enforcement),
                enforcement.draining(),
                facts.listeners().stream().limit(MAX_LISTENERS).toList(),
                compiled == null ? 0 : compiled.snapshot().routes().size(),
                enforcement.replicas(),
                facts.selector());
        return before != null && after.equals(before) ? before : after;
    }

    /**
     * Once there, it stays: it is what tells a gateway whose Secrets were lost, and whose keys must come from a backup, from
     * a new one that is given its first keys.
     */
    private static @Nullable String revision(@Nullable Published published, @Nullable McpGatewayStatus before) {
        if (published != null) {
            return published.revision();
        }
        return before == null ? null : before.revision();
    }

    private static List<Condition> conditions(
            GatewayFacts facts,
            @Nullable McpGatewayStatus before,
            long generation,
            ResourceRef ref,
            @Nullable CompiledGateway compiled,
            Enforcement enforcement) {
        SpecVerdicts spec = SpecVerdicts.of(facts.situation().findings(ref));
        Verdict entra = EntraVerdicts.of(enforcement);
        Verdict store = store(enforcement);
        Verdict programmed = ProgrammedVerdicts.ofGateway(ref, generation, compiled, enforcement);
        Verdict pods = PodVerdicts.of(facts.pods());
        Summary ready = new Summary()
                .needs(ConditionTypes.ACCEPTED, spec.accepted())
                .needs(ConditionTypes.RESOLVED_REFS, spec.resolvedRefs())
                .tolerates("Objects", Refusals.of(facts.refused()));
        if (enforcement.counted().isEmpty() && enforcement.refusal() == null) {
            ready.tolerates("Pods", pods);
        }
        ready.needs(ConditionTypes.PROGRAMMED, programmed)
                .tolerates(ConditionTypes.ENTRA_READY, entra)
                .tolerates(ConditionTypes.STORE_READY, store);
        return new ConditionList(before == null ? List.of() : before.conditions(), generation, facts.now())
                .add(ConditionTypes.ACCEPTED, spec.accepted())
                .add(ConditionTypes.RESOLVED_REFS, spec.resolvedRefs())
                .add(ConditionTypes.ENTRA_READY, entra)
                .add(ConditionTypes.STORE_READY, store)
                .add(ConditionTypes.PROGRAMMED, programmed)
                .add(ConditionTypes.READY, ready.orElse(PodVerdicts.good(pods, spec.warnings())))
                .conditions();
    }

    /** Design of the grant store: while it is away, calls go on, and nobody signs in. */
    private static Verdict store(Enforcement enforcement) {
        List<String> stale = new ArrayList<>();
        int fresh = 0;
        for (ObservedReplica replica : enforcement.counted()) {
            var report = replica.ownReport();
            GrantFeed feed = report == null ? null : report.grantFeed();
            if (feed == GrantFeed.STALE) {
                stale.add(replica.pod());
            } else if (feed == GrantFeed.FRESH) {
                fresh++;
            }
        }
        if (!stale.isEmpty()) {
            return Verdict.no(
                    Reasons.STORE_UNREACHABLE,
                    "replicas cannot reach the grant store ("
                            + String.join(", ", stale.subList(0, Math.min(3, stale.size())))
                            + (stale.size() > 3 ? " and " + (stale.size() - 3) + " more" : "")
                            + "): calls with valid access tokens go on, sign-ins and renewals are refused, and the end of a grant"
                            + " takes effect only when its access tokens expire. Check spec.store and the store itself.");
        }
        return fresh > 0
                ? Verdict.yes(Reasons.STORE_REACHABLE, "")
                : Verdict.unknown(Reasons.NOT_REPORTED, "no ready replica has said anything about the grant store.");
    }
}
