package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.PackedSnapshot;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Snapshot;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One gateway, compiled.
 *
 * @param packed what its replicas shall enforce, ready to be published
 * @param credentials the secret keys that the gateway itself and its open routes need, and no others
 * @param tls the Secret with {@code tls.crt} and {@code tls.key} for the gateway's own listener; null when something else
 *     terminates TLS. Both keys are among {@code credentials}
 * @param keys when the keys of its ring change
 */
public record CompiledGateway(
        PackedSnapshot packed,
        NavigableSet<SecretKey> credentials,
        @Nullable ResourceName tls,
        KeyPolicies keys) {

    public CompiledGateway {
        credentials = Collections.unmodifiableNavigableSet(new TreeSet<>(credentials));
    }

    /** What its replicas shall enforce. */
    public Snapshot snapshot() {
        return packed.snapshot();
    }

    /** The snapshot's revision. */
    public String revision() {
        return packed.revision();
    }

    /** Namespace and name of the gateway. */
    public ResourceName name() {
        return snapshot().gateway();
    }

    /**
     * The values that the snapshot names.
     *
     * @param values gives a secret's value, or null when it has gone since the compilation; then it is left out, and the
     *     gateway refuses what would need it
     */
    public Credentials credentials(Function<SecretKey, @Nullable String> values) {
        Map<String, String> joined = new TreeMap<>();
        for (SecretKey key : credentials) {
            String value = values.apply(key);
            if (value != null) {
                joined.put(key.credential(), value);
            }
        }
        return new Credentials(joined);
    }
}
