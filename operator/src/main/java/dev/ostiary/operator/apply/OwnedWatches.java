package dev.ostiary.operator.apply;

import dev.ostiary.operator.world.Scope;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Watches what bears the label {@code app.kubernetes.io/managed-by: ostiary}, kind by kind. Safe for any thread. */
public final class OwnedWatches implements AutoCloseable {

    private static final String LABEL = "app.kubernetes.io/managed-by";
    private static final String VALUE = "ostiary";

    private final KubernetesClient client;
    private final Scope scope;
    private final OwnedObjects objects;
    private final Map<Class<? extends HasMetadata>, List<SharedIndexInformer<?>>> watches = new HashMap<>();

    public OwnedWatches(KubernetesClient client, Scope scope, OwnedObjects objects) {
        this.client = client;
        this.scope = scope;
        this.objects = objects;
    }

    /** Begins to watch these kinds; done when everything has been listed once. */
    public CompletableFuture<Void> start(Collection<Class<? extends HasMetadata>> kinds) {
        List<CompletableFuture<?>> started = new ArrayList<>();
        kinds.forEach(kind -> started.addAll(begin(kind)));
        return CompletableFuture.allOf(started.toArray(CompletableFuture[]::new));
    }

    /**
     * Begins to watch a kind that the cluster may not have. Asks the API server as long as it has not.
     *
     * @return whether the cluster has it
     */
    public boolean has(Class<? extends HasMetadata> kind) {
        synchronized (this) {
            if (watches.containsKey(kind)) {
                return true;
            }
        }
        if (!client.supports(kind)) {
            return false;
        }
        start(List.of(kind)).join();
        return true;
    }

    /** Whether every watch is connected. */
    public synchronized boolean healthy() {
        return watches.values().stream().flatMap(List::stream).allMatch(SharedIndexInformer::isWatching);
    }

    @Override
    public synchronized void close() {
        watches.values().forEach(list -> list.forEach(SharedIndexInformer::stop));
        watches.clear();
    }

    private synchronized <T extends HasMetadata> List<CompletableFuture<?>> begin(Class<T> kind) {
        if (watches.containsKey(kind)) {
            return List.of();
        }
        List<SharedIndexInformer<?>> begun = new ArrayList<>();
        List<CompletableFuture<?>> started = new ArrayList<>();
        for (SharedIndexInformer<T> watch : scope.watches(client, kind, LABEL, VALUE)) {
            watch.addEventHandler(objects.handler());
            begun.add(watch);
            started.add(watch.start().toCompletableFuture());
        }
        watches.put(kind, begun);
        return started;
    }
}
