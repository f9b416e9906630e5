package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.oauth.TokenEndpoint.Issued;
import dev.ostiary.entra.emulator.oauth.TokenEndpoint.TokenRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The grants that a user's sign-in led to: authorization code, refresh token, device code. */
final class CodeGrants {

    private final Realm realm;
    private final SignInState state;
    private final ClientAuthentication clients;
    private final TokenIssuer issuer;
    private final ScopeRules scopeRules;

    CodeGrants(Realm realm, SignInState state, ClientAuthentication clients, TokenIssuer issuer) {
        this.realm = realm;
        this.state = state;
        this.clients = clients;
        this.issuer = issuer;
        this.scopeRules = new ScopeRules(realm);
    }

    Issued redeem(TokenRequest request) {
        AppRegistration client =
                realm.client(request.authority(), request.presented().clientId());
        String value = request.required("code");
        IssuedCode code = state.codes.get(value).orElseThrow(() -> new EntraException(GrantErrors.unknown()));
        Grant grant = state.current(code.grant());
        checkClient(grant, client);
        Tenant tenant = grant.signIn().tenant();
        Tenant asked = request.authority().tenant();
        if (asked != null && !asked.id().equals(tenant.id())) {
            throw new EntraException(GrantErrors.otherTenant());
        }
        checkRedirect(request.form().get("redirect_uri"), code.redirectUri());
        int authentication =
                clients.forPlatform(tenant, client, request.presented(), grant.platform(), request.origin());
        if (code.redeemed()) {
            throw new EntraException(GrantErrors.codeRedeemed());
        }
        if (!realm.now().isBefore(code.issuedAt().plus(IssuedCode.LIFETIME))) {
            throw new EntraException(GrantErrors.codeExpired());
        }
        checkVerifier(code, grant.platform(), request.form().get("code_verifier"));
        checkAlive(grant.signIn(), code.issuedAt());
        String scope = request.form().get("scope");
        if (scope == null && (request.form().has("scope") || realm.openPoints().scopeNeededAtRedemption())) {
            throw new EntraException(EntraErrors.emptyScope());
        }
        RequestedScopes consented =
                scopeRules.resolve(tenant, client, grant.scope(), request.form().get("resource"));
        RequestedScopes scopes = scope == null
                ? consented
                : scopeRules.resolve(tenant, client, scope, request.form().get("resource"));
        if (scopes.apis().size() > 1) {
            throw new EntraException(EntraErrors.severalResources(scope == null ? grant.scope() : scope));
        }
        if (!state.codes.replace(value, code, code.spent())) {
            throw new EntraException(GrantErrors.codeRedeemed());
        }
        Instant refreshUntil = consented.offline() || scopes.offline() ? firstExpiry(grant) : null;
        return new Issued(
                issuer.delegated(new TokenIssuer.Order(
                        client,
                        withClaims(grant, request),
                        scopes,
                        authentication,
                        code.nonce(),
                        request.clientInfo(),
                        refreshUntil)),
                grant.platform() == Platform.SPA);
    }

    Issued refresh(TokenRequest request) {
        AppRegistration client =
                realm.client(request.authority(), request.presented().clientId());
        RefreshToken token = state.refreshTokens
                .read(request.required("refresh_token"))
                .orElseThrow(() -> new EntraException(GrantErrors.unknown()));
        Grant grant = state.current(token.grant());
        checkClient(grant, client);
        Tenant tenant = grant.signIn().tenant();
        Tenant asked = request.authority().tenant();
        if (asked != null && !asked.id().equals(tenant.id())) {
            // The token is good for any tenant that knows the user; the emulator's users are in one.
            throw new EntraException(
                    GrantErrors.userNotInTenant(grant.signIn().user().upn(), asked.displayName()));
        }
        int authentication =
                clients.forPlatform(tenant, client, request.presented(), grant.platform(), request.origin());
        boolean spa = grant.platform() == Platform.SPA;
        if (!realm.now().isBefore(token.expiresAt())) {
            throw new EntraException(
                    spa
                            ? GrantErrors.refreshExpiredSpa(token.issuedAt())
                            : GrantErrors.refreshExpired(token.issuedAt()));
        }
        checkAlive(grant.signIn(), token.issuedAt());
        String scope = request.form().get("scope", grant.scope());
        RequestedScopes scopes =
                scopeRules.resolve(tenant, client, scope, request.form().get("resource"));
        Grant next = withClaims(grant, request);
        checkStepUp(next, scopes);
        Instant until = spa ? token.expiresAt() : realm.now().plus(RefreshToken.LIFETIME);
        return new Issued(
                issuer.delegated(
                        new TokenIssuer.Order(client, next, scopes, authentication, null, request.clientInfo(), until)),
                spa);
    }

