package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EntraSettings;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link EntraSignIn} over the tenant's v2.0 endpoints. Holds nothing about users but what {@link OnBehalfOf} remembers. */
final class HttpEntraSignIn implements EntraSignIn {

    private static final Logger log = LoggerFactory.getLogger(HttpEntraSignIn.class);

    private static final Duration AFTER_A_BAD_TOKEN = Duration.ofSeconds(30);

    private final EntraSettings entra;
    private final TokenEndpoint tokens;
    private final IdTokens idTokens;
    private final OnBehalfOf onBehalfOf;
    private final Time time;
    private final String scope;

    HttpEntraSignIn(EntraSettings entra, TokenEndpoint tokens, IdTokens idTokens, OnBehalfOf onBehalfOf, Time time) {
        this.entra = entra;
        this.tokens = tokens;
        this.idTokens = idTokens;
        this.onBehalfOf = onBehalfOf;
        this.time = time;
        this.scope = "openid profile offline_access " + entra.clientId() + "/.default";
    }

    @Override
    public URI authorizationUrl(
            URI redirectUri,
            String state,
            String nonce,
            String codeChallenge,
            @Nullable String claims,
            @Nullable String prompt) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("client_id", entra.clientId());
        query.put("response_type", "code");
        query.put("response_mode", "query");
        query.put("redirect_uri", redirectUri.toString());
        query.put("scope", scope);
        query.put("state", state);
        query.put("nonce", nonce);
        query.put("code_challenge", codeChallenge);
        query.put("code_challenge_method", "S256");
        if (claims != null) {
            query.put("claims", claims);
        }
        if (prompt != null) {
            query.put("prompt", prompt);
        }
        return URI.create(entra.authority() + "/" + entra.tenantId() + "/oauth2/v2.0/authorize?" + Form.of(query));
    }

    @Override
    public EntraRefusedException refusal(String error, @Nullable String description) {
        return EntraRefusals.of(error, description);
    }

    @Override
    public SignedIn redeem(URI redirectUri, String code, String codeVerifier, String nonce)
            throws EntraRefusedException, EntraUnavailableException {
        TokenEndpoint.Issued issued = tokens.ask(
                Endpoint.Repeat.IF_NOT_TAKEN,
                Map.of(
                        "grant_type", "authorization_code",
                        "code", code,
                        "redirect_uri", redirectUri.toString(),
                        "code_verifier", codeVerifier,
                        "scope", scope));
        return signedIn(issued, nonce, null);
    }

    @Override
    public SignedIn renew(String refreshToken) throws EntraRefusedException, EntraUnavailableException {
        TokenEndpoint.Issued issued = tokens.ask(Endpoint.Repeat.IF_NOT_TAKEN, refresh(refreshToken, scope));
        return signedIn(issued, null, refreshToken);
    }

    @Override
    public EntraToken redeemFor(String refreshToken, List<String> scopes)
            throws EntraRefusedException, EntraUnavailableException {
        TokenEndpoint.Issued issued = tokens.ask(
                Endpoint.Repeat.IF_NOT_TAKEN, refresh(refreshToken, String.join(" ", scopes) + " offline_access"));
        return new EntraToken(issued.accessToken(), issued.expires(), issued.refreshToken());
    }

    @Override
    public EntraToken onBehalfOf(String assertion, List<String> scopes)
            throws EntraRefusedException, EntraUnavailableException {
        return onBehalfOf.exchange(assertion, scopes);
    }

    @Override
    public void forget(String assertion, List<String> scopes) {
        onBehalfOf.forget(assertion, scopes);
    }

    private static Map<String, String> refresh(String refreshToken, String scope) {
        return Map.of("grant_type", "refresh_token", "refresh_token", refreshToken, "scope", scope);
    }

    private SignedIn signedIn(TokenEndpoint.Issued issued, @Nullable String nonce, @Nullable String before)
            throws EntraRefusedException, EntraUnavailableException {
        String idToken = issued.idToken();
        String refreshToken = issued.refreshToken() == null ? before : issued.refreshToken();
        if (idToken == null) {
            throw unbelievable("Missing");
        }
        IdTokenClaims.Accepted accepted;
        try {
            accepted = idTokens.accept(idToken, nonce);
        } catch (IdTokens.Broken broken) {
            log.atWarn()
                    .addKeyValue("tenant", entra.tenantId())
                    .addKeyValue("rule", broken.rule())
                    .log("an id token was not accepted");
            if (broken.rule().equals("WrongNonce")) {
                throw ended("IdTokenWrongNonce", "This sign-in does not belong to this browser.", "Sign in again.");
            }
            throw unbelievable(broken.rule());
        }
        if (refreshToken == null) {
            throw ended(
                    "NoRefreshToken",
                    "Entra has not granted access beyond this moment.",
                    "Consent to offline_access for the gateway's registration, then sign in again.");
        }
        ObjectNode claims = accepted.claims();
        return new SignedIn(
                entra.tenantId(),
                accepted.objectId(),
                accepted.subject(),
                accepted.displayName(),
                accepted.roles(),
                accepted.groups(),
                accepted.groupsComplete(),
                claims,
                refreshToken,
                Instant.ofEpochMilli(time.wallMillis()));
    }

    /** A token that cannot be believed says nothing about the user: nobody is let in, and nobody loses a grant. */
    private static EntraUnavailableException unbelievable(String rule) {
        return new EntraUnavailableException(
                "IdToken" + rule, AFTER_A_BAD_TOKEN, "Entra's id token was not accepted: " + rule, null);
    }

    private static EntraRefusedException ended(String code, String summary, String fix) {
        return new EntraRefusedException(
                EntraRefusedException.Meaning.GRANT_ENDED, new EntraDiagnosis(code, summary, null, fix, null), null);
    }
}
