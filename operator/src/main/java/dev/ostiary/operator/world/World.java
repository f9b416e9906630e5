package dev.ostiary.operator.world;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.objects.ImageEntry;
import dev.ostiary.operator.status.ConditionTypes;
import dev.ostiary.operator.status.Situation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All resources, compiled together. Immutable; holds no secret value.
 *
 * @param gateways by name
 * @param workloads by name
 * @param policies by name
 * @param situation what statuses are made from, without what replicas enforce
 */
public record World(
        Map<ResourceName, GatewayView> gateways,
        Map<ResourceName, WorkloadView> workloads,
        Map<ResourceName, PolicyView> policies,
        Situation situation) {

    /** The conditions that the operator sets. */
    public static final Set<String> CONDITIONS = ConditionTypes.OURS;

    public World {
        gateways = Map.copyOf(gateways);
        workloads = Map.copyOf(workloads);
        policies = Map.copyOf(policies);
    }

    /**
     * A gateway, compiled.
     *
     * @param resource as compiled
     * @param compiled what became of it
     * @param findings about the gateway itself
     * @param credentials digest of the values of the credentials; changes when one is rotated
     * @param generations of the gateway, of every workload with a route on it and of every policy that reaches one
     */
    public record GatewayView(
            McpGateway resource,
            CompiledGateway compiled,
            List<Finding> findings,
            String credentials,
            Map<ResourceRef, Long> generations) {

        public GatewayView {
            generations = Map.copyOf(generations);
        }

        boolean sameAs(@Nullable GatewayView other) {
            return other != null
                    && sameObject(resource, other.resource)
                    && credentials.equals(other.credentials)
                    && generations.equals(other.generations)
                    && compiled.equals(other.compiled)
                    && findings.equals(other.findings);
        }
    }

    /**
     * A workload, compiled.
     *
     * @param resource as compiled
     * @param gateway that serves it; null: none does
     * @param route its path there; null: none
     * @param findings about the workload itself
     * @param unsound whether its own spec, or what it refers to, closes its route
     * @param content digest of what its pods refer to by {@code spec.env}
     * @param entry what its image begins with, where that must be known and is
     */
    public record WorkloadView(
            McpWorkload resource,
            @Nullable ResourceName gateway,
            @Nullable String route,
            List<Finding> findings,
            boolean unsound,
            String content,
            @Nullable ImageEntry entry) {

        boolean sameAs(@Nullable WorkloadView other) {
            return other != null
                    && sameObject(resource, other.resource)
                    && Objects.equals(gateway, other.gateway)
                    && Objects.equals(route, other.route)
                    && findings.equals(other.findings)
                    && content.equals(other.content)
                    && Objects.equals(entry, other.entry);
        }
    }

    /**
     * A policy, compiled.
     *
     * @param resource as compiled
     * @param gateways that it reaches, by itself or by a workload
     * @param findings about the policy
     */
    public record PolicyView(McpPolicy resource, Set<ResourceName> gateways, List<Finding> findings) {

        public PolicyView {
            gateways = Set.copyOf(gateways);
        }

        boolean sameAs(@Nullable PolicyView other) {
            return other != null
                    && sameObject(resource, other.resource)
                    && gateways.equals(other.gateways)
                    && findings.equals(other.findings);
        }
    }

    private static boolean sameObject(HasMetadata one, HasMetadata other) {
        return one.getMetadata().getUid().equals(other.getMetadata().getUid())
                && one.getMetadata().getGeneration().equals(other.getMetadata().getGeneration());
    }
}
