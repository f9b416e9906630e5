package dev.ostiary.gateway.server.oauth;

import java.time.Duration;

/**
 * How often somebody may come. Generous: a company's employees share one address, and all installations of a client with a
 * metadata document share one id.
 *
 * @param register registrations from one address
 * @param authorize sign-ins begun from one address
 * @param authorizeClient sign-ins begun for one client
 * @param token token and revocation requests from one address
 * @param tokenClient token and revocation requests of one client
 * @param page all other requests of browsers from one address
 * @param tracked most addresses and clients whose use is known; beyond, the least used are forgotten
 */
public record RateLimits(
        Limit register,
        Limit authorize,
        Limit authorizeClient,
        Limit token,
        Limit tokenClient,
        Limit page,
        int tracked) {

    public static final RateLimits DEFAULT = new RateLimits(
            new Limit("register", 60, Duration.ofSeconds(2)),
            new Limit("authorize", 120, Duration.ofMillis(500)),
            new Limit("authorize-client", 600, Duration.ofMillis(50)),
            new Limit("token", 600, Duration.ofMillis(50)),
            new Limit("token-client", 3000, Duration.ofMillis(5)),
            new Limit("page", 300, Duration.ofMillis(200)),
            50_000);

    /**
     * A token bucket.
     *
     * @param name in audit and metrics
     * @param burst how many at once
     * @param every how long until one more is allowed
     */
    public record Limit(String name, int burst, Duration every) {

        public Limit {
            if (burst < 1 || every.isNegative() || every.isZero()) {
                throw new IllegalArgumentException("the limit " + name + " allows nothing, or everything");
            }
        }
    }
}
