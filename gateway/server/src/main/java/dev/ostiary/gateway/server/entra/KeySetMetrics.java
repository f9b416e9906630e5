package dev.ostiary.gateway.server.entra;

/** What happens to key sets, for whoever counts. Called by any thread; must be cheap and must not throw. */
public interface KeySetMetrics {

    KeySetMetrics NONE = new KeySetMetrics() {};

    /** A key set was read. */
    default void fetched() {}

    /**
     * A key set could not be read.
     *
     * @param reason {@link EntraFailure#reason}
     */
    default void fetchFailed(String reason) {}

    /** A token is being checked with keys older than their time to live, because Entra has not answered since. */
    default void staleServed() {}

    /** A token waits for keys. */
    default void waiting() {}
}
