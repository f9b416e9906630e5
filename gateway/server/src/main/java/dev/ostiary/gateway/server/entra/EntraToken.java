package dev.ostiary.gateway.server.entra;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An access token that Entra issued for another API.
 *
 * @param value the token; a secret
 * @param expires when it ends
 * @param refreshToken the Entra session's next refresh token, which must be persisted before the token is used; null when
 *     Entra gave none
 */
public record EntraToken(
        String value, Instant expires, @Nullable String refreshToken) {

    /** When it ends, never the token. */
    @Override
    public String toString() {
        return "EntraToken[expires " + expires + "]";
    }
}
