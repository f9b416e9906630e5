package dev.ostiary.gateway.server.upstream;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.ListenerSettings;
import java.time.Duration;

/**
 * How workloads are called. Immutable; replaced as a whole by {@link PooledUpstreamClient#reconfigure}.
 *
 * @param connect from the start of a call that needs a new connection until that connection can carry a request: name
 *     look-up, TCP, proxy tunnel and TLS together; also the longest wait for a connection when all are busy
 * @param firstByte from the last request byte written to the end of the response's head; the same again is allowed for
 *     writing the request
 * @param streamIdle between two reads of a response body; does not run while the caller has paused the call
 * @param connectionIdle how long an unused connection is kept. Shorter than servers keep theirs: Node.js and uvicorn close
 *     after 5 s, and a request that meets a server's close fails, because a tool call must not be sent twice
 * @param connectionAge a connection older than this is not used again, so that load reaches pods that came later
 * @param nameTtl how long the addresses of a name are used; the JDK's own cache lies below ({@code networkaddress.cache.ttl})
 * @param connectionsPerOrigin most connections to one origin from one event loop, those being opened included; every open
 *     event stream holds one
 * @param waitingPerOrigin most calls that wait for a connection to one origin on one event loop
 * @param initialLineBytes longest status line, and longest chunk-size line
 * @param headerBytes largest header block, and largest trailer block
 * @param egress proxies and additional trust
 */
public record UpstreamSettings(
        Duration connect,
        Duration firstByte,
        Duration streamIdle,
        Duration connectionIdle,
        Duration connectionAge,
        Duration nameTtl,
        int connectionsPerOrigin,
        int waitingPerOrigin,
        int initialLineBytes,
        int headerBytes,
        EgressSettings egress) {

    public static final UpstreamSettings DEFAULT = of(ListenerSettings.Timeouts.DEFAULT, EgressSettings.DIRECT);

    public UpstreamSettings {
        for (Duration value : new Duration[] {connect, firstByte, streamIdle, connectionIdle, connectionAge, nameTtl}) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException("durations must be longer than nothing");
            }
        }
        for (int value : new int[] {connectionsPerOrigin, waitingPerOrigin, initialLineBytes, headerBytes}) {
            if (value < 1) {
                throw new IllegalArgumentException("limits must be at least 1");
            }
        }
    }

    /** The gateway's settings, with defaults for what the resources leave open. */
    public static UpstreamSettings of(ListenerSettings.Timeouts timeouts, EgressSettings egress) {
        return new UpstreamSettings(
                timeouts.connect(),
                timeouts.upstreamFirstByte(),
                timeouts.upstreamStreamIdle(),
                Duration.ofSeconds(4),
                Duration.ofMinutes(5),
                Duration.ofSeconds(5),
                2_048,
                1_024,
                8 * 1024,
                64 * 1024,
                egress);
    }
}
