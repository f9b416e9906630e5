package dev.ostiary.gateway.kubernetes;

import dev.ostiary.crds.McpGrant;
import dev.ostiary.crds.McpGrantSpec;
import dev.ostiary.gateway.server.store.RecordKey;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How records of a gateway become objects. An object's name is a hash, since ids tell upper case from lower case and names of
 * objects do not; the whole id is in the object, and compared when it is read.
 */
final class GrantObjects {

    /** Whose record it is. */
    static final String GATEWAY = "ostiary.dev/gateway";

    /** What it is: the type of a record, or {@link #DENIAL}. */
    static final String TYPE = "ostiary.dev/grant-type";

    /** The hash of the owner. */
    static final String OWNER = "ostiary.dev/grant-owner";

    /** A grant that ended. */
    static final String DENIAL = "DENIAL";

    /** What changes with every denial. */
    static final String FEED = "FEED";

    private static final int LABEL_CHARS = 63;

    private final String namespace;
    private final String gateway;
    private final Supplier<List<OwnerReference>> owners;

    /** @param owners what new records go with; empty: they stay */
    GrantObjects(String namespace, String gateway, Supplier<List<OwnerReference>> owners) {
        this.namespace = namespace;
        this.gateway = gateway;
        this.owners = owners;
    }

    String namespace() {
        return namespace;
    }

    String nameOf(RecordKey key) {
        return "grant-" + hash(gateway, key.type().name(), key.id());
    }

    String nameOfFeed() {
        return "feed-" + hash(gateway, FEED);
    }

    McpGrant of(RecordKey key, @Nullable String owner, String value, long expiresAt) {
        return object(nameOf(key), key.type().name(), key.id(), owner, value, expiresAt);
    }

    /** Every denial is an object of its own, also of the same grant. */
    McpGrant denial(String grantId, long expiresAt) {
        String name = "denial-" + UUID.randomUUID();
        return object(name, DENIAL, grantId, null, null, expiresAt);
    }

    McpGrant feed(String mark, long expiresAt) {
        return object(nameOfFeed(), FEED, "feed", null, mark, expiresAt);
    }

    /** Whether this is the record, and not another one whose name has the same hash or that somebody else has put there. */
    boolean is(McpGrant object, RecordKey key) {
        McpGrantSpec spec = object.getSpec();
        return spec != null
                && gateway.equals(spec.gateway())
                && key.type().name().equals(spec.type())
                && key.id().equals(spec.id());
    }

    Map<String, String> labels() {
        return Map.of(GATEWAY, label(gateway));
    }

    Map<String, String> labels(String type) {
        return Map.of(GATEWAY, label(gateway), TYPE, type);
    }

    Map<String, String> labels(String type, String owner) {
        return Map.of(GATEWAY, label(gateway), TYPE, type, OWNER, ownerLabel(owner));
    }

    private McpGrant object(
            String name, String type, String id, @Nullable String owner, @Nullable String value, long expiresAt) {
        Map<String, String> labels = new TreeMap<>(labels(type));
        if (owner != null) {
            labels.put(OWNER, ownerLabel(owner));
        }
        McpGrant object = new McpGrant();
        object.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withName(name)
                .withLabels(labels)
                .withOwnerReferences(owners.get())
                .build());
        object.setSpec(new McpGrantSpec(gateway, type, id, owner, value, expiresAt));
        return object;
    }

    private static String label(String text) {
        return text.length() <= LABEL_CHARS ? text : ownerLabel(text);
    }

    private static String ownerLabel(String owner) {
        return hash(owner).substring(0, 40);
    }

    private static String hash(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) '\n');
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
