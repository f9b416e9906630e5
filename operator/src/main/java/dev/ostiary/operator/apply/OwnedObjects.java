package dev.ostiary.operator.apply;

import dev.ostiary.crds.Api;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The objects that gateways and workloads own, as last seen: from watches, and from the answers to the operator's own writes,
 * so that what was just written is never written again. Of Secrets the metadata alone is kept.
 *
 * <p>Safe for any thread.
 */
public final class OwnedObjects {

    /** What is told when an object changes otherwise than by the operator's own hand. */
    public interface Listener {
        /** An object of this owner appeared, changed or went. */
        void changed(OwnerReference owner, String namespace);
    }

    private final Map<ObjectKey, HasMetadata> objects = new ConcurrentHashMap<>();
    private final Map<String, Set<ObjectKey>> byOwner = new ConcurrentHashMap<>();
    private final Listener listener;

    public OwnedObjects(Listener listener) {
        this.listener = listener;
    }

    /** What a watch is to call. */
    public <T extends HasMetadata> ResourceEventHandler<T> handler() {
        return new ResourceEventHandler<>() {
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
                gone(object, finalStateUnknown);
            }
        };
    }

    /** The object as last seen; null when there is none that the operator knows. */
    public @Nullable HasMetadata get(ObjectKey key) {
        return objects.get(key);
    }

    /** Likewise, of a type. */
    public <T extends HasMetadata> @Nullable T get(Class<T> type, String namespace, String name) {
        HasMetadata found = objects.get(new ObjectKey(HasMetadata.getKind(type), namespace, name));
        return type.isInstance(found) ? type.cast(found) : null;
    }

    /** What this UID owns. */
    Set<ObjectKey> ownedBy(String uid) {
        Set<ObjectKey> owned = byOwner.get(uid);
        return owned == null ? Set.of() : Set.copyOf(owned);
    }

    /** Takes the answer to a write of the operator's own. */
    void wrote(HasMetadata object) {
        put(object);
    }

    /** Forgets what the operator deleted. */
    void deleted(ObjectKey key) {
        remove(key);
    }

    int size() {
        return objects.size();
    }

    private void seen(HasMetadata object) {
        if (put(object)) {
            tell(object);
        }
    }

    private void gone(HasMetadata object, boolean finalStateUnknown) {
        ObjectKey key = ObjectKey.of(object);
        HasMetadata known = objects.get(key);
        if (known == null) {
            return;
        }
        // The end of an earlier object of that name is no news about the one that was made since.
        if (finalStateUnknown || version(object) >= version(known)) {
            remove(key);
            tell(object);
        }
    }

    /** Whether it is news. */
    private synchronized boolean put(HasMetadata object) {
        ObjectKey key = ObjectKey.of(object);
        HasMetadata known = objects.get(key);
        if (known != null && version(object) <= version(known)) {
            return false;
        }
        if (known != null) {
            unindex(key, known);
        }
        HasMetadata kept = withoutValues(object);
        objects.put(key, kept);
        for (OwnerReference owner : kept.getMetadata().getOwnerReferences()) {
            byOwner.computeIfAbsent(owner.getUid(), uid -> ConcurrentHashMap.newKeySet())
                    .add(key);
        }
        return true;
    }

    private synchronized void remove(ObjectKey key) {
        HasMetadata known = objects.remove(key);
        if (known != null) {
            unindex(key, known);
        }
    }

    private void unindex(ObjectKey key, HasMetadata known) {
        Set<String> owners = new HashSet<>();
        known.getMetadata().getOwnerReferences().forEach(owner -> owners.add(owner.getUid()));
        for (String uid : owners) {
            byOwner.computeIfPresent(uid, (owner, keys) -> {
                keys.remove(key);
                return keys.isEmpty() ? null : keys;
            });
        }
    }

    private void tell(HasMetadata object) {
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        for (OwnerReference owner : owners) {
            if (owner.getApiVersion() != null && owner.getApiVersion().startsWith(Api.GROUP + "/")) {
                listener.changed(owner, object.getMetadata().getNamespace());
            }
        }
    }

    private static HasMetadata withoutValues(HasMetadata object) {
        if (object instanceof Secret secret) {
            return secret.edit().withData(null).withStringData(null).build();
        }
        return object;
    }

    /** Versions of one object are numbers that grow (Kubernetes documentation, API concepts, "Resource versions"). */
    private static long version(HasMetadata object) {
        String version = object.getMetadata().getResourceVersion();
        return version == null ? 0 : Long.parseLong(version);
    }
}
