package dev.ostiary.operator.keys;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewaySpec;
import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRingCodec;
import dev.ostiary.gateway.config.KeyRotation;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.operator.apply.Applier;
import dev.ostiary.operator.objects.Metadata;
import dev.ostiary.operator.status.Refusal;
import dev.ostiary.operator.world.NamedObjects;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Secret {@code <gateway>-keys}. It is made by a create that fails where there is one, changed by updates that fail where
 * it has changed meanwhile, and never applied over. Keys that were there and are gone, or cannot be read, are never replaced
 * by new ones: everything that they sealed or signed would be lost.
 *
 * <p>Safe for any thread, if one gateway is looked after by one thread at a time.
 */
public final class KeyRingSecrets {

    /** Key in the Secret's data. */
    public static final String DATA_KEY = "keys.json";

    /** The ring's Secret is there, and what is in it is no ring. */
    public static final String KEYS_DAMAGED = "KeysDamaged";

    private static final Logger LOG = LoggerFactory.getLogger(KeyRingSecrets.class);

    private final KubernetesClient client;
    private final NamedObjects<Secret> secrets;
    private final Applier.WriteListener writes;
    private final SecureRandom random;
    private final KeyRotation rotation;
    private final KeyAges ages;

    /**
     * @param secrets watches {@code <gateway>-keys} of every gateway
     * @param ages is told of every ring
     */
    public KeyRingSecrets(
            KubernetesClient client,
            NamedObjects<Secret> secrets,
            Applier.WriteListener writes,
            SecureRandom random,
            KeyAges ages) {
        this.client = client;
        this.secrets = secrets;
        this.writes = writes;
        this.random = random;
        this.rotation = new KeyRotation(random);
        this.ages = ages;
    }

    /**
     * The ring as it shall be now: made, restored or taken one step further where that is due.
     *
     * @param reported what the replicas have
     * @throws KubernetesClientException when the API server refuses or is away; with code 409 the ring has changed meanwhile,
     *     and everything is to be looked at again
     */
    public RingResult current(McpGateway gateway, KeyPolicies policies, KeyRotation.Reported reported, Instant now) {
        ResourceName name = name(gateway);
        Secret live = secrets.get(name);
        if (live == null) {
            // Rare, and too much depends on it to trust a watch alone.
            live = get(name);
        }
        if (live == null) {
            return begin(gateway, name, now);
        }
        KeyRing ring;
        try {
            ring = KeyRingCodec.read(value(live, DATA_KEY));
        } catch (IOException e) {
            return new RingResult.Refused(new Refusal(
                    KEYS_DAMAGED,
                    "Secret " + name + ", key " + DATA_KEY + ": " + e.getMessage()
                            + ". Replicas keep the keys that they have, and nothing new is published. Put it back from a backup; or"
                            + " delete the Secret, and it is restored from what replicas use."));
        }
        RotationRequest asked = RotationRequest.of(live);
        KeyRing next = asked == null ? rotation.next(ring, policies, reported, now) : replaced(name, ring, asked, now);
        List<OwnerReference> owners = owners(gateway, live);
        if (asked != null
                || !next.equals(ring)
                || !owners.equals(live.getMetadata().getOwnerReferences())) {
            update(name, live, next, owners);
        }
        ages.seen(gateway.getMetadata().getUid(), next, policies);
        return new RingResult.Usable(next);
    }

    private KeyRing replaced(ResourceName name, KeyRing ring, RotationRequest asked, Instant now) {
        if (!asked.emergency()) {
            return rotation.begin(ring, asked.purposes(), now);
        }
        KeyRotation.Emergency emergency = rotation.emergency(ring, asked.purposes(), now);
        LOG.atWarn()
                .addKeyValue("secret", name)
                .addKeyValue("ends", String.join("; ", emergency.ends()))
                .log("an emergency rotation was asked for: old keys are forgotten at once");
        return emergency.ring();
    }

    private RingResult begin(McpGateway gateway, ResourceName name, Instant now) {
        Secret runtime =
                get(new ResourceName(name.namespace(), gateway.getMetadata().getName() + "-runtime"));
        if (runtime != null && isOwnedBy(runtime, gateway)) {
            return restore(gateway, name, runtime);
        }
        if (gateway.getStatus() != null && gateway.getStatus().revision() != null) {
            return new RingResult.Refused(
                    new Refusal(
                            Refusal.KEYS_MISSING,
                            "Secret " + name
                                    + " is gone, and so is what it could be restored from. Put it back from a backup; or, if"
                                    + " everybody may be signed out, delete this McpGateway and create it again, and it gets new keys."));
        }
        return create(gateway, name, KeyRing.generate(random, now), "made the keys of a new gateway");
    }

