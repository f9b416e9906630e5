package dev.ostiary.gateway.server.entra;

/**
 * What happens between the gateway and Entra or Graph, for whoever counts. Called by any thread; must be cheap and must not
 * throw. Endpoints are {@code token}, {@code graph} and {@code managed-identity}, and {@code check} and {@code check-graph} for
 * what is asked about the registration itself.
 */
public interface EntraMetrics {

    EntraMetrics NONE = new EntraMetrics() {};

    /** A request was answered, be it with a refusal. */
    default void answered(String endpoint) {}

    /**
     * A request brought no usable answer; it may be tried again.
     *
     * @param reason {@link EntraFailure#reason}
     */
    default void attemptFailed(String endpoint, String reason) {}

    /** A request was answered with 429. */
    default void throttled(String endpoint) {}

    /** The endpoint failed so often in a row that it is left alone for a while. */
    default void breakerOpened(String endpoint) {}

    /** Groups of a user were looked up in Graph. */
    default void groupsLookedUp() {}

    /** Groups of a user were answered from memory. */
    default void groupsRemembered() {}

    /**
     * Groups of a user could not be looked up.
     *
     * @param reason {@link EntraUnavailableException#reason}, or the code of the {@link EntraDiagnosis}
     */
    default void groupLookupFailed(String reason) {}
}
