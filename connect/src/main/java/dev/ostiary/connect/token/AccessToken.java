package dev.ostiary.connect.token;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token.
 *
 * @param value what follows {@code Bearer} in the header; never printed
 * @param expiresAt null when nobody said
 */
public record AccessToken(String value, @Nullable Instant expiresAt) {

    @Override
    public String toString() {
        return "AccessToken[expiresAt=" + expiresAt + "]";
    }
}
