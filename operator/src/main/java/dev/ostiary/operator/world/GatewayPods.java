package dev.ostiary.operator.world;

import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.objects.Metadata;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The pods of gateways, and what they report. Safe for any thread. */
public final class GatewayPods implements AutoCloseable {

    private static final String BY_GATEWAY = "gateway";
    private static final String NAME = "app.kubernetes.io/name";
    private static final String INSTANCE = "app.kubernetes.io/instance";

    private final List<SharedIndexInformer<Pod>> pods;
    private final List<SharedIndexInformer<McpGatewayReplica>> reports;

    /**
     * @param changed is told of the gateway of a pod or report that appeared, changed or went
     */
    public GatewayPods(KubernetesClient client, Scope scope, Consumer<ResourceName> changed) {
        this.pods = scope.watches(client, Pod.class, NAME, Metadata.GATEWAY);
        this.reports = scope.watches(client, McpGatewayReplica.class);
        pods.forEach(watch -> prepare(watch, GatewayPods::gateway, changed));
        reports.forEach(watch -> prepare(watch, GatewayPods::gateway, changed));
    }

    /** Begins to watch; done when everything has been listed once. */
    public CompletableFuture<Void> start() {
        List<CompletableFuture<Void>> started = new ArrayList<>();
        pods.forEach(watch -> started.add(watch.start().toCompletableFuture()));
        reports.forEach(watch -> started.add(watch.start().toCompletableFuture()));
        return CompletableFuture.allOf(started.toArray(CompletableFuture[]::new));
    }

    /** The pods of a gateway, of whichever ReplicaSet, those that are terminating included. */
    public List<Pod> pods(ResourceName gateway) {
        return find(pods, gateway);
    }

    /** What pods report that say they are this gateway's. */
    public List<McpGatewayReplica> reports(ResourceName gateway) {
        return find(reports, gateway);
    }

    /** Whether every watch is connected. */
    public boolean healthy() {
        return pods.stream().allMatch(SharedIndexInformer::isWatching)
                && reports.stream().allMatch(SharedIndexInformer::isWatching);
    }

    @Override
    public void close() {
        pods.forEach(SharedIndexInformer::stop);
        reports.forEach(SharedIndexInformer::stop);
    }

    private static @Nullable ResourceName gateway(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        String gateway = labels == null ? null : labels.get(INSTANCE);
        return gateway == null ? null : new ResourceName(pod.getMetadata().getNamespace(), gateway);
    }

    private static @Nullable ResourceName gateway(McpGatewayReplica report) {
        return report.getSpec() == null
                ? null
                : new ResourceName(
                        report.getMetadata().getNamespace(), report.getSpec().gateway());
    }

    private static <T> List<T> find(List<SharedIndexInformer<T>> watches, ResourceName gateway) {
        List<T> found = new ArrayList<>();
        watches.forEach(watch -> found.addAll(watch.getIndexer().byIndex(BY_GATEWAY, gateway.toString())));
        return found;
    }

    private static <T extends HasMetadata> void prepare(
            SharedIndexInformer<T> watch, Function<T, @Nullable ResourceName> gateway, Consumer<ResourceName> changed) {
        watch.addIndexers(Map.of(BY_GATEWAY, object -> {
            ResourceName name = gateway.apply(object);
            return name == null ? List.of() : List.of(name.toString());
        }));
        watch.addEventHandler(new ResourceEventHandler<T>() {
            @Override
            public void onAdd(T object) {
                tell(gateway.apply(object));
            }

            @Override
            public void onUpdate(T before, T object) {
                ResourceName old = gateway.apply(before);
                ResourceName name = gateway.apply(object);
                tell(name);
                if (!Objects.equals(old, name)) {
                    tell(old);
                }
            }

            @Override
            public void onDelete(T object, boolean finalStateUnknown) {
                tell(gateway.apply(object));
            }

            private void tell(@Nullable ResourceName name) {
                if (name != null) {
                    changed.accept(name);
                }
            }
        });
    }
}
