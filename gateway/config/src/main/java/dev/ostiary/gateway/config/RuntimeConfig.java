package dev.ostiary.gateway.config;

/**
 * Everything one replica enforces: one object, switched as a whole.
 *
 * @param snapshot what to serve
 * @param revision the snapshot's revision, {@link SnapshotCodec#revision}
 * @param keys the gateway's keys
 * @param credentials the secrets that the snapshot names
 */
public record RuntimeConfig(Snapshot snapshot, String revision, KeyRing keys, Credentials credentials) {

    /** Joins a snapshot with its secrets, computing the revision. */
    public static RuntimeConfig of(Snapshot snapshot, KeyRing keys, Credentials credentials) {
        return new RuntimeConfig(snapshot, SnapshotCodec.revision(snapshot), keys, credentials);
    }
}
