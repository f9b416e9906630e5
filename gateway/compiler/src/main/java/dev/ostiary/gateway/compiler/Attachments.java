package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec;
import dev.ostiary.gateway.config.ResourceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which workload has which route of which gateway.
 *
 * <p>A workload that a gateway does not admit takes part in nothing: it neither has a route nor keeps others from one.
 */
final class Attachments {

    /** A workload with its route. */
    record Attached(McpWorkload workload, Diagnosis diagnosis, ResourceName gateway, String route) {}

    private final Map<ResourceName, McpGateway> gateways = new HashMap<>();
    private final Map<ResourceRef, String> rejected;
    private final SortedMap<ResourceName, SortedMap<String, Attached>> routes = new TreeMap<>();
    private final Map<ResourceName, Attached> byWorkload = new HashMap<>();
    private final List<Finding> unattached = new ArrayList<>();

    Attachments(Resources resources) {
        this.rejected = resources.rejected();
        resources.gateways().forEach(gateway -> gateways.put(Names.of(gateway), gateway));
        for (McpWorkload workload :
                resources.workloads().stream().sorted(Names.SENIORITY).toList()) {
            Diagnosis diagnosis = new Diagnosis(new ResourceRef(ResourceRef.WORKLOAD, Names.of(workload)));
            Attached attached = attach(workload, diagnosis);
            if (attached == null) {
                unattached.addAll(diagnosis.findings(List.of()));
            } else {
                byWorkload.put(Names.of(workload), attached);
                routes.computeIfAbsent(attached.gateway(), name -> new TreeMap<>())
                        .put(attached.route(), attached);
            }
        }
    }

    /** The routes of a gateway, sorted by name. */
    List<Attached> of(ResourceName gateway) {
        SortedMap<String, Attached> attached = routes.get(gateway);
        return attached == null ? List.of() : List.copyOf(attached.values());
    }

    /** The route of a workload; null when it has none. */
    @Nullable
    Attached route(ResourceName workload) {
        return byWorkload.get(workload);
    }

    /** Why workloads have no route. */
    List<Finding> findings() {
        return unattached;
    }

    private @Nullable Attached attach(McpWorkload workload, Diagnosis diagnosis) {
        ResourceName name = Names.of(workload);
        String broken = rejected.get(diagnosis.resource());
        if (broken != null) {
            diagnosis.error("", Reasons.INVALID, "the resource does not fit its schema.", broken);
        }
        McpWorkloadSpec spec = workload.getSpec();
        if (spec == null || spec.gatewayRef() == null || spec.gatewayRef().name() == null) {
            diagnosis.error("spec.gatewayRef", Reasons.INVALID, "is missing; name the gateway that shall serve this.");
            return null;
        }
        McpGateway gateway = gateway(name.namespace(), spec.gatewayRef(), diagnosis);
        if (gateway == null) {
            return null;
        }
        String route = spec.route() != null ? spec.route() : name.name();
        String problem = RouteNames.problem(route);
        if (problem != null) {
            diagnosis.error(
                    spec.route() != null ? "spec.route" : "metadata.name",
                    Reasons.INVALID_ROUTE,
                    spec.route() != null
                            ? problem
                            : "is the route where spec.route is not set, and as a route it " + problem);
            return null;
        }
        ResourceName gatewayName = Names.of(gateway);
        Attached older = routes.getOrDefault(gatewayName, new TreeMap<>()).get(route);
        if (older != null) {
            ResourceName holder = Names.of(older.workload());
            diagnosis.error(
                    spec.route() != null ? "spec.route" : "metadata.name",
                    Reasons.CONFLICTED,
                    "the route /" + route + " of McpGateway " + gatewayName + " is taken by "
                            + (holder.namespace().equals(name.namespace())
                                    ? "McpWorkload " + holder
                                    : "a workload of another namespace")
                            + ", which was there first; choose another spec.route.");
            return null;
        }
        return new Attached(workload, diagnosis, gatewayName, route);
    }

    private @Nullable McpGateway gateway(String namespace, McpWorkloadSpec.GatewayRef ref, Diagnosis diagnosis) {
        boolean elsewhere = ref.namespace() != null && !ref.namespace().equals(namespace);
        ResourceName name = new ResourceName(ref.namespace() != null ? ref.namespace() : namespace, ref.name());
        McpGateway gateway = gateways.get(name);
        if (gateway == null && !elsewhere) {
            diagnosis.error(
                    "spec.gatewayRef",
                    Reasons.GATEWAY_NOT_FOUND,
                    "McpGateway " + name
                            + " does not exist; create it, or give its namespace when it is in another one.");
            return null;
        }
        if (gateway == null || !GatewayReader.admits(gateway, namespace)) {
            // The same words for both, so that nobody learns here what exists in other namespaces.
            diagnosis.error(
                    "spec.gatewayRef",
                    Reasons.REF_NOT_PERMITTED,
                    "no McpGateway " + name + " admits workloads of namespace " + namespace
                            + "; its spec.allowedWorkloads.namespaces must include it.");
            return null;
        }
        return gateway;
    }
}
