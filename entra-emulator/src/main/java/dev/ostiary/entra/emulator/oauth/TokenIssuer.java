package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.http.Json;
import dev.ostiary.entra.emulator.token.OptionalClaims;
import dev.ostiary.entra.emulator.token.TokenBuilder;
import dev.ostiary.entra.emulator.token.TokenMint;
import dev.ostiary.entra.emulator.token.TokenSubject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the success answer of the token endpoint (fact sheet §2.2, [O] and [D]). */
final class TokenIssuer {

    private static final Duration ID_TOKEN_LIFETIME = Duration.ofMinutes(60);

    private final Realm realm;
    private final SignInState state;

    TokenIssuer(Realm realm, SignInState state) {
        this.realm = realm;
        this.state = state;
    }

    /**
     * What is to be issued.
     *
     * @param client who asks
     * @param grant on what basis
     * @param scopes what for
     * @param clientAuthentication 0 none, 1 secret, 2 assertion
     * @param nonce for the id_token; null for none
     * @param clientInfo whether `client_info=1` was sent
     * @param refreshUntil expiry of a new refresh token; null for none
     */
    record Order(
            AppRegistration client,
            Grant grant,
            RequestedScopes scopes,
            int clientAuthentication,
            @Nullable String nonce,
            boolean clientInfo,
            @Nullable Instant refreshUntil) {}

    Map<String, Object> delegated(Order order) {
        Grant grant = order.grant();
        SignIn signIn = grant.signIn();
        Tenant tenant = signIn.tenant();
        User user = signIn.user();
        AppRegistration client = order.client();
        RequestedScopes scopes = order.scopes();
        RequestedScopes.Api asked = scopes.apis().isEmpty()
                ? new RequestedScopes.Api(FirstPartyApps.GRAPH, "", List.of(), false)
                : scopes.apis().getFirst();
        AppRegistration api = asked.app();
        checkAssigned(tenant, user, api);
        if (!state.consents.missing(tenant, user, client, asked).isEmpty()) {
            throw new EntraException(EntraErrors.notConsented(client));
        }
        List<String> names = state.consents.effective(tenant, user, client, asked);
        boolean graph = api.appId().equals(FirstPartyApps.GRAPH_ID);
        List<String> inToken = new ArrayList<>(names);
        if (graph) {
            RequestedScopes.OIDC.stream()
                    .filter(name -> scopes.oidc().contains(name) && !name.equals("offline_access"))
                    .sorted()
                    .forEach(inToken::add);
        }
        TokenBuilder builder = realm.mint()
                .token(new TokenSubject(tenant, user, client, api, inToken))
                .clientAuthentication(order.clientAuthentication())
                .capabilities(grant.claims().capabilities())
                .authenticationContexts(signIn.mfa() ? grant.claims().contexts() : List.of())
                .methods(signIn.methods());
        Map<String, Object> claims = builder.buildClaims();
        if (signIn.mfa()) {
            state.strongTokens.put(String.valueOf(claims.get("uti")), true);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("token_type", "Bearer");
        body.put("scope", granted(asked, names, graph, scopes.oidc()));
        putLifetime(body, claims);
        body.put("access_token", realm.mint().sign(builder, claims));
        Instant refreshUntil = order.refreshUntil();
        if (refreshUntil != null) {
            body.put("refresh_token", state.refreshTokens.issue(new RefreshToken(grant, realm.now(), refreshUntil)));
        }
        if (scopes.openid()) {
            body.put("id_token", idToken(order));
        }
        if (order.clientInfo()) {
            body.put("client_info", clientInfo(tenant, user));
        }
        return body;
    }

    Map<String, Object> appOnly(Tenant tenant, AppRegistration client, AppRegistration api, int clientAuthentication) {
        if (api.appRoleAssignmentRequired() && !tenant.isAssigned(client, api.appId())) {
            throw new EntraException(EntraErrors.notAssigned(client.appId(), api));
        }
        TokenBuilder builder = realm.mint()
                .token(new TokenSubject(tenant, null, client, api, List.of()))
                .clientAuthentication(clientAuthentication);
        Map<String, Object> claims = builder.buildClaims();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("token_type", "Bearer");
        putLifetime(body, claims);
        body.put("access_token", realm.mint().sign(builder, claims));
        return body;
    }

    static String clientInfo(Tenant tenant, User user) {
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("uid", user.oid());
        info.put("utid", tenant.id());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(info));
    }

    private static void checkAssigned(Tenant tenant, User user, AppRegistration api) {
        if (api.appRoleAssignmentRequired() && !tenant.isAssigned(user, api.appId())) {
            throw new EntraException(EntraErrors.notAssigned(user.upn(), api));
        }
    }

    private void putLifetime(Map<String, Object> body, Map<String, Object> claims) {
        if (claims.get("exp") instanceof Long expiry) {
            long seconds = expiry - realm.now().getEpochSecond();
            body.put("expires_in", seconds);
            body.put("ext_expires_in", seconds);
        }
    }

    private static String granted(RequestedScopes.Api asked, List<String> names, boolean graph, Set<String> oidc) {
        List<String> granted = new ArrayList<>();
        if (graph) {
            granted.addAll(names);
            for (String name : List.of("profile", "openid", "email")) {
                if (oidc.contains(name)) {
                    granted.add(name);
                }
            }
        } else {
            names.forEach(name -> granted.add(asked.prefix() + "/" + name));
        }
        if (asked.isDefault()) {
            granted.add(asked.prefix() + "/.default");
        }
        return String.join(" ", granted);
    }

    private String idToken(Order order) {
        SignIn signIn = order.grant().signIn();
        Tenant tenant = signIn.tenant();
        User user = signIn.user();
        String clientId = order.client().appId();
        Instant now = realm.now();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("aud", clientId);
        claims.put("iss", realm.issuers().v2(tenant.id()));
        claims.put("iat", now.getEpochSecond());
        claims.put("nbf", now.getEpochSecond());
        claims.put("exp", now.plus(ID_TOKEN_LIFETIME).getEpochSecond());
        if (order.scopes().oidc().contains("email") && user.email() != null) {
            claims.put("email", user.email());
        }
        List<String> optional = order.client().idTokenClaims();
        OptionalClaims.put(user, optional, claims);
        realm.mint().groups().put(tenant, user, order.client(), optional, claims);
        if (user.identityProvider() != null) {
            claims.put("idp", user.identityProvider());
        }
        claims.put("name", user.name());
        if (order.nonce() != null) {
            claims.put("nonce", order.nonce());
        }
        claims.put("oid", user.oid());
        claims.put("preferred_username", user.upn());
        claims.put("rh", "1." + realm.opaque().text(30));
        List<String> roles = tenant.rolesOf(user, clientId);
        if (!roles.isEmpty() && !optional.contains("groups/emit_as_roles")) {
            claims.put("roles", roles);
        }
        claims.put("sid", realm.opaque().guid());
        claims.put("sub", TokenMint.pairwiseSubject(clientId, tenant.id(), user.oid()));
        claims.put("tid", tenant.id());
        claims.put("uti", realm.opaque().text(16));
        claims.put("ver", "2.0");
        return realm.mint().signIdToken(claims);
    }
}
