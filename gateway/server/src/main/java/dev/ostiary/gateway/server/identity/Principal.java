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
 * @param clientId {@code azp} or {@code appid}, lower-case GUID: the application the user signed in with
 * @param application whether the token is the application's own, without a user
 * @param scopes {@code scp}, split
 * @param roles app roles, sorted
 * @param groups group object ids, lower case, sorted; empty too where no policy of the route needs them
 * @param claims what policies may read: {@code tid}, {@code oid}, {@code sub}, {@code azp}, {@code scp}, {@code roles},
 *     {@code groups} and the configured ones, as JSON. Shared between requests: never changed
 * @param expires when the token ends ({@code exp}, no leeway), and with it every stream opened with it
 * @param cacheKey SHA-256 over all of the above but {@code expires}, base64url: equal principals decide equally
 * @param tokenId {@code uti}, Entra's id of the token in its sign-in logs: for audit lines; null when the token has none
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
        @Nullable String tokenId) {

    public Principal {
        scopes = List.copyOf(scopes);
        roles = List.copyOf(roles);
        groups = List.copyOf(groups);
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
