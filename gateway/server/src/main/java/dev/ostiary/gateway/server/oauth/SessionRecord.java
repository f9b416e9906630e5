package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.entra.SignedIn;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One user's Entra session as it is kept. Times are milliseconds since 1970.
 *
 * @param state whether it can be used
 * @param pendingClaims what Entra asks for at the next sign-in, as JSON; null: nothing
 * @param leaseUntil until when one replica alone asks Entra; 0: nobody does
 */
record SessionRecord(
        String tenantId,
        String objectId,
        String subject,
        String displayName,
        List<String> roles,
        List<String> groups,
        boolean groupsComplete,
        ObjectNode claims,
        String refreshToken,
        long checked,
        State state,
        @Nullable String pendingClaims,
        long leaseUntil) {

    /** Whether a session can be used. */
    enum State {
        /** It can. */
        ALIVE,
        /** Entra wants to see the user; the grants stay for when they have signed in. */
        SIGN_IN_AGAIN,
        /** Entra has ended it, and with it every grant that hangs on it. */
        ENDED
    }

    SessionRecord {
        Objects.requireNonNull(tenantId);
        Objects.requireNonNull(objectId);
        Objects.requireNonNull(subject);
        Objects.requireNonNull(claims);
        Objects.requireNonNull(refreshToken);
        Objects.requireNonNull(state);
        roles = List.copyOf(roles);
        groups = List.copyOf(groups);
    }

    static SessionRecord of(SignedIn user) {
        return new SessionRecord(
                user.tenantId(),
                user.objectId(),
                user.subject(),
                user.displayName(),
                user.roles(),
                user.groups(),
                user.groupsComplete(),
                user.claims(),
                user.refreshToken(),
                user.checked().toEpochMilli(),
                State.ALIVE,
                null,
                0);
    }

    Instant checkedAt() {
        return Instant.ofEpochMilli(checked);
    }

    boolean isLeased(Instant now) {
        return leaseUntil > now.toEpochMilli();
    }

    SessionRecord leased(Instant until) {
        return with(refreshToken, state, pendingClaims, until.toEpochMilli());
    }

    SessionRecord released() {
        return with(refreshToken, state, pendingClaims, 0);
    }

    SessionRecord withRefreshToken(String next) {
        return with(next, state, pendingClaims, leaseUntil);
    }

    SessionRecord signInAgain(@Nullable String claimsChallenge) {
        return with(refreshToken, State.SIGN_IN_AGAIN, claimsChallenge, 0);
    }

    SessionRecord asEnded() {
        return with("", State.ENDED, null, 0);
    }

    private SessionRecord with(String token, State next, @Nullable String pending, long lease) {
        return new SessionRecord(
                tenantId,
                objectId,
                subject,
                displayName,
                roles,
                groups,
                groupsComplete,
                claims,
                token,
                checked,
                next,
                pending,
                lease);
    }

    /** Whose, not the token. */
    @Override
    public String toString() {
        return "SessionRecord[" + tenantId + "/" + objectId + ", " + state + "]";
    }
}
