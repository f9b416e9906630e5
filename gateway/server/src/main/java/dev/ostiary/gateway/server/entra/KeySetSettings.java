package dev.ostiary.gateway.server.entra;

import java.time.Duration;

/**
 * How key sets are kept. The defaults are Microsoft's documented algorithm ("Signing key rollover in the Microsoft identity
 * platform"), and what it leaves open.
 *
 * @param refreshAfter a set this old is read again in the background
 * @param refreshJitter share of {@code refreshAfter} by which that moment is spread, to both sides; 0 to 1
 * @param timeToLive until this age a set is fresh
 * @param staleFor how much longer it is served while Entra cannot be reached; after that nobody can be authenticated
 * @param missInterval at least this long between two reads that unknown key ids cause
 * @param firstRetry wait after the first failure; doubles with each further one
 * @param maxRetry longest wait after a failure
 * @param maxWaiting most requests that may wait for one read
 * @param documentTimeout for one document; a read takes two
 */
public record KeySetSettings(
        Duration refreshAfter,
        double refreshJitter,
        Duration timeToLive,
        Duration staleFor,
        Duration missInterval,
        Duration firstRetry,
        Duration maxRetry,
        int maxWaiting,
        Duration documentTimeout) {

    public static final KeySetSettings DEFAULT = new KeySetSettings(
            Duration.ofHours(1),
            0.1,
            Duration.ofHours(24),
            Duration.ofHours(24),
            Duration.ofMinutes(5),
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            1_000,
            Duration.ofSeconds(5));
}
