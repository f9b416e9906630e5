package dev.ostiary.entra.emulator.oauth;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.oauth.TokenEndpoint.Issued;
import dev.ostiary.entra.emulator.oauth.TokenEndpoint.TokenRequest;
import dev.ostiary.entra.emulator.token.SigningKey;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** On-behalf-of (fact sheet §5.1 and §5.2, [D] v2-oauth2-on-behalf-of-flow.md). */
final class OnBehalfOf {

    private static final String MFA_CHALLENGE =
            "{\"access_token\":{\"polids\":{\"essential\":true,\"values\":[\"9ab03e19-ed42-4168-b6b7-7001fb3e933a\"]}}}";

    private final Realm realm;
    private final SignInState state;
    private final ClientAuthentication clients;
    private final TokenIssuer issuer;
    private final ScopeRules scopeRules;

    OnBehalfOf(Realm realm, SignInState state, ClientAuthentication clients, TokenIssuer issuer) {
        this.realm = realm;
        this.state = state;
        this.clients = clients;
        this.issuer = issuer;
        this.scopeRules = new ScopeRules(realm);
    }

    Issued exchange(TokenRequest request) {
        AppRegistration client =
                realm.client(request.authority(), request.presented().clientId());
        String assertion = request.required("assertion");
        String scope = request.required("scope");
        if (!request.required("requested_token_use").equals("on_behalf_of")) {
            throw new EntraException(EntraErrors.invalid("requested_token_use"));
        }
        SignedJWT jwt = parse(assertion);
        JWTClaimsSet claims = claims(jwt);
        Tenant asked = request.authority().tenant();
        Tenant tenant = asked == null ? issuingTenant(claims) : asked;
        int authentication = clients.confidential(tenant, client, request.presented());
        checkSignature(jwt);
        Instant now = realm.now();
        Date expiry = claims.getExpirationTime();
        if (expiry == null || !expiry.toInstant().isAfter(now)) {
            throw new EntraException(
                    GrantErrors.assertionTime(now, expiry == null ? Instant.EPOCH : expiry.toInstant()));
        }
        checkAudience(client, claims.getAudience());
        if (claims.getClaim("scp") == null) {
            throw new EntraException(GrantErrors.appOnlyAssertion(client));
        }
        User user = user(tenant, claims);
        Date issued = claims.getIssueTime();
        boolean strong = strong(claims);
        SignIn signIn = new SignIn(tenant, user, strong, issued == null ? now : issued.toInstant());
        if (state.revoked(signIn, signIn.at())) {
            throw new EntraException(GrantErrors.revoked());
        }
        RequestedScopes scopes =
                scopeRules.resolve(tenant, client, scope, request.form().get("resource"));
        if (scopes.apis().size() > 1) {
            throw new EntraException(EntraErrors.severalResources(scope));
        }
        if (user.mfaRequired() && !strong) {
            String resource = scopes.apis().isEmpty()
                    ? FirstPartyApps.GRAPH_ID
                    : scopes.apis().getFirst().app().appId();
            throw new EntraException(GrantErrors.multiFactor(resource).withClaims(MFA_CHALLENGE));
        }
        Grant grant = new Grant(
                signIn,
                client.appId(),
                Platform.WEB,
                scope,
                ClaimsRequest.parse(request.form().get("claims")));
        return new Issued(
                issuer.delegated(new TokenIssuer.Order(
                        client,
                        grant,
                        scopes,
                        authentication,
                        null,
                        request.clientInfo(),
                        scopes.offline() ? now.plus(RefreshToken.LIFETIME) : null)),
                false);
    }

    private static SignedJWT parse(String assertion) {
        try {
            return SignedJWT.parse(assertion);
        } catch (ParseException e) {
            throw new EntraException(ClientErrors.assertionMalformed());
        }
    }

    private static JWTClaimsSet claims(SignedJWT jwt) {
        try {
            return jwt.getJWTClaimsSet();
        } catch (ParseException e) {
            throw new EntraException(ClientErrors.assertionMalformed());
        }
    }

    private Tenant issuingTenant(JWTClaimsSet claims) {
        String tid = text(claims, "tid");
        return realm.directory()
                .tenant(tid == null ? "" : tid)
                .orElseThrow(() -> new EntraException(EntraErrors.tenantNotFound(String.valueOf(tid))));
    }

    private void checkSignature(SignedJWT jwt) {
        String kid = jwt.getHeader().getKeyID();
        String thumbprint = kid == null ? "" : HexFormat.of().withUpperCase().formatHex(new Base64URL(kid).decode());
        SigningKey key = kid == null ? null : realm.keys().find(kid);
        if (key == null) {
            throw new EntraException(GrantErrors.assertionSignature(thumbprint, "The key was not found."));
        }
        boolean rs256 = jwt.getHeader().getAlgorithm().getName().equals("RS256");
        if (!rs256 || !ClientAssertions.verifies(jwt, key.publicKey())) {
            throw new EntraException(GrantErrors.assertionSignature(
                    thumbprint, "The provided signature value did not match the expected signature value."));
        }
    }

    private static void checkAudience(AppRegistration client, List<String> audiences) {
        boolean addressed = audiences.size() == 1
                && (audiences.getFirst().equals(client.appId())
                        || client.identifierUris().contains(audiences.getFirst()));
        if (!addressed) {
            throw new EntraException(GrantErrors.assertionAudience(String.join(",", audiences), client));
        }
    }

    private static User user(Tenant tenant, JWTClaimsSet claims) {
        String oid = text(claims, "oid");
        String tid = text(claims, "tid");
        User user = oid == null ? null : tenant.user(oid).orElse(null);
        if (user == null || !Objects.equals(tid, tenant.id())) {
            throw new EntraException(GrantErrors.userNotInTenant(String.valueOf(oid), tenant.displayName()));
        }
        if (!user.enabled()) {
            throw new EntraException(GrantErrors.userDisabled());
        }
        return user;
    }

    private boolean strong(JWTClaimsSet claims) {
        String uti = text(claims, "uti");
        return uti != null && state.strongTokens.get(uti).isPresent();
    }

    private static @Nullable String text(JWTClaimsSet claims, String name) {
        return claims.getClaim(name) instanceof String text ? text : null;
    }
}
