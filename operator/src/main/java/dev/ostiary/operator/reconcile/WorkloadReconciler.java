package dev.ostiary.operator.reconcile;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadStatus;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.apply.OwnedObjects;
import dev.ostiary.operator.objects.Metadata;
import dev.ostiary.operator.objects.ObjectKinds;
import dev.ostiary.operator.objects.WorkloadObjects;
import dev.ostiary.operator.objects.WorkloadPlan;
import dev.ostiary.operator.status.Pods;
import dev.ostiary.operator.status.Refusal;
import dev.ostiary.operator.status.WorkloadFacts;
import dev.ostiary.operator.status.WorkloadStatuses;
import dev.ostiary.operator.world.World;
import dev.ostiary.operator.world.World.GatewayView;
import dev.ostiary.operator.world.World.WorkloadView;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a workload that has an image, and says what became of it. A workload that no gateway serves has no objects; one whose
 * own spec is wrong keeps those that it has.
 */
final class WorkloadReconciler extends WorldReconciler<McpWorkload, McpWorkloadStatus, WorkloadView> {

    private static final Duration REFUSED_AGAIN = Duration.ofMinutes(1);

    private final GatewayStates states;
    private final ObjectWriter objects;
    private final OwnedObjects owned;

    WorkloadReconciler(Shared shared, ObjectWriter objects, OwnedObjects owned) {
        super(shared.world().workloads(), McpWorkload::new, shared);
        this.states = shared.states();
        this.objects = objects;
        this.owned = owned;
    }

    @Override
    @Nullable
    WorkloadView view(World world, ResourceName name) {
        return world.workloads().get(name);
    }

    @Override
    McpWorkload resource(WorkloadView view) {
        return view.resource();
    }

    @Override
    Result<McpWorkloadStatus> reconcile(McpWorkload workload, WorkloadView view, World current, Instant now) {
        ResourceName gateway = view.gateway();
        List<Refusal> refused;
        Set<ResourceName> gateways;
        if (gateway == null) {
            refused = objects.write(workload, ObjectKinds.OF_WORKLOAD, List::of);
            gateways = Set.of();
        } else {
            GatewayStates.State state = states.get(gateway);
            GatewayView served = current.gateways().get(gateway);
            if (state == null || served == null) {
                return new Result<>(null, null);
            }
            refused = serve(view, served, state);
            gateways = Set.of(gateway);
        }
        McpWorkloadStatus status = WorkloadStatuses.of(new WorkloadFacts(
                workload, current.situation().with(states.enforcements(gateways)), pods(workload), refused, now));
        return new Result<>(status, refused.isEmpty() ? null : REFUSED_AGAIN);
    }

    private List<Refusal> serve(WorkloadView view, GatewayView gateway, GatewayStates.State state) {
        String jwks = state.assertionJwks();
        if (view.unsound() || jwks == null) {
            return List.of();
        }
        return objects.write(
                view.resource(),
                ObjectKinds.OF_WORKLOAD,
                () -> WorkloadObjects.of(new WorkloadPlan(view.resource(), gateway.resource(), view.content(), jwks)));
    }

    /** Null for a server that runs elsewhere. */
    private @Nullable Pods pods(McpWorkload workload) {
        if (workload.getSpec().image() == null) {
            return null;
        }
        String namespace = workload.getMetadata().getNamespace();
        String name = Metadata.ofWorkload(workload.getMetadata().getName());
        StatefulSet set = owned.get(StatefulSet.class, namespace, name);
        return set != null
                ? PodCounts.of(set, List.of())
                : PodCounts.of(owned.get(Deployment.class, namespace, name), List.of());
    }

    @Override
    List<Condition> conditions(@Nullable McpWorkloadStatus status) {
        return status == null ? List.of() : status.conditions();
    }
}
