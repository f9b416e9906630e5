package dev.ostiary.gateway.server.upstream;

/**
 * Told what the pools do, for counters and gauges. Called on event loops, on the request path: must neither block nor throw.
 * The number of open connections is the difference of opened and closed.
 */
public interface UpstreamMetrics {

    /** Counts nothing. */
    UpstreamMetrics NONE = new UpstreamMetrics() {};

    /** Why a connection ended. */
    enum CloseReason {
        /** Not needed for longer than the settings allow, or too old. */
        EXPIRED,
        /** The workload closed it while it was idle: the regular end from its side. */
        CLOSED_BY_WORKLOAD,
        /** Bytes came that nobody had asked for. */
        UNSOLICITED_BYTES,
        /** The workload or the way the exchange went said that it must not be used again. */
        NOT_REUSABLE,
        /** Its call failed. */
        FAILED,
        /** Its caller went away. */
        CANCELLED,
        /** The settings changed or the client was closed. */
        RETIRED
    }

    /**
     * A connection can carry requests.
     *
     * @param nanos name look-up, TCP, proxy and TLS together
     */
    default void connectionOpened(long nanos) {}

    /** A call got a connection that had carried another one before. */
    default void connectionReused() {}

    default void connectionClosed(CloseReason reason) {}

    /** Nothing of a request could be written to a reused connection, so that it is sent on a new one. */
    default void callRetried() {}

    default void callFailed(UpstreamFailure.Kind kind) {}

    /**
     * The number of calls that wait for a connection changed.
     *
     * @param delta plus or minus one
     */
    default void waitingChanged(int delta) {}
}
