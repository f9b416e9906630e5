package dev.ostiary.operator.status;

import java.util.Comparator;

/**
 * Why the operator could not do something that a resource asks for.
 *
 * @param reason CamelCase, documented in {@code docs/status.md}
 * @param message what is wrong and what to do; names objects and fields, never a secret value
 */
public record Refusal(String reason, String message) implements Comparable<Refusal> {

    /** The runtime Secret would not fit into the API server. */
    public static final String SNAPSHOT_TOO_LARGE = "SnapshotTooLarge";

    /** The key ring's Secret is gone, or cannot be read, while sign-ins made with it may still be out there. */
    public static final String KEYS_MISSING = "KeysMissing";

    /** The API server did not take the runtime Secret or the key ring. */
    public static final String PUBLISHING_FAILED = "PublishingFailed";

    /** The API server did not take an object that the resource needs. */
    public static final String OBJECT_REFUSED = "ObjectRefused";

    /** An object of the name that the resource needs belongs to somebody else. */
    public static final String NAME_TAKEN = "NameTaken";

    /** {@code spec.podTemplate} cannot be merged with what the operator makes. */
    public static final String INVALID_POD_TEMPLATE = "InvalidPodTemplate";

    /** More Secrets and ConfigMaps are named than the operator watches. */
    public static final String TOO_MANY_REFERENCES = "TooManyReferences";

    /** What a stdio server's image begins with is not known, and its workload does not say it. */
    public static final String ENTRY_POINT_UNKNOWN = "EntryPointUnknown";

    /** A stdio workload needs the bridge, and the operator was not told which image has it. */
    public static final String NO_BRIDGE_IMAGE = "NoBridgeImage";

    private static final Comparator<Refusal> ORDER =
            Comparator.comparing(Refusal::reason).thenComparing(Refusal::message);

    @Override
    public int compareTo(Refusal other) {
        return ORDER.compare(this, other);
    }
}
