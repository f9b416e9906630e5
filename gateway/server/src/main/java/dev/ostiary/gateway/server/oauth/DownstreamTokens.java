package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.entra.EntraDiagnosis;
import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import dev.ostiary.gateway.server.entra.EntraSignIn;
import dev.ostiary.gateway.server.entra.EntraToken;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.oauth.SealedRecords.Kept;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens for other APIs from the Entra sessions of the facade's users. A session is redeemed under the same lease as it
 * is renewed, so that of two replicas one at a time holds its refresh token, and the next refresh token is in the store before
 * the access token is used. Blocks for a bounded time: virtual threads only. Thread-safe.
 */
public final class DownstreamTokens {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(50);

    private final GrantService grants;
    private final EntraSignIn entra;

    public DownstreamTokens(GrantService grants, EntraSignIn entra) {
        this.grants = grants;
        this.entra = entra;
    }

    /**
     * A token.
     *
     * @param scopes of one resource
     * @throws EntraRefusedException when Entra says no, or the session does not stand any more. Where Entra has ended it, or
     *     wants to see the user first, the session says so from then on, unless a newer sign-in has replaced it
     * @throws EntraUnavailableException when Entra does not answer, or the session is in use for too long
     */
    public EntraToken tokenFor(String tenantId, String objectId, List<String> scopes)
            throws EntraRefusedException, EntraUnavailableException, StoreUnavailableException {
        SealedRecords records = grants.records();
        String owner = records.owner(tenantId, objectId);
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (true) {
            Kept<SessionRecord> kept = records.session(owner);
            SessionRecord session = alive(kept);
            Instant now = grants.clock().instant();
            if (kept != null && !session.isLeased(now)) {
                SessionRecord leased = session.leased(now.plus(EntraSessions.LEASE));
                String version = records.replaceSession(
                        owner, kept.version(), leased, grants.limits().sessionUntil(now));
                if (version != null) {
                    return redeem(owner, new Kept<>(leased, version), scopes);
                }
            }
            await(deadline);
        }
    }

    private EntraToken redeem(String owner, Kept<SessionRecord> leased, List<String> scopes)
            throws EntraRefusedException, EntraUnavailableException, StoreUnavailableException {
        SessionRecord session = leased.value();
        SessionRecord next = session.released();
        try {
            EntraToken token = entra.redeemFor(session.refreshToken(), scopes);
            String refreshToken = token.refreshToken();
            next = refreshToken == null ? next : next.withRefreshToken(refreshToken);
            return token;
        } catch (EntraRefusedException refused) {
            if (refused.meaning() == Meaning.GRANT_ENDED) {
                next = session.asEnded();
            } else if (refused.meaning() == Meaning.SIGN_IN_AGAIN && !refused.isConsentMissing()) {
                // Every grant leads to a sign-in now.
                next = session.signInAgain(refused.claims());
            }
            throw refused;
        } finally {
            // A record that has changed meanwhile comes from a newer sign-in and stays.
            grants.records()
                    .replaceSession(
                            owner,
                            leased.version(),
                            next,
                            grants.limits().sessionUntil(grants.clock().instant()));
        }
    }

    private static SessionRecord alive(@Nullable Kept<SessionRecord> kept) throws EntraRefusedException {
        if (kept == null || kept.value().state() == SessionRecord.State.ENDED) {
            throw refused(Meaning.GRANT_ENDED, "the Entra session has ended", null);
        }
        if (kept.value().state() == SessionRecord.State.SIGN_IN_AGAIN) {
            throw refused(
                    Meaning.SIGN_IN_AGAIN,
                    "Entra wants to see the user again",
                    kept.value().pendingClaims());
        }
        return kept.value();
    }

    private static EntraRefusedException refused(Meaning meaning, String summary, @Nullable String claims) {
        return new EntraRefusedException(
                meaning, new EntraDiagnosis("session", summary, null, "sign in again", null), claims);
    }

    private static void await(long deadline) throws EntraUnavailableException {
        try {
            if (System.nanoTime() - deadline < 0) {
                Thread.sleep(POLL);
                return;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        throw new EntraUnavailableException("SessionBusy", Duration.ofSeconds(1), "the session is in use", null);
    }
}
