package dev.ostiary.operator.status;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpPolicySpec;
import dev.ostiary.crds.McpPolicySpec.TargetRef;
import dev.ostiary.crds.McpPolicyStatus;
import dev.ostiary.crds.McpPolicyStatus.Attachment;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.status.Situation.Routed;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the status of a policy. */
public final class PolicyStatuses {

    /** As many as a spec may have. */
    private static final int MAX_ATTACHMENTS = 16;

    private static final int MAX_FIELD = 256;

    private static final int MAX_MESSAGE = 1024;

    private final PolicyFacts facts;
    private final @Nullable McpPolicyStatus before;
    private final long generation;
    private final ResourceRef ref;
    private final List<Attachment> attachedTo;
    private final Map<ResourceName, CompiledGateway> gateways = new TreeMap<>();
    private final ConditionList conditions;

    private PolicyStatuses(PolicyFacts facts) {
        this.facts = facts;
        McpPolicy resource = facts.resource();
        this.before = resource.getStatus();
        this.generation = Generations.of(resource);
        this.ref = new ResourceRef(ResourceRef.POLICY, Generations.name(resource));
        this.attachedTo = attach(resource.getSpec());
        this.conditions = new ConditionList(before == null ? List.of() : before.conditions(), generation, facts.now());
    }

    /** The status that follows; the very one that the resource has when nothing changed. */
    public static McpPolicyStatus of(PolicyFacts facts) {
        McpPolicyStatus before = facts.resource().getStatus();
        if (before != null && Generations.isNewer(before.observedGeneration(), Generations.of(facts.resource()))) {
            return before;
        }
        McpPolicyStatus after = new PolicyStatuses(facts).status();
        return after.equals(before) ? before : after;
    }

    private McpPolicyStatus status() {
        List<Finding> findings = facts.situation().findings(ref);
        SpecVerdicts spec = SpecVerdicts.of(findings);
        Verdict programmed = programmed(spec.accepted());
        Verdict ready = new Summary()
                .needs(ConditionTypes.ACCEPTED, spec.accepted())
                .needs(ConditionTypes.RESOLVED_REFS, spec.resolvedRefs())
                .needs(ConditionTypes.PROGRAMMED, programmed)
                .orElse(Verdict.yes(Reasons.READY, spec.warnings()));
        return new McpPolicyStatus(
                generation,
                conditions
                        .add(ConditionTypes.ACCEPTED, spec.accepted())
                        .add(ConditionTypes.RESOLVED_REFS, spec.resolvedRefs())
                        .add(ConditionTypes.PROGRAMMED, programmed)
                        .add(ConditionTypes.READY, ready)
                        .conditions(),
                enforced(programmed),
                attachedTo,
                findings.stream()
                        .sorted(Comparator.comparing(Finding::severity).thenComparing(Comparator.naturalOrder()))
                        .limit(McpPolicyStatus.MAX_FINDINGS)
                        .map(PolicyStatuses::finding)
                        .toList());
    }

    private List<Attachment> attach(@Nullable McpPolicySpec spec) {
        if (spec == null) {
            return List.of();
        }
        Map<String, Attachment> attachments = new TreeMap<>();
        for (TargetRef target : spec.targetRefs()) {
            if (target.kind() == null || target.name() == null) {
                continue;
            }
            ResourceName name = new ResourceName(ref.name().namespace(), target.name());
            CompiledGateway gateway;
            String route = null;
            if (target.kind() == TargetRef.Kind.MCP_GATEWAY) {
                gateway = facts.situation().gateway(name);
            } else {
                Routed routed = facts.situation().route(name);
                gateway = routed == null ? null : routed.gateway();
                route = routed == null ? null : routed.route().name();
            }
            if (gateway != null) {
                gateways.put(gateway.name(), gateway);
                attachments.put(
                        target.kind() + "/" + target.name(),
                        new Attachment(
                                target.kind(), target.name(), gateway.name().toString(), route));
            }
        }
        return attachments.values().stream().limit(MAX_ATTACHMENTS).toList();
    }

    private Verdict programmed(Verdict accepted) {
        if (!accepted.isTrue()) {
            return Verdict.no(
                    Reasons.NOT_ACCEPTED,
                    isShadow()
                            ? "a policy that is not accepted is not evaluated."
                            : "a policy that is not accepted is not enforced, and the routes that it holds for answer 503.");
        }
        if (attachedTo.isEmpty()) {
            return Verdict.no(Reasons.NOT_ATTACHED, "none of its targets has a route that it could hold for.");
        }
        boolean kept = kept();
        Verdict worst = null;
        for (CompiledGateway gateway : gateways.values()) {
            Verdict verdict = ProgrammedVerdicts.ofAttached(
                    ref, generation, gateway, facts.situation().enforcement(gateway.name()), kept);
            if (verdict.isFalse()) {
                // What does not pass by itself is worth saying before what does.
                if (worst == null || Reasons.PASSING.contains(worst.reason())) {
                    worst = worst == null || !Reasons.PASSING.contains(verdict.reason()) ? verdict : worst;
                }
            }
        }
        if (worst != null) {
            return worst;
        }
        return Verdict.yes(
                Reasons.PROGRAMMED,
                isShadow() ? "evaluated and audited, and part of no decision (spec.enforcement: Shadow)." : "");
    }

    private boolean isShadow() {
        McpPolicySpec spec = facts.resource().getSpec();
        return spec != null && spec.enforcement() == McpPolicySpec.Enforcement.SHADOW;
    }

    /** Whether this generation was enforced at the same places before; see {@link ProgrammedVerdicts#ofAttached}. */
    private boolean kept() {
        Condition programmed = conditions.current(ConditionTypes.PROGRAMMED);
        return before != null
                && programmed != null
                && programmed.status() == Condition.Status.TRUE
                && before.enforcedGeneration() != null
                && before.enforcedGeneration() == generation
                && before.attachedTo().equals(attachedTo);
    }

    private @Nullable Long enforced(Verdict programmed) {
        if (programmed.isTrue()) {
            return generation;
        }
        // Until replicas confirm what came after it, they go on with what they had.
        Collection<CompiledGateway> all = gateways.values();
        boolean goesOn = before != null
                && !all.isEmpty()
                && all.stream()
                        .allMatch(gateway -> !enforcement(gateway).counted().isEmpty())
                && all.stream()
                        .anyMatch(gateway ->
                                !ProgrammedVerdicts.confirmed(ref, generation, gateway, enforcement(gateway)));
        return goesOn && before != null ? before.enforcedGeneration() : null;
    }

    private Enforcement enforcement(CompiledGateway gateway) {
        return facts.situation().enforcement(gateway.name());
    }

    private static McpPolicyStatus.Finding finding(Finding finding) {
        return new McpPolicyStatus.Finding(
                switch (finding.severity()) {
                    case ERROR -> McpPolicyStatus.Finding.Severity.ERROR;
                    case WARNING -> McpPolicyStatus.Finding.Severity.WARNING;
                    case LINT -> McpPolicyStatus.Finding.Severity.LINT;
                },
                finding.reason(),
                finding.fieldPath().isEmpty() ? null : Text.cut(finding.fieldPath(), MAX_FIELD),
                finding.cedar() == null ? null : finding.cedar().line(),
                finding.cedar() == null ? null : finding.cedar().column(),
                Text.cut(Text.plain(finding.message()), MAX_MESSAGE));
    }
}
