package dev.ostiary.gateway.server.identity;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is known of a user's groups (design §4.4).
 *
 * @param extent what the list is worth
 * @param ids groups the user is in: object ids, lower case, sorted
 * @param asked with {@link Extent#ASKED} the ids that were asked for, sorted; empty otherwise
 */
public record KnownGroups(Extent extent, List<String> ids, List<String> asked) {

    /** What a list of groups is worth. */
    public enum Extent {
        /** All groups are in it. */
        ALL,
        /** Those of the asked ones that the user is in; nothing is known of others. */
        ASKED,
        /** Nothing is known: Entra left the groups out, and the gateway is told not to ask for them. */
        LEFT_OUT
    }

    public KnownGroups {
        ids = StringSet.of(ids);
        asked = StringSet.of(asked);
    }

    /** All groups of a user. */
    public static KnownGroups all(List<String> ids) {
        return new KnownGroups(Extent.ALL, ids, List.of());
    }

    /** Those of the asked groups that a user is in. */
    public static KnownGroups asked(Set<String> ids, List<String> asked) {
        return new KnownGroups(Extent.ASKED, List.copyOf(ids), asked);
    }

    /** No knowledge. */
    public static KnownGroups leftOut() {
        return new KnownGroups(Extent.LEFT_OUT, List.of(), List.of());
    }

    /**
     * Whether policies can be decided with what is known.
     *
     * @param named the ids that they name
     * @param dynamic whether they need all groups
     */
    boolean suffice(List<String> named, boolean dynamic) {
        return switch (extent) {
            case ALL -> true;
            case ASKED -> !dynamic && new HashSet<>(asked).containsAll(named);
            case LEFT_OUT -> !dynamic && named.isEmpty();
        };
    }
}
