package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.oauth.TokenEndpoint.Issued;
import dev.ostiary.entra.emulator.oauth.TokenEndpoint.TokenRequest;

/** Client credentials (fact sheet §5.6, [D] v2-oauth2-client-creds-grant-flow.md). */
final class AppGrants {

    private final Realm realm;
    private final ClientAuthentication clients;
    private final TokenIssuer issuer;
    private final ScopeRules scopeRules;

    AppGrants(Realm realm, ClientAuthentication clients, TokenIssuer issuer) {
        this.realm = realm;
        this.clients = clients;
        this.issuer = issuer;
        this.scopeRules = new ScopeRules(realm);
    }

    Issued clientCredentials(TokenRequest request) {
        Tenant tenant = request.authority().tenant();
        if (tenant == null) {
            throw new EntraException(EntraErrors.grantNotOverCommon());
        }
        String clientId = request.presented().clientId();
        if (realm.live().lacksPrincipal(tenant.id(), clientId)) {
            throw new EntraException(ClientErrors.principalMissing(clientId, tenant.id()));
        }
        AppRegistration client = realm.client(request.authority(), clientId);
        int authentication = clients.confidential(tenant, client, request.presented());
        String scope = request.required("scope");
        if (!scope.endsWith("/.default") || scope.indexOf(' ') >= 0) {
            throw new EntraException(EntraErrors.defaultScopeNeeded(scope));
        }
        RequestedScopes scopes =
                scopeRules.resolve(tenant, client, scope, request.form().get("resource"));
        return new Issued(
                issuer.appOnly(tenant, client, scopes.apis().getFirst().app(), authentication), false);
    }
}
