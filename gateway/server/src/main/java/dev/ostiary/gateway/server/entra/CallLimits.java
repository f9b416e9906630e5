package dev.ostiary.gateway.server.entra;

import java.time.Duration;

/**
 * How long an endpoint is asked and when it is left alone.
 *
 * @param attemptTimeout for one request, from connecting to the last byte of its answer
 * @param totalTime for all attempts and the waits between them
 * @param attempts most requests for one question
 * @param firstBackoff wait before the second attempt; doubles; half of it is chance
 * @param breakerThreshold so many failed attempts in a row open the breaker
 * @param firstOpen how long the breaker stays open at first; doubles with each failed probe
 * @param longestOpen the longest that the breaker stays open
 */
record CallLimits(
        Duration attemptTimeout,
        Duration totalTime,
        int attempts,
        Duration firstBackoff,
        int breakerThreshold,
        Duration firstOpen,
        Duration longestOpen) {

    static final CallLimits DEFAULT = new CallLimits(
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            3,
            Duration.ofMillis(200),
            5,
            Duration.ofSeconds(5),
            Duration.ofMinutes(1));
}
