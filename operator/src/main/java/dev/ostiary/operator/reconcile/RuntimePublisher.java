package dev.ostiary.operator.reconcile;

import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.PackedSnapshot;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.operator.apply.Applier;
import dev.ostiary.operator.apply.ObjectKey;
import dev.ostiary.operator.apply.OwnedObjects;
import dev.ostiary.operator.objects.Metadata;
import dev.ostiary.operator.status.ObservedReplica;
import dev.ostiary.operator.status.Published;
import dev.ostiary.operator.status.Refusal;
import dev.ostiary.operator.world.World.GatewayView;
import dev.ostiary.operator.world.WorldKeeper;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes the Secret {@code <gateway>-runtime}, the one object that replicas read. It is made, and values of credentials are
 * read, only when something in it changes. Safe for any thread, one thread at a time for one gateway.
 */
final class RuntimePublisher {

    private static final String REVISION = "ostiary.dev/revision";
    private static final String HASH = "ostiary.dev/runtime-hash";
    private static final String RING = "ostiary.dev/key-ring-version";
    private static final String SINCE = "ostiary.dev/published-at";

    private final WorldKeeper world;
    private final OwnedObjects owned;
    private final Applier applier;
    private final int maxBytes;
    private final Map<String, Last> last = new ConcurrentHashMap<>();

    /** What was written last, and what it was made from: no value of a credential is kept. */
    private record Last(Inputs inputs, Published published, Applier.@Nullable Mark mark) {}

    private record Inputs(String revision, String credentials, KeyRing ring, int format) {}

    /**
     * What came of it.
     *
     * @param published what replicas are to enforce now; null when nothing was ever written
     * @param refusal why it is not the newest; null when it is
     */
    record Publication(
            @Nullable Published published, @Nullable Refusal refusal) {}

    RuntimePublisher(WorldKeeper world, OwnedObjects owned, Applier applier) {
        this(world, owned, applier, RuntimeSecret.MAX_BYTES);
    }

    RuntimePublisher(WorldKeeper world, OwnedObjects owned, Applier applier, int maxBytes) {
        this.world = world;
        this.owned = owned;
        this.applier = applier;
        this.maxBytes = maxBytes;
    }

    /** The Secret of a gateway. */
    static ObjectKey key(ResourceName gateway) {
        return new ObjectKey("Secret", gateway.namespace(), gateway.name() + "-runtime");
    }

    /**
     * Makes the Secret be what the gateway has come to.
     *
     * @throws RuntimeException what {@link Applier#apply} throws
     */
    Publication publish(GatewayView gateway, KeyRing ring, List<ObservedReplica> replicas, Instant now) {
        String uid = gateway.resource().getMetadata().getUid();
        ObjectKey key = key(gateway.compiled().name());
        int format = SnapshotFormat.of(replicas, SnapshotCodec.READABLE);
        Inputs inputs = new Inputs(gateway.compiled().revision(), gateway.credentials(), ring, format);
        Last before = last.get(uid);
        if (before != null
                && before.inputs().equals(inputs)
                && before.mark() != null
                && before.mark().equals(applier.mark(key))) {
            return new Publication(remember(uid, before, gateway), null);
        }
        PackedSnapshot snapshot = gateway.compiled().packed().inFormat(format);
        RuntimeSecret.Written written =
                RuntimeSecret.write(snapshot, ring, gateway.compiled().credentials(world::secret));
        int size = RuntimeSecret.size(written.data());
        if (size > maxBytes) {
            return new Publication(
                    published(gateway),
                    new Refusal(
                            Refusal.SNAPSHOT_TOO_LARGE,
                            "The gateway's configuration has " + size + " bytes, and a Secret takes " + maxBytes
                                    + ". Replicas keep the last one. Use fewer or shorter policies, or a second gateway for some of"
                                    + " the workloads."));
        }
        Published published = new Published(
                snapshot.revision(),
                gateway.compiled().revision(),
                written.hash(),
                ring.version(),
                since(key, written.hash(), now),
                gateway.generations());
        applier.apply(secret(gateway, published, written.data()));
        last.put(uid, new Last(inputs, published, applier.mark(key)));
        return new Publication(published, null);
    }

    /** What replicas were last given; null when nothing. After a restart of the operator, as far as the Secret says. */
    @Nullable
    Published published(GatewayView gateway) {
        Last before = last.get(gateway.resource().getMetadata().getUid());
        if (before != null) {
            return before.published();
        }
        ObjectKey key = key(gateway.compiled().name());
        Secret live = owned.get(Secret.class, key.namespace(), key.name());
        if (live == null || live.getMetadata().getAnnotations() == null) {
            return null;
        }
        Map<String, String> said = live.getMetadata().getAnnotations();
        String revision = said.get(REVISION);
        String hash = said.get(HASH);
        Instant since = time(said.get(SINCE));
        String ring = said.get(RING);
        if (revision == null || hash == null || since == null || ring == null || !ring.matches("[0-9]{1,18}")) {
            return null;
        }
        return new Published(revision, "", hash, Long.parseLong(ring), since, Map.of());
    }

    /** Forgets gateways that are gone. */
    void retain(Set<String> gatewayUids) {
        last.keySet().retainAll(gatewayUids);
    }

    /** Edits that change nothing for replicas are enforced as soon as they are known. */
    private Published remember(String uid, Last before, GatewayView gateway) {
        Published known = before.published();
        if (known.generations().equals(gateway.generations())) {
            return known;
        }
        Published published = new Published(
                known.revision(),
                known.compiledRevision(),
                known.runtimeHash(),
                known.keyRingVersion(),
                known.since(),
                gateway.generations());
        last.put(uid, new Last(before.inputs(), published, before.mark()));
        return published;
    }

    /** Since when replicas have been given this content: a restart of the operator changes nothing about it. */
    private Instant since(ObjectKey key, String hash, Instant now) {
        Secret live = owned.get(Secret.class, key.namespace(), key.name());
        if (live != null && live.getMetadata().getAnnotations() != null) {
            Map<String, String> said = live.getMetadata().getAnnotations();
            Instant since = time(said.get(SINCE));
            if (Objects.equals(said.get(HASH), hash) && since != null) {
                return since;
            }
        }
        return now.truncatedTo(ChronoUnit.MILLIS);
    }

    private static Secret secret(GatewayView gateway, Published published, SortedMap<String, byte[]> data) {
        String name = gateway.resource().getMetadata().getName();
        Map<String, String> labels = new TreeMap<>(Metadata.gatewaySelector(name));
        labels.put("app.kubernetes.io/component", "runtime");
        labels.put("app.kubernetes.io/managed-by", "ostiary");
        labels.put("app.kubernetes.io/part-of", "ostiary");
        Map<String, String> encoded = new TreeMap<>();
        data.forEach((part, value) -> encoded.put(part, Base64.getEncoder().encodeToString(value)));
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(gateway.resource().getMetadata().getNamespace())
                .withName(name + "-runtime")
                .withLabels(labels)
                .addToAnnotations(REVISION, published.revision())
                .addToAnnotations(HASH, published.runtimeHash())
                .addToAnnotations(RING, Long.toString(published.keyRingVersion()))
                .addToAnnotations(SINCE, published.since().toString())
                .withOwnerReferences(Metadata.ownerReference(gateway.resource()))
                .endMetadata()
                .withType("Opaque")
                .withData(encoded)
                .build();
    }

    private static @Nullable Instant time(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
