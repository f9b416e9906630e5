package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/**
 * What an access token of the facade says (RFC 9068; design §4.4). Times have whole seconds.
 *
 * @param resource {@code aud}: the URL of the only route it is good for
 * @param clientId {@code client_id}
 * @param scope space-separated
 * @param tokenId {@code jti}
 * @param grantId {@code gid}: the grant it was issued under, with which it ends
 * @param workloadUid {@code wid}: the workload it was issued for
 * @param user the sealed part; {@code sub} is its object id
 * @param issued {@code iat}
 * @param expires {@code exp}
 */
public record FacadeToken(
        String resource,
        String clientId,
        String scope,
        String tokenId,
        String grantId,
        String workloadUid,
        User user,
        Instant issued,
        Instant expires) {

    /**
     * What policies may know of the user. Sealed: the client that carries it cannot read it.
     *
     * @param tenantId {@code tid}, lower-case GUID
     * @param objectId {@code oid}, lower-case GUID
     * @param subject {@code sub} of Entra's id token
     * @param roles app roles, sorted
     * @param groups what is known of the groups
     * @param claims the configured claims
     * @param checked when Entra said all this
     */
    public record User(
            String tenantId,
            String objectId,
            String subject,
            List<String> roles,
            KnownGroups groups,
            ObjectNode claims,
            Instant checked) {

        public User {
            roles = StringSet.of(roles);
        }
    }

    /** Which token, not what it says. */
    @Override
    public String toString() {
        return "FacadeToken[" + tokenId + " of grant " + grantId + "]";
    }
}
