package dev.ostiary.gateway.server.entra;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A user's groups from Microsoft Graph, nested ones included, when a token leaves them out (design §4.10). Blocks for a
 * bounded time: virtual threads only. Thread-safe; answers are kept for a while.
 */
public interface GroupLookup {

    /**
     * Which of some groups a user is in.
     *
     * @param asked group object ids, lower case
     * @param assertion with the on-behalf-of look-up: the user's token, or the Entra session's refresh token
     * @return those of {@code asked} that the user is in
     */
    Set<String> memberOf(String objectId, Set<String> asked, @Nullable UserCredential assertion)
            throws EntraRefusedException, EntraUnavailableException;

    /** All groups a user is in. */
    Set<String> allOf(String objectId, @Nullable UserCredential assertion)
            throws EntraRefusedException, EntraUnavailableException;

    /** By what the user can be acted for; both are secrets. */
    sealed interface UserCredential {

        /** An Entra session. */
        record Session(String refreshToken) implements UserCredential {
            @Override
            public String toString() {
                return "Session";
            }
        }

        /** An access token for the gateway's registration. */
        record Assertion(String accessToken) implements UserCredential {
            @Override
            public String toString() {
                return "Assertion";
            }
        }
    }
}
