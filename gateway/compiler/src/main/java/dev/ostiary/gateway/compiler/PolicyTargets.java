package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.McpPolicySpec.TargetRef;
import dev.ostiary.gateway.compiler.Attachments.Attached;
import dev.ostiary.gateway.compiler.PolicyReader.Policy;
import dev.ostiary.gateway.config.ResourceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which policies are attached to which route. A policy reaches things of its own namespace, and no others. */
final class PolicyTargets {

    private final Map<ResourceName, List<Policy>> byGateway = new HashMap<>();
    private final Map<ResourceName, List<Policy>> byWorkload = new HashMap<>();
    private final Set<ResourceName> gateways;
    private final Set<ResourceName> workloads;
    private final Attachments attachments;

    /**
     * Resolves all targets.
     *
     * @param policies sorted by name
     */
    PolicyTargets(
            Set<ResourceName> gateways, Set<ResourceName> workloads, Attachments attachments, List<Policy> policies) {
        this.gateways = gateways;
        this.workloads = workloads;
        this.attachments = attachments;
        policies.forEach(this::attach);
    }

    /** The policies of a route, sorted by name, each once. */
    List<Policy> of(Attached route) {
        List<Policy> attached = new ArrayList<>(byGateway.getOrDefault(route.gateway(), List.of()));
        for (Policy policy : byWorkload.getOrDefault(Names.of(route.workload()), List.of())) {
            if (!attached.contains(policy)) {
                attached.add(policy);
            }
        }
        attached.sort(java.util.Comparator.comparing(Policy::name));
        return attached;
    }

    private void attach(Policy policy) {
        String namespace = policy.name().namespace();
        if (policy.touchesAll()) {
            gateways.stream()
                    .filter(gateway -> gateway.namespace().equals(namespace))
                    .forEach(gateway -> add(byGateway, gateway, policy));
            workloads.stream()
                    .filter(workload -> workload.namespace().equals(namespace))
                    .forEach(workload -> add(byWorkload, workload, policy));
            return;
        }
        Set<TargetRef> seen = new HashSet<>();
        for (int i = 0; i < policy.targets().size(); i++) {
            TargetRef target = policy.targets().get(i);
            String field = "spec.targetRefs[" + i + "]";
            if (target.kind() == null || target.name() == null) {
                policy.diagnosis().error(field, Reasons.INVALID, "needs a kind and a name.");
            } else if (!seen.add(target)) {
                policy.diagnosis().warning(field, Reasons.IGNORED, "is there already.");
            } else {
                attach(policy, field, target, new ResourceName(namespace, target.name()));
            }
        }
    }

    private void attach(Policy policy, String field, TargetRef target, ResourceName name) {
        boolean gateway = target.kind() == TargetRef.Kind.MCP_GATEWAY;
        String what = (gateway ? "McpGateway " : "McpWorkload ") + name;
        if (!(gateway ? gateways : workloads).contains(name)) {
            policy.diagnosis()
                    .noEffect(
                            field,
                            Reasons.TARGET_NOT_FOUND,
                            what + " does not exist; a policy is attached to things of its own namespace.");
            return;
        }
        if (!gateway && attachments.route(name) == null) {
            policy.diagnosis()
                    .noEffect(
                            field,
                            Reasons.TARGET_NOT_FOUND,
                            what + " has no route, so there is nothing to decide; its own findings say why.");
        }
        add(gateway ? byGateway : byWorkload, name, policy);
    }

    private static void add(Map<ResourceName, List<Policy>> attached, ResourceName target, Policy policy) {
        attached.computeIfAbsent(target, key -> new ArrayList<>()).add(policy);
    }
}
