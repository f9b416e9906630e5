package dev.ostiary.gateway.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What concerns a replica in a cluster alone.
 *
 * @param maxStaleness after this long without the API server a replica no longer asks for requests; null: never
 * @param tls the Secret whose {@code tls.crt} and {@code tls.key}, among the credentials, the replica's own listener uses;
 *     null: something else ends TLS
 * @param grantsGoWith UID of the {@code McpGateway}, where records of grants go with it; null: they stay
 */
public record ReplicaSettings(
        @Nullable Duration maxStaleness,
        @Nullable ResourceName tls,
        @Nullable String grantsGoWith) {

    /** Nothing special: null in a snapshot. */
    public static @Nullable ReplicaSettings of(
            @Nullable Duration maxStaleness, @Nullable ResourceName tls, @Nullable String grantsGoWith) {
        return maxStaleness == null && tls == null && grantsGoWith == null
                ? null
                : new ReplicaSettings(maxStaleness, tls, grantsGoWith);
    }
}