    Issued poll(TokenRequest request) {
        AppRegistration client =
                realm.client(request.authority(), request.presented().clientId());
        String value = request.required("device_code");
        DeviceCode code = state.deviceCodes
                .get(value)
                .filter(found -> found.clientId().equals(client.appId()))
                .orElseThrow(() -> new EntraException(GrantErrors.deviceUnknown()));
        if (!client.isFallbackPublicClient()) {
            Tenant tenant = code.authority().tenant();
            if (tenant == null) {
                throw new EntraException(ClientErrors.credentialMissing());
            }
            clients.confidential(tenant, client, request.presented());
        }
        if (!realm.now().isBefore(code.expiresAt())) {
            throw new EntraException(GrantErrors.deviceExpired());
        }
        if (code.declined()) {
            throw new EntraException(GrantErrors.deviceDeclined());
        }
        SignIn approved = code.signIn();
        if (approved == null) {
            boolean tooSoon = code.polledTooSoon(realm.now());
            state.deviceCodes.replace(value, code, code.polled(realm.now()));
            throw new EntraException(
                    tooSoon && realm.openPoints().slowDown() ? GrantErrors.slowDown() : GrantErrors.devicePending());
        }
        SignIn signIn = state.current(approved);
        RequestedScopes scopes = scopeRules.resolve(signIn.tenant(), client, code.scope(), null);
        Grant grant = new Grant(signIn, client.appId(), Platform.PUBLIC_CLIENT, code.scope(), ClaimsRequest.NONE);
        state.deviceCodes.remove(value);
        return new Issued(
                issuer.delegated(new TokenIssuer.Order(
                        client,
                        grant,
                        scopes,
                        0,
                        null,
                        request.clientInfo(),
                        scopes.offline() ? firstExpiry(grant) : null)),
                false);
    }

    private Instant firstExpiry(Grant grant) {
        return realm.now().plus(grant.platform() == Platform.SPA ? RefreshToken.SPA_LIFETIME : RefreshToken.LIFETIME);
    }

    private static Grant withClaims(Grant grant, TokenRequest request) {
        String claims = request.form().get("claims");
        return claims == null
                ? grant
                : new Grant(
                        grant.signIn(), grant.clientId(), grant.platform(), grant.scope(), ClaimsRequest.parse(claims));
    }

    private static void checkStepUp(Grant grant, RequestedScopes scopes) {
        if (!grant.claims().contexts().isEmpty() && !grant.signIn().mfa()) {
            String resource = scopes.apis().isEmpty()
                    ? grant.clientId()
                    : scopes.apis().getFirst().app().appId();
            String challenge = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\""
                    + grant.claims().contexts().getFirst().replaceAll("[^a-zA-Z0-9]", "") + "\"}}}";
            throw new EntraException(GrantErrors.multiFactor(resource).withClaims(challenge));
        }
    }

    private static void checkClient(Grant grant, AppRegistration client) {
        if (!grant.clientId().equals(client.appId())) {
            throw new EntraException(GrantErrors.otherClient());
        }
    }

    private void checkAlive(SignIn signIn, Instant issuedAt) {
        if (state.revoked(signIn, issuedAt)) {
            throw new EntraException(GrantErrors.revoked());
        }
        if (!signIn.user().enabled()) {
            throw new EntraException(GrantErrors.userDisabled());
        }
    }

    private static void checkRedirect(@Nullable String now, @Nullable String before) {
        if (before == null) {
            return;
        }
        if (now == null) {
            throw new EntraException(EntraErrors.missing("redirect_uri"));
        }
        if (!now.equals(before)) {
            throw new EntraException(GrantErrors.redirectMismatch(now, before));
        }
    }

    private static void checkVerifier(IssuedCode code, Platform platform, @Nullable String verifier) {
        String challenge = code.challenge();
        if (challenge == null) {
            if (platform == Platform.SPA) {
                throw new EntraException(ClientErrors.pkceRequired());
            }
            if (verifier != null) {
                throw new EntraException(GrantErrors.verifierMismatch());
            }
            return;
        }
        if (verifier == null || !(code.s256() ? sha256(verifier) : verifier).equals(challenge)) {
            throw new EntraException(GrantErrors.verifierMismatch());
        }
    }

    private static String sha256(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is missing from this JVM", e);
        }
    }
}
