package dev.ostiary.benchmarks.crowd;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Watches which resources say of their newest generation that replicas enforce it. Safe for any thread. */
final class Programmed implements AutoCloseable {

    /** Kind and name → the generation that is programmed; 0: none. */
    private final Map<String, Long> generations = new ConcurrentHashMap<>();

    private final AtomicInteger count = new AtomicInteger();
    private final List<SharedIndexInformer<?>> watches = new ArrayList<>();

    Programmed(KubernetesClient client, String namespace) {
        watch(
                client,
                namespace,
                McpGateway.class,
                gateway -> gateway.getStatus() == null
                        ? List.of()
                        : gateway.getStatus().conditions());
        watch(
                client,
                namespace,
                McpWorkload.class,
                workload -> workload.getStatus() == null
                        ? List.of()
                        : workload.getStatus().conditions());
        watch(
                client,
                namespace,
                McpPolicy.class,
                policy -> policy.getStatus() == null
                        ? List.of()
                        : policy.getStatus().conditions());
    }

    /** How many are. */
    int count() {
        return count.get();
    }

    /** Whether this generation of a resource is. */
    boolean is(String kind, String name, long generation) {
        return generations.getOrDefault(kind + "/" + name, 0L) == generation;
    }

    private void put(String key, long generation) {
        Long before = generations.put(key, generation);
        int was = before == null || before == 0 ? 0 : 1;
        count.addAndGet((generation == 0 ? 0 : 1) - was);
    }

    @Override
    public void close() {
        watches.forEach(SharedIndexInformer::stop);
    }

    private <T extends HasMetadata> void watch(
            KubernetesClient client, String namespace, Class<T> kind, Function<T, List<Condition>> conditions) {
        watches.add(client.resources(kind).inNamespace(namespace).inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                seen(object);
            }

            @Override
            public void onUpdate(T before, T object) {
                seen(object);
            }

            @Override
            public void onDelete(T object, boolean finalStateUnknown) {
                put(key(object), 0L);
            }

            private void seen(T object) {
                Long generation = object.getMetadata().getGeneration();
                boolean programmed = conditions.apply(object).stream()
                        .anyMatch(condition -> condition.type().equals("Programmed")
                                && condition.status() == Condition.Status.TRUE
                                && generation.equals(condition.observedGeneration()));
                put(key(object), programmed ? generation : 0L);
            }

            private String key(T object) {
                return object.getKind() + "/" + object.getMetadata().getName();
            }
        }));
    }
}
