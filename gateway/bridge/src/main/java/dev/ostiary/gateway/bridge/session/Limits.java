package dev.ostiary.gateway.bridge.session;

import java.time.Duration;

/**
 * Every bound of a session that an operator may set.
 *
 * @param sessions at one time, those included whose process is still ending
 * @param idle a session without request and without open stream ends after this
 * @param messageBytes the longest message in either direction
 * @param start until the server must have answered {@code initialize}
 * @param write until the server must have read a message
 * @param ping until the bridge answers a client's {@code ping} itself
 * @param closing between the end of the server's standard input and SIGTERM
 * @param terminating between SIGTERM and SIGKILL
 * @param input until a client of the modern era must have come back with what the server asked it for
 */
public record Limits(
        int sessions,
        Duration idle,
        int messageBytes,
        Duration start,
        Duration write,
        Duration ping,
        Duration closing,
        Duration terminating,
        Duration input) {

    /** Requests that a session may have open, and that its server may have open: each. */
    static final int OPEN_REQUESTS = 64;

    /** Calls of one server that may wait for clients who are away with what it asked them for. */
    static final int SUSPENDED_CALLS = 16;

    /** Sessions of the gateway's own, beside those of users; one for each replica that looks at this pod at the same time. */
    static final int LOOKS = 4;

    /** A session of the gateway's own that it has lost ends after this. */
    static final Duration LOOK_IDLE = Duration.ofMinutes(1);

    /** Bytes of small messages that may wait for slow readers of a session's answers. */
    static final int WAITING_BYTES = 128 * 1024;

    /** Messages and bytes of them that are kept for a session's stream while there is none, and for its resumption. */
    static final int KEPT_MESSAGES = 256;

    static final int KEPT_BYTES = 128 * 1024;

    /** The longest request of a server's that is kept for a client who is away, to be put again if it is not answered. */
    static final int KEPT_ASK_BYTES = KEPT_BYTES / OPEN_REQUESTS;

    /** How long a cancelled request still waits for the answer that it need not get. */
    static final Duration CANCELLED = Duration.ofSeconds(2);

    /** How long what a dead process has written may take to arrive, and a process that closes its pipes to be dead. */
    static final Duration LAST_WORDS = Duration.ofSeconds(2);
}
