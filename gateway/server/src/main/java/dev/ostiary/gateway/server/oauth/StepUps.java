package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.entra.SignedIn;
import dev.ostiary.gateway.server.oauth.SealedValues.BrowserUser;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Claims challenges that a user's next sign-in has to answer (Microsoft, "Claims challenges, claims requests and client
 * capabilities"). Who signs in is known for sure only afterwards, so the browser's last user is a guess that saves a round, and
 * a sign-in that did not bring what its user owes is sent to Entra once more. Thread-safe; blocks.
 */
final class StepUps {

    private final BrowserUsers users;
    private final Grants grants;

    StepUps(BrowserUsers users, Grants grants) {
        this.users = users;
        this.grants = grants;
    }

    /** What the user who was here last owes Entra, as JSON; null when that is nothing, or not known now. */
    @Nullable
    String likely(BrowserRequest request) {
        BrowserUser user = users.last(request);
        if (user == null) {
            return null;
        }
        try {
            return grants.pendingClaims(user.tenantId(), user.objectId());
        } catch (StoreUnavailableException unknown) {
            // The callback looks again.
            return null;
        }
    }

    /** What this user owes Entra that the sign-in was not asked for, as JSON; null when that is nothing. */
    @Nullable
    String missing(SignInState state, SignedIn user) throws StoreUnavailableException {
        String claims = grants.pendingClaims(user.tenantId(), user.objectId());
        return claims == null || Secrets.digest(claims).equals(state.claimsDigest()) ? null : claims;
    }
}
