package dev.ostiary.operator.world;

import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The seam between one controller and the world: the resources of its kind, as its cache has them, go in; the resources that
 * something became of come out, to be reconciled.
 */
public final class PrimarySource<P extends HasMetadata> extends AbstractEventSource<Void, P>
        implements ResourceEventAware<P> {

    private final Runnable changed;
    private final Map<ResourceName, Long> asked = new ConcurrentHashMap<>();
    private volatile @Nullable IndexerResourceCache<P> cache;
    private volatile boolean started;

    /**
     * @param changed is told when a resource of this kind appeared, changed or went
     */
    public PrimarySource(String name, Runnable changed) {
        super(Void.class, name);
        this.changed = changed;
    }

    /** Takes the controller's cache. */
    public PrimarySource<P> of(IndexerResourceCache<P> primaries) {
        this.cache = primaries;
        return this;
    }

    /** Asks for a resource to be reconciled. Does not block. */
    public void trigger(ResourceName name) {
        if (started) {
            asked.putIfAbsent(name, System.nanoTime());
            getEventHandler().handleEvent(new Event(new ResourceID(name.name(), name.namespace())));
        }
    }

    /** Is told when the reconciliation of a resource begins. */
    public void begun(ResourceName name) {
        asked.remove(name);
    }

    /** Whether the controller's cache is complete. */
    boolean ready() {
        return started;
    }

    /** For how long the resource that has waited longest has been waiting, in nanoseconds; 0 when none waits. */
    public long longestWait() {
        long now = System.nanoTime();
        List<ResourceName> gone =
                asked.keySet().stream().filter(name -> find(name) == null).toList();
        gone.forEach(asked::remove);
        return asked.values().stream().mapToLong(since -> now - since).max().orElse(0);
    }

    /** Resources that are there and not being deleted. */
    public List<P> resources() {
        IndexerResourceCache<P> primaries = cache;
        return primaries == null
                ? List.of()
                : primaries
                        .list(resource -> resource.getMetadata().getDeletionTimestamp() == null)
                        .toList();
    }

    private @Nullable P find(ResourceName name) {
        IndexerResourceCache<P> primaries = cache;
        return primaries == null
                ? null
                : primaries.get(new ResourceID(name.name(), name.namespace())).orElse(null);
    }

    /** The controller's cache is complete before its other sources start. */
    @Override
    public void start() {
        super.start();
        started = true;
        changed.run();
    }

    @Override
    public void stop() {
        started = false;
        super.stop();
    }

    @Override
    public void onResourceCreated(P resource) {
        changed.run();
    }

    @Override
    public void onResourceUpdated(P resource, P before) {
        if (!Objects.equals(
                        resource.getMetadata().getGeneration(),
                        before.getMetadata().getGeneration())
                || !Objects.equals(
                        resource.getMetadata().getUid(), before.getMetadata().getUid())
                || !Objects.equals(
                        resource.getMetadata().getDeletionTimestamp(),
                        before.getMetadata().getDeletionTimestamp())) {
            changed.run();
        } else {
            // The status, perhaps by another hand. What the operator itself wrote is found to be as it must be.
            trigger(new ResourceName(
                    resource.getMetadata().getNamespace(),
                    resource.getMetadata().getName()));
        }
    }

    @Override
    public void onResourceDeleted(P resource) {
        changed.run();
    }

    @Override
    public Set<Void> getSecondaryResources(P primary) {
        return Set.of();
    }
}
