package dev.ostiary.operator.world;

import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.objects.Metadata;
import dev.ostiary.operator.status.PodTrouble;
import dev.ostiary.operator.status.PodTroubles;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pods of workloads, for what keeps them from being ready. How many are ready is counted by their controllers, so a pod's
 * own coming and going is no news here. Safe for any thread.
 */
public final class WorkloadPods implements AutoCloseable {

    private static final String BY_WORKLOAD = "workload";
    private static final String NAME = "app.kubernetes.io/name";
    private static final String INSTANCE = "app.kubernetes.io/instance";

    private final List<SharedIndexInformer<Pod>> pods;

    /**
     * @param changed is told of the workload of a pod about which something else is to be said now
     */
    public WorkloadPods(KubernetesClient client, Scope scope, Consumer<ResourceName> changed) {
        this.pods = scope.watches(client, Pod.class, NAME, Metadata.WORKLOAD);
        pods.forEach(watch -> prepare(watch, changed));
    }

    /** Begins to watch; done when everything has been listed once. */
    public CompletableFuture<Void> start() {
        return CompletableFuture.allOf(
                pods.stream().map(watch -> watch.start().toCompletableFuture()).toArray(CompletableFuture[]::new));
    }

    /** The pods of a workload, those that are terminating included. */
    public List<Pod> pods(ResourceName workload) {
        List<Pod> found = new ArrayList<>();
        pods.forEach(watch -> found.addAll(watch.getIndexer().byIndex(BY_WORKLOAD, workload.toString())));
        return found;
    }

    /** Whether every watch is connected. */
    public boolean healthy() {
        return pods.stream().allMatch(SharedIndexInformer::isWatching);
    }

    @Override
    public void close() {
        pods.forEach(SharedIndexInformer::stop);
    }

    private static void prepare(SharedIndexInformer<Pod> watch, Consumer<ResourceName> changed) {
        watch.addIndexers(Map.of(BY_WORKLOAD, pod -> {
            ResourceName name = workload(pod);
            return name == null ? List.of() : List.of(name.toString());
        }));
        watch.addEventHandler(new ResourceEventHandler<Pod>() {
            @Override
            public void onAdd(Pod pod) {
                tell(pod, List.of(), troubles(pod));
            }

            @Override
            public void onUpdate(Pod before, Pod pod) {
                tell(pod, troubles(before), troubles(pod));
            }

            @Override
            public void onDelete(Pod pod, boolean finalStateUnknown) {
                tell(pod, troubles(pod), List.of());
            }

            private void tell(Pod pod, List<PodTrouble> before, List<PodTrouble> after) {
                ResourceName name = workload(pod);
                if (name != null && !before.equals(after)) {
                    changed.accept(name);
                }
            }
        });
    }

    /** At a time at which nothing is forgiven. */
    private static List<PodTrouble> troubles(Pod pod) {
        return PodTroubles.of(List.of(pod), Instant.EPOCH);
    }

    private static @Nullable ResourceName workload(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        String workload = labels == null ? null : labels.get(INSTANCE);
        return workload == null ? null : new ResourceName(pod.getMetadata().getNamespace(), workload);
    }
}
