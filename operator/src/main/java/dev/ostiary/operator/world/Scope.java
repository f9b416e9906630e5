package dev.ostiary.operator.world;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.SortedSet;
import java.util.function.UnaryOperator;

/**
 * Where the operator looks.
 *
 * @param namespaces empty: everywhere. Otherwise there is one watch per namespace, so that rights in these are enough
 */
public record Scope(SortedSet<String> namespaces) {

    /** Whether a namespace belongs to it. */
    public boolean includes(String namespace) {
        return namespaces.isEmpty() || namespaces.contains(namespace);
    }

    /** Watches, not started yet, of all objects of a kind that have a label. They never give up. */
    public <T extends HasMetadata> List<SharedIndexInformer<T>> watches(
            KubernetesClient client, Class<T> kind, String label, String value) {
        return watches(client, kind, objects -> objects.withLabel(label, value));
    }

    /** Likewise, of all objects of a kind. */
    public <T extends HasMetadata> List<SharedIndexInformer<T>> watches(KubernetesClient client, Class<T> kind) {
        return watches(client, kind, objects -> objects);
    }

    private <T extends HasMetadata> List<SharedIndexInformer<T>> watches(
            KubernetesClient client,
            Class<T> kind,
            UnaryOperator<FilterWatchListDeletable<T, KubernetesResourceList<T>, Resource<T>>> selected) {
        if (namespaces.isEmpty()) {
            return List.of(endless(selected.apply(client.resources(kind).inAnyNamespace())));
        }
        return namespaces.stream()
                .map(namespace -> endless(selected.apply(client.resources(kind).inNamespace(namespace))))
                .toList();
    }

    /** Whatever happens, an outage or rights that are taken away and given back, the watch is begun again. */
    private static <T extends HasMetadata> SharedIndexInformer<T> endless(
            FilterWatchListDeletable<T, KubernetesResourceList<T>, Resource<T>> objects) {
        return objects.runnableInformer(0).exceptionHandler((started, problem) -> true);
    }
}
