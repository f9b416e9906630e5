package dev.ostiary.gateway.server.credentials;

import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraToken;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import java.util.List;

/**
 * The Entra sessions that the facade keeps, as far as they get tokens for workloads. Blocks for a bounded time, so it is
 * called on virtual threads only. Thread-safe.
 */
@FunctionalInterface
public interface EntraSessions {

    /**
     * An access token of a user for another API. The session's rotated refresh token has been persisted before this returns,
     * and before this throws it is noted in the session that Entra has ended it or wants to see the user again.
     *
     * @param scopes of one resource
     * @throws EntraRefusedException when Entra says no; {@code GRANT_ENDED} also when there is no session
     * @throws EntraUnavailableException when Entra cannot be asked
     * @throws SessionsUnavailableException when the sessions cannot be read or written now
     */
    EntraToken tokenFor(String tenantId, String objectId, List<String> scopes)
            throws EntraRefusedException, EntraUnavailableException, SessionsUnavailableException;
}
