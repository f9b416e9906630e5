package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.entra.SignedIn;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What users have granted. Blocks: virtual threads only. Thread-safe. */
public interface Grants {

    /**
     * A user's grant, for the page on which users see and end theirs.
     *
     * @param id not a secret, and of no use to anybody else
     * @param clientId who was granted
     * @param clientName as it was shown when it was granted
     * @param route the route's name
     * @param since when it was granted
     * @param lastUsed when tokens were last issued
     */
    record Listed(String id, String clientId, String clientName, String route, Instant since, Instant lastUsed) {}

    /**
     * Keeps a grant and the Entra session.
     *
     * @return the authorization code: one use, 60 seconds
     */
    String begin(GrantRequest request) throws StoreUnavailableException;

    /** A user's grants at this gateway. */
    List<Listed> of(String tenantId, String objectId) throws StoreUnavailableException;

    /** Ends one of the user's own grants, if it is one; its tokens, streams and sessions end within two seconds. */
    void end(String tenantId, String objectId, String grantId) throws StoreUnavailableException;

    /**
     * What Entra asks for at a user's next sign-in: the claims challenge of the request that it refused, to be replayed on the
     * next authorization request.
     *
     * @return as JSON; null when it asks for nothing in particular
     */
    @Nullable
    String pendingClaims(String tenantId, String objectId) throws StoreUnavailableException;

    /** Keeps a newer Entra session of a user who has signed in for another reason than a grant. */
    void remember(SignedIn user) throws StoreUnavailableException;
}
