package dev.ostiary.gateway.config;

import java.net.URI;
import java.util.List;

/**
 * The Entra registration of a gateway, and where Entra is.
 *
 * @param tenantId the tenant's GUID, lower case
 * @param clientId the registration's application id (GUID), lower case
 * @param authority the login origin, {@code https://login.microsoftonline.com} for the public cloud; no trailing slash
 * @param v1Authority the origin in the issuer of v1 tokens, {@code https://sts.windows.net}; no trailing slash
 * @param graph the Graph origin, {@code https://graph.microsoft.com}; no trailing slash
 * @param credential how the gateway proves that it is the registration
 * @param groups what to do when a token leaves the groups out
 * @param claims the claims that policies may read beyond {@code tid}, {@code oid}, roles and groups; sorted
 */
public record EntraSettings(
        String tenantId,
        String clientId,
        URI authority,
        URI v1Authority,
        URI graph,
        EntraCredential credential,
        GroupSettings groups,
        List<String> claims) {

    public EntraSettings {
        claims = List.copyOf(claims);
    }

    /** A registration whose tokens are validated and that is used for nothing else. */
    public EntraSettings(
            String tenantId,
            String clientId,
            URI authority,
            URI v1Authority,
            URI graph,
            GroupSettings groups,
            List<String> claims) {
        this(tenantId, clientId, authority, v1Authority, graph, new EntraCredential.None(), groups, claims);
    }

    /** The OpenID discovery document of the tenant for v2.0 tokens. */
    public URI discovery() {
        return URI.create(authority + "/" + tenantId + "/v2.0/.well-known/openid-configuration");
    }

    /** The issuer of the tenant's v2.0 tokens. */
    public String issuer() {
        return authority + "/" + tenantId + "/v2.0";
    }

    /** The issuer of the tenant's v1.0 tokens; the slash at its end is part of it. */
    public String v1Issuer() {
        return v1Authority + "/" + tenantId + "/";
    }

    /**
     * Group overage.
     *
     * @param overage where the groups come from when the token does not list them
     * @param lookup on whose behalf Graph is asked
     */
    public record GroupSettings(Overage overage, Lookup lookup) {

        /** What an overage token leads to. */
        public enum Overage {
            GRAPH,
            DENY
        }

        /** Whose permission the look-up uses. */
        public enum Lookup {
            APP,
            ON_BEHALF_OF
        }
    }
}
