package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/**
 * A user as the id token says, validated (OpenID Connect Core §3.1.3.7), and the Entra session that came with it.
 *
 * @param tenantId {@code tid}, lower-case GUID: the gateway's tenant
 * @param objectId {@code oid}, lower-case GUID
 * @param subject {@code sub}
 * @param displayName for pages: {@code name}, else {@code preferred_username}, else the object id
 * @param roles app roles, sorted
 * @param groups group object ids, lower case, sorted; empty where {@code groupsComplete} is false
 * @param groupsComplete false: the token left the groups out (overage), ask Graph
 * @param claims what policies may read beyond the above: the configured claims that the token has, as JSON
 * @param refreshToken the Entra session; a secret
 * @param checked when Entra said all this
 */
public record SignedIn(
        String tenantId,
        String objectId,
        String subject,
        String displayName,
        List<String> roles,
        List<String> groups,
        boolean groupsComplete,
        ObjectNode claims,
        String refreshToken,
        Instant checked) {

    public SignedIn {
        roles = List.copyOf(roles);
        groups = List.copyOf(groups);
    }

    /** Who, never the token. */
    @Override
    public String toString() {
        return "SignedIn[" + tenantId + "/" + objectId + "]";
    }
}
