package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling: what a validated token says, and nothing that was not validated.
 *
 * @param tenantId {@code tid}, lower-case GUID
 * @param objectId {@code oid}, lower-case GUID; with the tenant the only key of a user
 * @param subject {@code sub}
 * @param clientId the application the user signed in with: {@code azp} or {@code appid}, a lower-case GUID, of Entra tokens,
 *     {@code client_id} of the facade's
 * @param application whether the token is the application's own, without a user
 * @param scopes {@code scp}, split
 * @param roles app roles, sorted
 * @param groups group object ids, lower case, sorted; empty too where no policy of the route needs them
 * @param claims what policies may read: {@code tid}, {@code oid}, {@code sub}, {@code azp}, {@code scp}, {@code roles},
 *     {@code groups} and the configured ones, as JSON. Shared between requests: never changed
 * @param expires when the token ends ({@code exp}, no leeway), and with it every stream opened with it
 * @param cacheKey SHA-256 over all of the above but {@code expires}, base64url: equal principals decide equally
 * @param tokenId the token's id, for audit lines: {@code uti}, as Entra's sign-in logs have it, or {@code jti} of the
 *     facade's; null when the token has none
 * @param grantId the grant that a facade token was issued under; null with Entra tokens
 */
public record Principal(
        String tenantId,
        String objectId,
        String subject,
        String clientId,
        boolean application,
        List<String> scopes,
        List<String> roles,
        List<String> groups,
        ObjectNode claims,
        Instant expires,
        String cacheKey,
        @Nullable String tokenId,
        @Nullable String grantId) {

    public Principal {
        scopes = List.copyOf(scopes);
        roles = List.copyOf(roles);
        groups = List.copyOf(groups);
    }

    /** A principal without a grant. */
    public Principal(
            String tenantId,
            String objectId,
            String subject,
            String clientId,
            boolean application,
            List<String> scopes,
            List<String> roles,
            List<String> groups,
            ObjectNode claims,
            Instant expires,
            String cacheKey,
            @Nullable String tokenId) {
        this(
                tenantId,
                objectId,
                subject,
                clientId,
                application,
                scopes,
                roles,
                groups,
                claims,
                expires,
                cacheKey,
                tokenId,
                null);
    }

    /** A principal whose token has no id. */
    public Principal(
            String tenantId,
            String objectId,
            String subject,
            String clientId,
            boolean application,
            List<String> scopes,
            List<String> roles,
            List<String> groups,
            ObjectNode claims,
            Instant expires,
            String cacheKey) {
        this(
                tenantId,
                objectId,
                subject,
                clientId,
                application,
                scopes,
                roles,
                groups,
                claims,
                expires,
                cacheKey,
                null);
    }

    /** {@code tid/oid}: for audit lines and session seals. Neither is a secret. */
    public String key() {
        return tenantId + "/" + objectId;
    }
}
