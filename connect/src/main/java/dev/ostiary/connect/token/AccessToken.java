package dev.ostiary.connect.token;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token.
 *
 * @param value what follows {@code Bearer} in the header, and fits there; never printed
 * @param expiresAt null when nobody said
 */
public record AccessToken(String value, @Nullable Instant expiresAt) {

    /** The last second of the year 9999: what is later nobody meant, and arithmetic with it fails. */
    private static final long LATEST = 253_402_300_799L;

    public AccessToken {
        if (!fits(value)) {
            // Without the value: the HTTP client's own exception would quote it.
            throw new IllegalArgumentException("no token");
        }
    }

    /** Whether this can be a token: visible ASCII, and something at all. */
    public static boolean fits(String value) {
        return !value.isEmpty() && value.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** A time of expiry in seconds since 1970, as others write it; null when it is none. */
    public static @Nullable Instant expiry(long epochSeconds) {
        return epochSeconds > 0 && epochSeconds <= LATEST ? Instant.ofEpochSecond(epochSeconds) : null;
    }

    @Override
    public String toString() {
        return "AccessToken[expiresAt=" + expiresAt + "]";
    }
}
