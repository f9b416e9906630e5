package dev.ostiary.operator.world;

import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects that are watched one by one, by name: nothing is read of any other object of the kind. What is no longer asked for
 * is forgotten at once.
 *
 * <p>Safe for any thread.
 */
public final class NamedObjects<T extends HasMetadata> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NamedObjects.class);
    private static final Duration LOOK_UP = Duration.ofSeconds(10);

    private final KubernetesClient client;
    private final Class<T> kind;
    private final Consumer<ResourceName> changed;
    private final Map<ResourceName, SharedIndexInformer<T>> watches = new HashMap<>();
    private final Map<ResourceName, CompletableFuture<Void>> first = new HashMap<>();
    private final Map<ResourceName, T> written = new HashMap<>();

    /**
     * @param changed is told when one appeared, changed or went; on a watch's own thread, so it must not block
     */
    public NamedObjects(KubernetesClient client, Class<T> kind, Consumer<ResourceName> changed) {
        this.client = client;
        this.kind = kind;
        this.changed = changed;
    }

    /** The object; null when there is none, or when it is not watched. */
    public synchronized @Nullable T get(ResourceName name) {
        SharedIndexInformer<T> watch = watches.get(name);
        if (watch == null) {
            return null;
        }
        List<T> seen = watch.getStore().list();
        T own = written.get(name);
        if (seen.isEmpty()) {
            return own;
        }
        return own != null && version(own) > version(seen.getFirst()) ? own : seen.getFirst();
    }

    /** Takes the answer to a write, so that it is known before the watch tells of it. */
    public synchronized void wrote(T object) {
        ResourceName name = new ResourceName(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
        if (watches.containsKey(name)) {
            written.put(name, object);
        }
    }

    /** Watches exactly these from now on. Does not block. */
    public synchronized void watch(Set<ResourceName> names) {
        List<ResourceName> unwanted =
                watches.keySet().stream().filter(name -> !names.contains(name)).toList();
        for (ResourceName name : unwanted) {
            SharedIndexInformer<T> watch = watches.remove(name);
            if (watch != null) {
                watch.stop();
            }
            first.remove(name);
            written.remove(name);
        }
        for (ResourceName name : names) {
            if (!watches.containsKey(name)) {
                begin(name);
            }
        }
    }

    /**
     * Waits until all that are watched have been looked up, for ten seconds at most and for each name once: what cannot be
     * looked up, for want of rights, counts as absent until its watch says otherwise, and holds up no later call.
     */
    public void awaitLookedUp() throws InterruptedException {
        List<CompletableFuture<Void>> all;
        synchronized (this) {
            all = new ArrayList<>(first.values());
        }
        try {
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
        } catch (ExecutionException e) {
            LOG.atDebug().addKeyValue("kind", kind.getSimpleName()).log("an object could not be looked up");
        }
    }

    /** Whether every watch goes on. A watch over shared connections counts as connected only when it has told something. */
    public synchronized boolean healthy() {
        return watches.values().stream().allMatch(SharedIndexInformer::isRunning);
    }

    /** How many are watched. */
    public synchronized int size() {
        return watches.size();
    }

    @Override
    public synchronized void close() {
        watch(Set.of());
    }

    private void begin(ResourceName name) {
        SharedIndexInformer<T> watch = client.resources(kind)
                .inNamespace(name.namespace())
                .withName(name.name())
                .runnableInformer(0)
                .exceptionHandler((started, problem) -> true)
                .addEventHandler(new ResourceEventHandler<T>() {
                    @Override
                    public void onAdd(T object) {
                        changed.accept(name);
                    }

                    @Override
                    public void onUpdate(T before, T object) {
                        changed.accept(name);
                    }

                    @Override
                    public void onDelete(T object, boolean finalStateUnknown) {
                        forgetWritten(name, object);
                        changed.accept(name);
                    }
                });
        watches.put(name, watch);
        first.put(
                name,
                watch.start()
                        .thenRun(() -> {})
                        .toCompletableFuture()
                        .completeOnTimeout(null, LOOK_UP.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** What was written after the deletion stays. */
    private synchronized void forgetWritten(ResourceName name, T deleted) {
        T own = written.get(name);
        if (own != null
                && own.getMetadata().getUid().equals(deleted.getMetadata().getUid())) {
            written.remove(name);
        }
    }

    private static long version(HasMetadata object) {
        return Long.parseLong(object.getMetadata().getResourceVersion());
    }
}
