package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.identity.FacadeTokens;
import dev.ostiary.gateway.server.oauth.GrantSecrets.Presented;
import dev.ostiary.gateway.server.oauth.SealedRecords.Kept;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /revoke} (RFC 7009): a refresh token or an access token ends the whole grant. A token that is unknown, already ended,
 * made up or another client's is answered like one that was revoked; another client's stays.
 */
final class RevocationEndpoint implements OAuthEndpoint {

    private static final int MAX_TOKEN_CHARS = 32 * 1024;
    private static final int STORE_RETRY_SECONDS = 2;

    private final ClientAuthenticator clients;
    private final GrantService grants;
    private final FacadeTokens tokens;

    RevocationEndpoint(ClientAuthenticator clients, GrantService grants, FacadeTokens tokens) {
        this.clients = clients;
        this.grants = grants;
        this.tokens = tokens;
    }

    @Override
    public OAuthAnswer answer(OAuthRequest request) throws OAuthException {
        try {
            Client client = clients.authenticate(request);
            String token = request.parameters().require("token");
            String grantId = token.length() > MAX_TOKEN_CHARS ? null : grantOf(client, token);
            if (grantId != null) {
                grants.ending().end(grantId, "RevokedByClient");
            }
            return new OAuthAnswer(200, Map.of(), "");
        } catch (OAuthException refused) {
            return OAuthErrors.answer(refused, request);
        } catch (StoreUnavailableException unavailable) {
            return OAuthErrors.tryLater(STORE_RETRY_SECONDS);
        }
    }

    /** The grant of this client that a genuine token belongs to, whatever {@code token_type_hint} says; else null. */
    private @Nullable String grantOf(Client client, String token) throws StoreUnavailableException {
        Presented presented = GrantSecrets.readRefreshToken(token);
        if (presented != null) {
            Kept<GrantRecord> kept = grants.records().grant(presented.grantId());
            boolean own = kept != null
                    && presented.isFrom(kept.value().familyKey())
                    && kept.value().clientId().equals(client.id());
            return own ? presented.grantId() : null;
        }
        FacadeTokens.Origin origin = tokens.origin(token, grants.clock().instant());
        return origin != null && origin.clientId().equals(client.id()) ? origin.grantId() : null;
    }
}
