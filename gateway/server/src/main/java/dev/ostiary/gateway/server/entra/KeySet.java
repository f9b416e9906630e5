package dev.ostiary.gateway.server.entra;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The signing keys of one tenant as they were read once. Immutable. */
public final class KeySet {

    private final Map<String, SigningKey> keys;
    private final long generation;
    private final long readNanos;

    KeySet(Map<String, SigningKey> keys, long generation, long readNanos) {
        this.keys = Map.copyOf(keys);
        this.generation = generation;
        this.readNanos = readNanos;
    }

    /** The key with this id; null when there is none. */
    public @Nullable SigningKey find(String kid) {
        return keys.get(kid);
    }

    /** Changes whenever the keys change, and is never the same for two tenants: what was verified under another
     * generation must be verified again. */
    public long generation() {
        return generation;
    }

    /** How many keys. */
    public int size() {
        return keys.size();
    }

    Map<String, SigningKey> keys() {
        return keys;
    }

    /** When it was last read, on {@link Time#nanos}. */
    long readNanos() {
        return readNanos;
    }
}
