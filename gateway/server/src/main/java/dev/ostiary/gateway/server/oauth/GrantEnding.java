package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.oauth.SealedRecords.Kept;
import dev.ostiary.gateway.server.store.DenyEntry;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Ends grants so that nothing of them comes back. In this order: the record is marked, which ends codes and refresh
 * tokens; a deny entry ends access tokens, streams and MCP sessions on every replica; the last grant of a user takes the Entra
 * session with it. The marked record stays for as long as access tokens live: after a crash between the steps, ending it
 * again does what is missing.
 */
final class GrantEnding {

    private static final int MAX_WRITES = 20;

    private final GrantStore store;
    private final SealedRecords records;
    private final GrantLimits limits;
    private final GrantEvents events;
    private final InstantSource clock;

    GrantEnding(GrantStore store, SealedRecords records, GrantLimits limits, GrantEvents events, InstantSource clock) {
        this.store = store;
        this.records = records;
        this.limits = limits;
        this.events = events;
        this.clock = clock;
    }

    /** Ends a grant, if there is such a one. */
    void end(String grantId, String reason) throws StoreUnavailableException {
        GrantRecord grant = close(grantId, reason);
        if (grant != null) {
            endSessionIfUnused(records.owner(grant.tenantId(), grant.objectId()));
        }
    }

    /** Tells every replica again that a grant is over. */
    void complete(String grantId) throws StoreUnavailableException {
        store.deny(new DenyEntry(grantId, limits.tokensUntil(clock.instant())));
    }

    /**
     * Ends all grants of a user, then the Entra session. One whose code is still to be redeemed belongs to a sign-in in
     * progress, which brings its own session; without that the code is good for nothing.
     */
    void endAll(String owner, String reason) throws StoreUnavailableException {
        for (String grantId : records.grantsOf(owner)) {
            Kept<GrantRecord> kept = records.grant(grantId);
            if (kept != null && kept.value().generation() > 0) {
                close(grantId, reason);
            }
        }
        Kept<SessionRecord> session = records.session(owner);
        if (session != null && session.value().state() == SessionRecord.State.ENDED) {
            endSessionIfUnused(owner);
        }
    }

    private @Nullable GrantRecord close(String grantId, String reason) throws StoreUnavailableException {
        for (int i = 0; i < MAX_WRITES; i++) {
            Kept<GrantRecord> kept = records.grant(grantId);
            if (kept == null) {
                return null;
            }
            GrantRecord grant = kept.value();
            Instant tokensUntil = limits.tokensUntil(clock.instant());
            boolean endedBefore = grant.ended();
            if (endedBefore || records.replace(grantId, kept.version(), grant.asEnded(), tokensUntil)) {
                store.deny(new DenyEntry(grantId, tokensUntil));
                if (!endedBefore) {
                    events.record(new GrantEvent.Revoked(grant.whose(grantId), reason));
                }
                return grant;
            }
        }
        throw new StoreUnavailableException("a grant changed too often while it was ended", null);
    }

    /**
     * A session is written after the grant that needs it, and removed only if it is the one that was there before the grants
     * were counted: a sign-in in progress keeps its session.
     */
    private void endSessionIfUnused(String owner) throws StoreUnavailableException {
        Kept<SessionRecord> session = records.session(owner);
        if (session == null) {
            return;
        }
        for (String grantId : records.grantsOf(owner)) {
            Kept<GrantRecord> grant = records.grant(grantId);
            if (grant != null && !grant.value().ended()) {
                return;
            }
        }
        Instant now = clock.instant();
        // Emptied by compare-and-swap; what is left says nothing and goes by itself.
        if (records.replaceSession(owner, session.version(), session.value().asEnded(), now.plus(GrantLimits.CODE))
                != null) {
            records.deleteSession(owner);
        }
    }
}
