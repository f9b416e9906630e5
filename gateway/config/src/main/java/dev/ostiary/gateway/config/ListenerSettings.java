package dev.ostiary.gateway.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How requests are received.
 *
 * @param allowedOrigins origins whose pages may call, beside the public origin; exact, sorted
 * @param trustedProxies CIDRs of peers whose {@code X-Forwarded-*} headers are believed; sorted
 * @param limits sizes and counts
 * @param timeouts durations
 * @param legacySse whether {@code /<route>/sse} serves HTTP+SSE (MCP 2024-11-05) as well; null in a snapshot: no
 */
public record ListenerSettings(
        List<String> allowedOrigins,
        List<String> trustedProxies,
        Limits limits,
        Timeouts timeouts,
        @Nullable Boolean legacySse) {

    public ListenerSettings {
        allowedOrigins = List.copyOf(allowedOrigins);
        trustedProxies = List.copyOf(trustedProxies);
    }

    /** Without HTTP+SSE. */
    public ListenerSettings(
            List<String> allowedOrigins, List<String> trustedProxies, Limits limits, Timeouts timeouts) {
        this(allowedOrigins, trustedProxies, limits, timeouts, null);
    }

    /** Whether {@code /<route>/sse} is served. */
    public boolean servesLegacySse() {
        return Boolean.TRUE.equals(legacySse);
    }

    /**
     * Bounds on what one peer may make the gateway hold. All are inclusive maxima and at least 1.
     *
     * @param initialLineBytes request line
     * @param headerBytes whole header block; Entra tokens with many groups are big
     * @param bodyBytes body of one request
     * @param jsonDepth nesting of one JSON message
     * @param batchMessages messages in one JSON-RPC batch
     * @param connections open client connections
     * @param concurrentRequests requests in progress over all connections, streams included
     * @param streamsPerConnection concurrent HTTP/2 streams
     * @param responseBytes size of one upstream message that must be read whole before it is passed on (lists)
     * @param streamsPerPrincipal concurrently open streams of one principal on one route
     */
    public record Limits(
            int initialLineBytes,
            int headerBytes,
            int bodyBytes,
            int jsonDepth,
            int batchMessages,
            int connections,
            int concurrentRequests,
            int streamsPerConnection,
            int responseBytes,
            int streamsPerPrincipal) {

        public static final Limits DEFAULT =
                new Limits(8 * 1024, 64 * 1024, 4 * 1024 * 1024, 64, 100, 20_000, 10_000, 100, 16 * 1024 * 1024, 64);

        public Limits {
            for (int value : new int[] {
                initialLineBytes,
                headerBytes,
                bodyBytes,
                jsonDepth,
                batchMessages,
                connections,
                concurrentRequests,
                streamsPerConnection,
                responseBytes,
                streamsPerPrincipal
            }) {
                if (value < 1) {
                    throw new IllegalArgumentException("limits must be at least 1");
                }
            }
        }
    }

    /**
     * Bounds on how long one peer may take. Zero is not allowed; there is no "unlimited".
     *
     * @param headerRead from the first byte of a request to the end of its headers, TLS handshake included for the first
     * @param requestRead from the end of the headers to the end of the body
     * @param keepAliveIdle between requests of one connection
     * @param connect to a workload, TLS included
     * @param upstreamFirstByte from the last request byte written to the first response byte
     * @param upstreamStreamIdle between two reads of a response, event streams included; also how long a client may leave
     *     a response unread
     */
    public record Timeouts(
            Duration headerRead,
            Duration requestRead,
            Duration keepAliveIdle,
            Duration connect,
            Duration upstreamFirstByte,
            Duration upstreamStreamIdle) {

        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(75),
                Duration.ofSeconds(5),
                Duration.ofSeconds(120),
                Duration.ofMinutes(5));

        public Timeouts {
            for (Duration value : new Duration[] {
                headerRead, requestRead, keepAliveIdle, connect, upstreamFirstByte, upstreamStreamIdle
            }) {
                if (value.isNegative() || value.isZero()) {
                    throw new IllegalArgumentException("timeouts must be longer than nothing");
                }
            }
        }
    }
}
