package dev.ostiary.gateway.server.upstream;

/**
 * Why a call to a workload failed.
 *
 * @param kind what went wrong
 * @param detail for the log, with the workload's address at most; never shown to a client, never a header or body
 */
public record UpstreamFailure(Kind kind, String detail) {

    /** The ways in which a call fails. */
    public enum Kind {
        /** Name not resolved or connection refused. */
        UNREACHABLE,
        CONNECT_TIMEOUT,
        /** Certificate not trusted, name mismatch, handshake refused. */
        TLS,
        FIRST_BYTE_TIMEOUT,
        IDLE_TIMEOUT,
        /** The connection broke after the request was sent. */
        BROKEN,
        /** The workload's HTTP is malformed, ambiguous or over a limit. */
        PROTOCOL,
        /** Too many calls are waiting for a connection to this workload. */
        OVERLOADED
    }
}
