package dev.ostiary.operator.reconcile;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadStatus;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.apply.OwnedObjects;
import dev.ostiary.operator.objects.Images;
import dev.ostiary.operator.objects.Metadata;
import dev.ostiary.operator.objects.ObjectKinds;
import dev.ostiary.operator.objects.WorkloadObjects;
import dev.ostiary.operator.objects.WorkloadPlan;
import dev.ostiary.operator.status.Pods;
import dev.ostiary.operator.status.Refusal;
import dev.ostiary.operator.status.WorkloadFacts;
import dev.ostiary.operator.status.WorkloadStatuses;
import dev.ostiary.operator.world.WorkloadPods;
import dev.ostiary.operator.world.World;
import dev.ostiary.operator.world.World.GatewayView;
import dev.ostiary.operator.world.World.WorkloadView;
import io.fabric8.kubernetes.api.model.Pod;
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

    /** A container that has run for a while is forgiven how it ended before, and nothing tells of that time. */
    private static final Duration TROUBLES_AGAIN = Duration.ofMinutes(10);

    private final GatewayStates states;
    private final ObjectWriter objects;
    private final OwnedObjects owned;
    private final WorkloadPods pods;
    private final Images images;

    WorkloadReconciler(Shared shared, ObjectWriter objects, OwnedObjects owned, WorkloadPods pods, Images images) {
        super(shared.world().workloads(), McpWorkload::new, shared);
        this.states = shared.states();
        this.objects = objects;
        this.owned = owned;
        this.pods = pods;
        this.images = images;
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
        Pods counted = pods(workload, now);
        McpWorkloadStatus status = WorkloadStatuses.of(new WorkloadFacts(
                workload, current.situation().with(states.enforcements(gateways)), counted, refused, now));
        return new Result<>(status, again(refused, counted));
    }

    private List<Refusal> serve(WorkloadView view, GatewayView gateway, GatewayStates.State state) {
        String jwks = state.assertionJwks();
        if (view.unsound() || jwks == null) {
            return List.of();
        }
        return objects.write(
                view.resource(),
                ObjectKinds.OF_WORKLOAD,
                () -> WorkloadObjects.of(new WorkloadPlan(
                        view.resource(), gateway.resource(), view.content(), jwks, view.entry(), images)));
    }

    private static @Nullable Duration again(List<Refusal> refused, @Nullable Pods pods) {
        if (!refused.isEmpty()) {
            return REFUSED_AGAIN;
        }
        return pods == null || pods.troubles().isEmpty() ? null : TROUBLES_AGAIN;
    }

    /** Null for a server that runs elsewhere. */
    private @Nullable Pods pods(McpWorkload workload, Instant now) {
        if (workload.getSpec().image() == null) {
            return null;
        }
        String namespace = workload.getMetadata().getNamespace();
        String name = Metadata.ofWorkload(workload.getMetadata().getName());
        List<Pod> podsNow = pods.pods(Names.of(workload));
        StatefulSet set = owned.get(StatefulSet.class, namespace, name);
        return set != null
                ? PodCounts.of(set, podsNow, now)
                : PodCounts.of(owned.get(Deployment.class, namespace, name), podsNow, now);
    }

    @Override
    List<Condition> conditions(@Nullable McpWorkloadStatus status) {
        return status == null ? List.of() : status.conditions();
    }
}
