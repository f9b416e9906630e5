package dev.ostiary.operator.apply;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.operator.objects.Metadata;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes objects be as they are desired, by server-side apply. An object that is as it was last applied is left alone: no
 * request is sent. What somebody else changed of it is put back; what somebody else added to it stays.
 *
 * <p>Safe for any thread; calls block for the API server's answer.
 */
public final class Applier {

    /** What was last applied, as the hash of it. */
    public static final String APPLIED = "ostiary.dev/applied";

    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    /** Beyond any number of objects that one operator has; the memory of an entry is some hundred bytes. */
    private static final int MAX_SETTLED = 50_000;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private final KubernetesClient client;
    private final OwnedObjects owned;
    private final WriteListener writes;

    /** Fields that the API server does not let the operator own, so that they are not asked for again and again. */
    private final Map<ObjectKey, Settled> settled = new ConcurrentHashMap<>();

    private record Settled(String hash, Map<String, Object> ownership) {}

    /** Is told of every write. */
    public interface WriteListener {
        /**
         * A write was answered.
         *
         * @param verb {@code apply}, {@code create}, {@code update} or {@code delete}
         */
        void wrote(String kind, String verb);
    }

    public Applier(KubernetesClient client, OwnedObjects owned, WriteListener writes) {
        this.client = client;
        this.owned = owned;
        this.writes = writes;
    }

    /**
     * Applies an object unless it is so already.
     *
     * @param desired with the owner's reference as its controller
     * @return whether a write was needed
     * @throws NameTakenException when an object of that name is somebody else's
     * @throws KubernetesClientException when the API server refuses or is away
     */
    public boolean apply(HasMetadata desired) {
        ObjectKey key = ObjectKey.of(desired);
        ObjectNode json = JSON.valueToTree(desired);
        String hash = hash(json);
        HasMetadata live = owned.get(key);
        if (live != null && isApplied(key, live, hash, json)) {
            return false;
        }
        if (live == null || !isControlledBy(live, desired)) {
            requireOurs(key, desired);
        }
        write(key, desired, hash, json);
        return true;
    }

    /** Deletes what {@code owner} owns of these kinds and what is not among {@code desired}. */
    public void prune(
            HasMetadata owner,
            Collection<Class<? extends HasMetadata>> kinds,
            Collection<? extends HasMetadata> desired) {
        Map<String, Class<? extends HasMetadata>> types = new LinkedHashMap<>();
        kinds.forEach(kind -> types.put(HasMetadata.getKind(kind), kind));
        Set<ObjectKey> kept = desired.stream().map(ObjectKey::of).collect(Collectors.toSet());
        for (ObjectKey key : owned.ownedBy(owner.getMetadata().getUid())) {
            Class<? extends HasMetadata> type = types.get(key.kind());
            if (type == null || kept.contains(key)) {
                continue;
            }
            HasMetadata live = owned.get(key);
            if (live != null && live.getMetadata().getDeletionTimestamp() == null) {
                client.resource(live).delete();
                writes.wrote(key.kind(), "delete");
                LOG.atInfo().addKeyValue("object", key).log("deleted what is no longer desired");
            }
            owned.deleted(key);
            settled.remove(key);
        }
    }

    /**
     * Applies a part of an object under another field manager, to hand fields over.
     *
     * @throws KubernetesClientException with code 409 when somebody else has changed them meanwhile
     */
    public void handOver(HasMetadata part, String fieldManager) {
        HasMetadata answer = client.resource(part)
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                .withFieldManager(fieldManager)
                                .withForce(false)
                                .build(),
                        part);
        owned.wrote(answer);
        writes.wrote(part.getKind(), "apply");
    }

    /**
     * What tells whether an object is still as it was when this was asked: equal marks, equal object as far as the operator
     * owns it. Null when there is no such object, or it is being deleted.
     */
    public @Nullable Mark mark(ObjectKey key) {
        HasMetadata live = owned.get(key);
        return live == null || live.getMetadata().getDeletionTimestamp() != null
                ? null
                : new Mark(live.getMetadata().getUid(), String.valueOf(applied(live)), FieldOwnership.of(live));
    }

    /** See {@link #mark}. */
    public record Mark(String uid, String applied, Map<String, Object> ownership) {}

    private boolean isApplied(ObjectKey key, HasMetadata live, String hash, JsonNode desired) {
        if (live.getMetadata().getDeletionTimestamp() != null || !hash.equals(applied(live))) {
            return false;
        }
        Map<String, Object> ownership = FieldOwnership.of(live);
        if (FieldOwnership.covers(ownership, desired)) {
            return true;
        }
        Settled known = settled.get(key);
        return known != null && known.hash().equals(hash) && known.ownership().equals(ownership);
    }

    private void write(ObjectKey key, HasMetadata desired, String hash, JsonNode json) {
        HasMetadata stamped = client.getKubernetesSerialization().clone(desired);
        Map<String, String> annotations = new TreeMap<>(annotations(stamped));
        annotations.put(APPLIED, hash);
        stamped.getMetadata().setAnnotations(annotations);
        HasMetadata answer = client.resource(stamped)
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                .withFieldManager(Metadata.FIELD_MANAGER)
                                .withForce(true)
                                .build(),
                        stamped);
        owned.wrote(answer);
        writes.wrote(key.kind(), "apply");
        Map<String, Object> ownership = FieldOwnership.of(answer);
        if (FieldOwnership.covers(ownership, json)) {
            settled.remove(key);
        } else if (settled.size() < MAX_SETTLED) {
            settled.put(key, new Settled(hash, ownership));
            LOG.atInfo()
                    .addKeyValue("object", key)
                    .log("the API server does not keep every field of an object; it is left at that");
        }
        LOG.atInfo().addKeyValue("object", key).log("applied");
    }

    /** Forced apply would take over an object of that name whoever made it, so it is looked at before. */
    private void requireOurs(ObjectKey key, HasMetadata desired) {
        HasMetadata live = client.resource(desired).get();
        if (live == null || isControlledBy(live, desired) || isLeftBehind(live, desired)) {
            return;
        }
        throw new NameTakenException(key);
    }

    private static boolean isControlledBy(HasMetadata live, HasMetadata desired) {
        OwnerReference owner = controller(live);
        OwnerReference ours = controller(desired);
        return owner != null && ours != null && owner.getUid().equals(ours.getUid());
    }

    /** The owner was deleted and made again under the same name before this object was gone. */
    private static boolean isLeftBehind(HasMetadata live, HasMetadata desired) {
        OwnerReference owner = controller(live);
        OwnerReference ours = controller(desired);
        return owner != null
                && ours != null
                && owner.getApiVersion().equals(ours.getApiVersion())
                && owner.getKind().equals(ours.getKind())
                && owner.getName().equals(ours.getName());
    }

    private static @Nullable OwnerReference controller(HasMetadata object) {
        return object.getMetadata().getOwnerReferences().stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String applied(HasMetadata live) {
        return annotations(live).get(APPLIED);
    }

    private static Map<String, String> annotations(HasMetadata object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    private static String hash(JsonNode json) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(JSON.writeValueAsBytes(JSON.treeToValue(json, Object.class))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can be written", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