    private RingResult restore(McpGateway gateway, ResourceName name, Secret runtime) {
        KeyRing ring;
        try {
            ring = KeyRingCodec.read(value(runtime, RuntimeSecret.KEYS));
        } catch (IOException e) {
            return new RingResult.Refused(new Refusal(
                    Refusal.KEYS_MISSING,
                    "Secret " + name + " is gone, and it cannot be restored from Secret " + name.namespace() + "/"
                            + runtime.getMetadata().getName() + ": " + e.getMessage()
                            + ". Put it back from a backup."));
        }
        return create(gateway, name, ring, "restored the keys of a gateway from what its replicas use");
    }

    private RingResult create(McpGateway gateway, ResourceName name, KeyRing ring, String what) {
        Map<String, String> labels =
                new TreeMap<>(Metadata.gatewaySelector(gateway.getMetadata().getName()));
        labels.put("app.kubernetes.io/component", "keys");
        labels.put("app.kubernetes.io/managed-by", "ostiary");
        labels.put("app.kubernetes.io/part-of", "ostiary");
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(name.namespace())
                .withName(name.name())
                .withLabels(labels)
                .withOwnerReferences(deletesKeys(gateway) ? List.of(Metadata.ownerReference(gateway)) : List.of())
                .endMetadata()
                .withType("Opaque")
                .withData(Map.of(DATA_KEY, Base64.getEncoder().encodeToString(KeyRingCodec.write(ring))))
                .build();
        secrets.wrote(client.resource(secret).create());
        writes.wrote("Secret", "create");
        LOG.atInfo()
                .addKeyValue("secret", name)
                .addKeyValue("version", ring.version())
                .log(what);
        return new RingResult.Usable(ring);
    }

    private void update(ResourceName name, Secret live, KeyRing ring, List<OwnerReference> owners) {
        Map<String, String> data = new TreeMap<>(live.getData());
        data.put(DATA_KEY, Base64.getEncoder().encodeToString(KeyRingCodec.write(ring)));
        Secret changed = live.edit()
                .editMetadata()
                .withOwnerReferences(owners)
                // In the same write as what it asked for, so that it is done once.
                .removeFromAnnotations(RotationRequest.ANNOTATION)
                .endMetadata()
                .withData(data)
                .build();
        secrets.wrote(client.resource(changed)
                .lockResourceVersion(live.getMetadata().getResourceVersion())
                .update());
        writes.wrote("Secret", "update");
        LOG.atInfo()
                .addKeyValue("secret", name)
                .addKeyValue("version", ring.version())
                .log("changed the keys of a gateway");
    }

    /** Only a gateway that deletes its keys owns them; other owners, which somebody else has set, stay. */
    private static List<OwnerReference> owners(McpGateway gateway, Secret live) {
        List<OwnerReference> owners = new ArrayList<>();
        for (OwnerReference owner : live.getMetadata().getOwnerReferences()) {
            if (!(owner.getKind().equals(gateway.getKind())
                    && owner.getApiVersion().equals(gateway.getApiVersion())
                    && owner.getName().equals(gateway.getMetadata().getName()))) {
                owners.add(owner);
            }
        }
        if (deletesKeys(gateway)) {
            owners.add(Metadata.ownerReference(gateway));
        }
        return owners;
    }

    private static boolean deletesKeys(McpGateway gateway) {
        return gateway.getSpec().deletionPolicy() == McpGatewaySpec.DeletionPolicy.DELETE;
    }

    private @Nullable Secret get(ResourceName name) {
        return client.secrets()
                .inNamespace(name.namespace())
                .withName(name.name())
                .get();
    }

    private static boolean isOwnedBy(HasMetadata object, McpGateway gateway) {
        return object.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner ->
                        Objects.equals(owner.getUid(), gateway.getMetadata().getUid()));
    }

    private static byte[] value(Secret secret, String key) throws IOException {
        String value = secret.getData() == null ? null : secret.getData().get(key);
        if (value == null) {
            throw new IOException("it is missing");
        }
        return Base64.getDecoder().decode(value);
    }

    private static ResourceName name(McpGateway gateway) {
        return new ResourceName(
                gateway.getMetadata().getNamespace(), gateway.getMetadata().getName() + "-keys");
    }
}
