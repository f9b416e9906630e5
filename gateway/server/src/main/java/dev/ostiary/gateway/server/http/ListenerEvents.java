package dev.ostiary.gateway.server.http;

/**
 * What happens at a listener, for counting. Every method is called on an event loop and must return at once; none is told
 * anything that a client sent.
 */
public interface ListenerEvents {

    /** Counts nothing. */
    ListenerEvents NONE = new ListenerEvents() {};

    /** A connection was accepted and is within the limit. */
    default void connectionOpened() {}

    /** A connection of {@link #connectionOpened} is gone. */
    default void connectionClosed() {}

    /** A guarded exchange was handed to the handler. */
    default void exchangeStarted() {}

    /**
     * An exchange of {@link #exchangeStarted} ended.
     *
     * @param status the status sent, 0 when it ended without a response
     * @param complete whether the response was sent whole, as far as the gateway can tell
     */
    default void exchangeEnded(int status, boolean complete) {}

    /** A request or connection was refused before it reached the handler, or while its body was read. */
    default void rejected(Rejection reason) {}

    /** A shutdown reached a phase. Phases come in the order in which {@link DrainPhase} names them. */
    default void draining(DrainPhase phase) {}

    /** The phases of a shutdown, in order. */
    enum DrainPhase {
        /** Readiness is off, connections are still accepted while the news spreads. */
        PROPAGATING,
        /** The port is closed. */
        STOPPED_ACCEPTING,
        /** HTTP/2 clients have been sent GOAWAY; HTTP/1.1 responses carry {@code Connection: close}. */
        GOING_AWAY,
        /** Open streams have been told to end, and those in answer to GET have ended. */
        STREAMS_ENDED,
        /** No connection is left: all ended by themselves, or the deadline passed and the rest was aborted. */
        CLOSED
    }
}
