package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;

/**
 * A route as OAuth sees it (RFC 9728): what clients are told in metadata and challenges, and what is expected of their
 * tokens. Immutable.
 *
 * @param routeName the route
 * @param displayName for people
 * @param resource the route's URL, exactly as users enter it
 * @param metadataUrl where the metadata is, the well-known part inserted before the path (RFC 9728 §3.1)
 * @param authorizationServer the issuer of acceptable tokens: the gateway with the facade, else the tenant
 * @param scope the scope as clients must request it from that server
 * @param entraScope the scope as clients must request it from Entra; the same without the facade
 */
record ProtectedResource(
        String routeName,
        String displayName,
        String resource,
        String metadataUrl,
        String authorizationServer,
        String scope,
        String entraScope) {

    /** The path of a protected resource's metadata at the root (RFC 9728 §3). */
    static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

    static ProtectedResource of(Snapshot snapshot, EntraSettings entra, Route route) {
        String origin = snapshot.publicUrl().toString();
        String resource = snapshot.resourceUrl(route).toString();
        AuthorizationSettings authorization = snapshot.authorization();
        String entraScope = entraScope(authorization, entra, resource, route);
        return new ProtectedResource(
                route.name(),
                route.displayName(),
                resource,
                origin + WELL_KNOWN + "/" + route.name(),
                authorization.facade() != null ? origin : entra.issuer(),
                authorization.facade() != null ? "mcp:" + route.name() : entraScope,
                entraScope);
    }

    /**
     * Entra resolves the part before the last slash to a registration and takes a bare scope for one of Graph's, so scopes
     * are always told in full. The route's URL is an identifier URI of the registration wherever each route has its own
     * scope; with one scope for all it need not be, and the registration's own id resolves without any identifier URI.
     */
    private static String entraScope(
            AuthorizationSettings authorization, EntraSettings entra, String resource, Route route) {
        AuthorizationSettings.EntraTokens tokens = authorization.entraTokens();
        if (tokens != null && tokens.scope() != null) {
            return entra.clientId() + "/" + tokens.scope();
        }
        return resource + "/mcp." + route.name();
    }
}
