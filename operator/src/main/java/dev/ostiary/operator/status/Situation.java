package dev.ostiary.operator.status;

import dev.ostiary.gateway.compiler.Compilation;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the compiler found and what replicas enforce, indexed once for all statuses. Immutable; made anew for every
 * compilation and, with {@link #with}, when a gateway's replicas change.
 */
public final class Situation {

    private final Map<ResourceName, CompiledGateway> gateways;
    private final Map<ResourceName, Routed> routes;
    private final Map<ResourceRef, List<Finding>> findings;
    private final Map<ResourceName, Enforcement> enforcements;

    /** A workload's route on a gateway. */
    record Routed(CompiledGateway gateway, Route route) {}

    private Situation(
            Map<ResourceName, CompiledGateway> gateways,
            Map<ResourceName, Routed> routes,
            Map<ResourceRef, List<Finding>> findings,
            Map<ResourceName, Enforcement> enforcements) {
        this.gateways = gateways;
        this.routes = routes;
        this.findings = findings;
        this.enforcements = Map.copyOf(enforcements);
    }

    /**
     * Joins.
     *
     * @param enforcements by gateway; a gateway without one has {@link Enforcement#NOTHING}
     */
    public static Situation of(Compilation compilation, Map<ResourceName, Enforcement> enforcements) {
        Map<ResourceName, CompiledGateway> gateways = new HashMap<>();
        Map<ResourceName, Routed> routes = new HashMap<>();
        for (CompiledGateway gateway : compilation.gateways()) {
            gateways.put(gateway.name(), gateway);
            for (Route route : gateway.snapshot().routes()) {
                routes.put(route.workload(), new Routed(gateway, route));
            }
        }
        Map<ResourceRef, List<Finding>> findings = new HashMap<>();
        for (Finding finding : compilation.findings()) {
            findings.computeIfAbsent(finding.resource(), ref -> new ArrayList<>())
                    .add(finding);
        }
        return new Situation(gateways, routes, findings, enforcements);
    }

    /** The same compilation with other replicas. Shares everything but the enforcements. */
    public Situation with(Map<ResourceName, Enforcement> enforcements) {
        return new Situation(gateways, routes, findings, enforcements);
    }

    /** The compiled gateway of this name; null when there is none. */
    @Nullable
    CompiledGateway gateway(ResourceName name) {
        return gateways.get(name);
    }

    /** The route of this workload; null when it has none. */
    @Nullable
    Routed route(ResourceName workload) {
        return routes.get(workload);
    }

    /** What was found about a resource, sorted by field and place. */
    List<Finding> findings(ResourceRef resource) {
        return findings.getOrDefault(resource, List.of());
    }

    /** Whether something was found for this reason. */
    boolean has(ResourceRef resource, String reason) {
        return findings(resource).stream().anyMatch(finding -> finding.reason().equals(reason));
    }

    /** What the replicas of a gateway enforce. */
    Enforcement enforcement(ResourceName gateway) {
        return enforcements.getOrDefault(gateway, Enforcement.NOTHING);
    }
}
