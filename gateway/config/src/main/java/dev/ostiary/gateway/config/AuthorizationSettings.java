package dev.ostiary.gateway.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may sign in, and with what.
 *
 * @param facade the gateway as the authorization server that clients see; null: clients get their tokens from Entra
 * @param entraTokens which tokens of the gateway's own registration are accepted; null: none
 * @param principalClaim the claim that becomes the Cedar principal's id
 */
public record AuthorizationSettings(
        @Nullable FacadeSettings facade, @Nullable EntraTokens entraTokens, PrincipalClaim principalClaim) {

    /** The claim that names the principal. */
    public enum PrincipalClaim {
        OID,
        SUB
    }

    /**
     * Tokens that Entra issued for the gateway's registration.
     *
     * @param clients accepted values of {@code azp} ({@code appid} in v1 tokens), lower case, sorted
     * @param scope one delegated scope for all routes; null: each route requires {@code mcp.<route>}
     * @param appOnlyRoles app-only tokens are accepted when they bear one of these; empty: never. Sorted
     */
    public record EntraTokens(
            List<String> clients, @Nullable String scope, List<String> appOnlyRoles) {
        public EntraTokens {
            clients = List.copyOf(clients);
            appOnlyRoles = List.copyOf(appOnlyRoles);
        }

        /** The delegated scope that a call on this route needs, in the short form that {@code scp} has. */
        public String requiredScope(Route route) {
            return scope != null ? scope : "mcp." + route.name();
        }
    }
}
