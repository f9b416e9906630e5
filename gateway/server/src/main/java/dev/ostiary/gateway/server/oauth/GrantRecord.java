package dev.ostiary.gateway.server.oauth;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * A grant as it is kept. Times are milliseconds since 1970.
 *
 * @param redirectUri of the request, as the token request must repeat it
 * @param codeChallenge S256
 * @param codeUntil when the code ends
 * @param familyKey see {@link GrantSecrets}
 * @param generation the refresh token that is good now; 0 as long as the code has not been redeemed
 * @param made when the user granted
 * @param rotated when {@code generation} was made
 * @param ended kept for as long as access tokens live, so that ending it can be tried again
 */
record GrantRecord(
        String tenantId,
        String objectId,
        String clientId,
        String clientName,
        String route,
        String workloadUid,
        String resource,
        String scope,
        String redirectUri,
        String codeChallenge,
        long codeUntil,
        String familyKey,
        int generation,
        long made,
        long rotated,
        boolean ended) {

    GrantRecord {
        Objects.requireNonNull(tenantId);
        Objects.requireNonNull(objectId);
        Objects.requireNonNull(clientId);
        Objects.requireNonNull(clientName);
        Objects.requireNonNull(route);
        Objects.requireNonNull(workloadUid);
        Objects.requireNonNull(resource);
        Objects.requireNonNull(scope);
        Objects.requireNonNull(redirectUri);
        Objects.requireNonNull(codeChallenge);
        Objects.requireNonNull(familyKey);
    }

    /** Whether the refresh token before the present one still gets its successor. */
    boolean isWithinGrace(Duration grace, Instant now) {
        return now.isBefore(Instant.ofEpochMilli(rotated).plus(grace));
    }

    GrantRecord rotated(Instant now) {
        return with(generation + 1, now.toEpochMilli(), false);
    }

    GrantRecord asEnded() {
        return with(generation, rotated, true);
    }

    GrantEvent.Whose whose(String id) {
        return new GrantEvent.Whose(id, tenantId, objectId, clientId, route);
    }

    private GrantRecord with(int nextGeneration, long when, boolean over) {
        return new GrantRecord(
                tenantId,
                objectId,
                clientId,
                clientName,
                route,
                workloadUid,
                resource,
                scope,
                redirectUri,
                codeChallenge,
                codeUntil,
                familyKey,
                nextGeneration,
                made,
                when,
                over);
    }

    /** Whose, not the key. */
    @Override
    public String toString() {
        return "GrantRecord[" + tenantId + "/" + objectId + ", " + route + ", generation " + generation + "]";
    }
}
