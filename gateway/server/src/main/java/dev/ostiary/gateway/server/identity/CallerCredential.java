package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.UpstreamAuth;
import java.util.List;

/**
 * By what the gateway may act for a caller towards the workload of a route. Beside the principal and not part of it: a
 * principal is logged, cached and compared, and this lives as long as the one request. It holds the caller's token only on
 * routes that exchange it.
 */
public sealed interface CallerCredential {

    /** The route needs none: the caller's token has done its work and is not kept. */
    record NotKept() implements CallerCredential {}

    /** A facade token: behind it is the user's Entra session, which is found by tenant and object id. */
    record EntraSession() implements CallerCredential {}

    /**
     * An Entra token for the gateway's registration.
     *
     * @param accessToken validated; a secret
     */
    record EntraToken(String accessToken) implements CallerCredential {
        /** Never the token. */
        @Override
        public String toString() {
            return "EntraToken";
        }
    }

    /**
     * What a request with these headers was authenticated by, as far as its route needs it.
     *
     * @param principal who was authenticated with them
     * @param authorization all values of {@code Authorization}
     */
    static CallerCredential of(Route route, Principal principal, List<String> authorization) {
        if (!(route.upstreamAuth() instanceof UpstreamAuth.OnBehalfOf)) {
            return new NotKept();
        }
        if (principal.grantId() != null) {
            return new EntraSession();
        }
        return BearerToken.read(authorization) instanceof BearerToken.Present(String token)
                ? new EntraToken(token)
                : new NotKept();
    }
}
