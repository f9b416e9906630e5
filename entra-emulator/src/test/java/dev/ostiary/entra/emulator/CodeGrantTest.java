package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.Flow.READ;
import static dev.ostiary.entra.emulator.Flow.codeParams;
import static dev.ostiary.entra.emulator.Flow.override;
import static dev.ostiary.entra.emulator.Flow.refused;
import static dev.ostiary.entra.emulator.SampleDirectories.ALICE;
import static dev.ostiary.entra.emulator.SampleDirectories.API;
import static dev.ostiary.entra.emulator.SampleDirectories.API_URI;
import static dev.ostiary.entra.emulator.SampleDirectories.FABRIKAM;
import static dev.ostiary.entra.emulator.SampleDirectories.NATIVE_CLIENT;
import static dev.ostiary.entra.emulator.SampleDirectories.SPA_CLIENT;
import static dev.ostiary.entra.emulator.SampleDirectories.WEB_CLIENT;
import static dev.ostiary.entra.emulator.SampleDirectories.WEB_SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CodeGrantTest {

    private static final String WEB_REDIRECT = "https://portal.contoso.example/cb";
    private static final String SPA_REDIRECT = "https://spa.contoso.example/";
    private static final String[] SPA = {"client_id", SPA_CLIENT, "redirect_uri", SPA_REDIRECT};
    private static final String[] WEB = {"client_id", WEB_CLIENT, "redirect_uri", WEB_REDIRECT};
    private static final String[] FROM_SPA = {"Origin", "https://spa.contoso.example"};

    private EntraEmulator entra;
    private Flow flow;

    @BeforeEach
    void start() {
        entra = Flow.start();
        flow = new Flow(entra);
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    @Test
    @DisplayName("a code is redeemed for the documented members, in order [O, D v2-oauth2-auth-code-flow.md]")
    void aCodeIsRedeemed() {
        JsonNode body = flow.success(codeParams(flow.code(), "client_info", "1"));
        assertThat(Flow.names(body))
                .containsExactly(
                        "token_type",
                        "scope",
                        "expires_in",
                        "ext_expires_in",
                        "access_token",
                        "refresh_token",
                        "id_token",
                        "client_info");
        assertThat(body.get("token_type").asText()).isEqualTo("Bearer");
        assertThat(body.get("scope").asText()).isEqualTo(READ);
        assertThat(body.get("expires_in").isNumber()).isTrue();
        JsonNode access = Browserless.claims(body.get("access_token").asText());
        assertThat(access.get("aud").asText()).isEqualTo(API);
        assertThat(access.get("scp").asText()).isEqualTo("mcp.read");
        assertThat(access.get("azpacr").asText()).isEqualTo("0");
        assertThat(flow.http.verifies(body.get("access_token").asText(), Flow.TENANT))
                .isTrue();
    }

    @Test
    @DisplayName("the id_token is for the client, with the nonce and another sub [D id-token-claims-reference.md]")
    void theIdTokenIsForTheClient() {
        JsonNode body = flow.signIn();
        JsonNode id = Browserless.claims(body.get("id_token").asText());
        assertThat(id.get("aud").asText()).isEqualTo(NATIVE_CLIENT);
        assertThat(id.get("iss").asText()).isEqualTo(entra.issuer(Flow.TENANT));
        assertThat(id.get("nonce").asText()).isEqualTo("n1");
        assertThat(id.get("oid").asText()).isEqualTo(ALICE.oid());
        assertThat(id.get("preferred_username").asText()).isEqualTo(ALICE.upn());
        assertThat(id.get("ver").asText()).isEqualTo("2.0");
        assertThat(id.get("sub").asText())
                .isNotEqualTo(Browserless.claims(body.get("access_token").asText())
                        .get("sub")
                        .asText());
        assertThat(flow.http.verifies(body.get("id_token").asText(), Flow.TENANT))
                .isTrue();
    }

    @Test
    @DisplayName("id_token and refresh_token only when asked for [D v2-oauth2-auth-code-flow.md]")
    void onlyWhatWasAskedFor() {
        JsonNode body = flow.success(codeParams(flow.code("scope", READ), "scope", READ));
        assertThat(body.has("id_token")).isFalse();
        assertThat(body.has("refresh_token")).isFalse();
        assertThat(body.has("client_info")).isFalse();
    }

    @Test
    @DisplayName(".default is echoed beside what it stands for [O MSAL.NET fixture]")
    void defaultIsEchoed() {
        JsonNode body =
                flow.success(codeParams(flow.code("scope", API_URI + "/.default"), "scope", API_URI + "/.default"));
        assertThat(body.get("scope").asText())
                .isEqualTo(API_URI + "/mcp.read " + API_URI + "/mcp.write " + API_URI + "/.default");
        assertThat(Browserless.claims(body.get("access_token").asText())
                        .get("scp")
                        .asText())
                .isEqualTo("mcp.read mcp.write");
    }

    @Test
    @DisplayName("unprefixed scopes are Graph's, short in the answer [D scopes-oidc.md, v2-oauth2-device-code.md]")
    void unprefixedScopesAreGraphs() {
        String scope = "openid profile email User.Read";
        JsonNode body = flow.success(codeParams(flow.code("scope", scope), "scope", scope));
        assertThat(body.get("scope").asText()).isEqualTo("User.Read profile openid email");
        JsonNode claims = Browserless.claims(body.get("access_token").asText());
        assertThat(claims.get("aud").asText()).isEqualTo("https://graph.microsoft.com");
        assertThat(claims.get("ver").asText()).isEqualTo("1.0");
    }

    @Test
    @DisplayName("a code works once: AADSTS54005 [D reference-error-codes.md]")
    void aCodeWorksOnce() {
        String code = flow.code();
        flow.success(codeParams(code));
        refused(flow.token(codeParams(code)), 400, "invalid_grant", 54005);
    }

    @Test
    @DisplayName("a code lives ten minutes: AADSTS70008 [D v2-oauth2-auth-code-flow.md]")
    void aCodeLivesTenMinutes() {
        String early = flow.code();
        String late = flow.code();
        entra.clock().advance(Duration.ofMinutes(9));
        flow.success(codeParams(early));
        entra.clock().advance(Duration.ofMinutes(2));
        refused(flow.token(codeParams(late)), 400, "invalid_grant", 70008);
    }

    @Test
    @DisplayName("a wrong or missing verifier is AADSTS501481; a wrong one does not spend the code")
    void theVerifierMustMatch() {
        String code = flow.code();
        refused(flow.token(codeParams(code, "code_verifier", "x".repeat(43))), 400, "invalid_grant", 501481);
        refused(flow.token(codeParams(code, "code_verifier", null)), 400, "invalid_grant", 501481);
        flow.success(codeParams(code));
    }

    @Test
    @DisplayName("plain PKCE is accepted, method omitted means plain [D v2-oauth2-auth-code-flow.md]")
    void plainPkce() {
        flow.success(codeParams(flow.code("code_challenge", Flow.VERIFIER, "code_challenge_method", "plain")));
        flow.success(codeParams(flow.code("code_challenge", Flow.VERIFIER, "code_challenge_method", null)));
    }

    @Test
    @DisplayName("PKCE is optional for native and web clients [D v2-oauth2-auth-code-flow.md]")
    void pkceIsOptionalForNativeClients() {
        String code = flow.code("code_challenge", null, "code_challenge_method", null);
        flow.success(codeParams(code, "code_verifier", null));
    }

    @Test
    @DisplayName("a code is bound to client, tenant (AADSTS700005) and redirect URI")
    void aCodeIsBound() {
        String code = flow.code();
        refused(flow.token(codeParams(code, "client_id", SPA_CLIENT), FROM_SPA), 400, "invalid_grant", 70000);
        assertThat(Browserless.json(flow.token(codeParams(code, "redirect_uri", "http://localhost:1/callback")))
                        .get("error")
                        .asText())
                .isEqualTo("invalid_grant");
        HttpResponse<String> elsewhere = flow.http.token(FABRIKAM, codeParams(code));
        assertThat(elsewhere.statusCode()).isEqualTo(400);
        flow.success(codeParams(code));
    }

    @Test
    @DisplayName("a multi-tenant app's code redeemed in another tenant is AADSTS700005 [D reference-error-codes.md]")
    void aCodeOfAnotherTenant() {
        String cli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
        String code = flow.code("client_id", cli, "redirect_uri", "http://localhost:5");
        Map<String, String> params = codeParams(code, "client_id", cli, "redirect_uri", "http://localhost:5");
        refused(flow.http.token(FABRIKAM, params), 400, "invalid_grant", 700005);
        assertThat(flow.http.token("organizations", params).statusCode()).isEqualTo(200);
    }

    @Test
    @DisplayName("an unknown code is refused, an empty scope is AADSTS28003 [O, S FastMCP]")
    void unknownCodeAndEmptyScope() {
        assertThat(flow.token(codeParams("garbage")).statusCode()).isEqualTo(400);
        refused(flow.token(codeParams(flow.code(), "scope", "")), 400, "invalid_request", 28003);
    }

    @Test
    @DisplayName("two resources at once are AADSTS28000; each alone works [D v2-oauth2-auth-code-flow.md]")
    void oneResourcePerToken() {
        String both = "offline_access " + READ + " User.Read";
        String code = flow.code("scope", both);
        refused(flow.token(codeParams(code, "scope", both)), 400, null, 28000);
        JsonNode first = flow.success(codeParams(code, "scope", READ));
        JsonNode second = flow.success(refreshParams(first, "scope", "User.Read"));
        assertThat(Browserless.claims(second.get("access_token").asText())
                        .get("aud")
                        .asText())
                .isEqualTo("https://graph.microsoft.com");
    }

    @Test
    @DisplayName("resource is checked at redemption and refresh too: AADSTS9010010 [O claude-ai-mcp #517]")
    void resourceIsCheckedAtTheTokenEndpoint() {
        String code = flow.code("resource", API_URI);
        refused(flow.token(codeParams(code, "resource", API_URI + "/")), 400, "invalid_target", 9010010);
        JsonNode body = flow.success(codeParams(code, "resource", API_URI));
        refused(
                flow.token(refreshParams(body, "resource", "https://elsewhere.example")),
                400,
                "invalid_target",
                9010010);
    }

    @Test
    @DisplayName("a web client must prove itself (AADSTS7000218, 7000215), by post or Basic [D]")
    void aWebClientMustProveItself() {
        String code = flow.code(WEB);
        Map<String, String> params = override(codeParams(code), WEB);
        refused(flow.token(params), 401, "invalid_client", 7000218);
        refused(flow.token(override(params, "client_secret", "wrong")), 401, "invalid_client", 7000215);
        JsonNode body = flow.success(override(params, "client_secret", WEB_SECRET));
        assertThat(Browserless.claims(body.get("access_token").asText())
                        .get("azpacr")
                        .asText())
                .isEqualTo("1");
        String basic = java.util.Base64.getEncoder()
                .encodeToString((WEB_CLIENT + ":" + WEB_SECRET).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        flow.success(
                override(override(codeParams(flow.code(WEB)), WEB), "client_id", null),
                "Authorization",
                "Basic " + basic);
    }

    @Test
    @DisplayName("a native client must not present a secret: AADSTS700025 [O]")
    void aNativeClientMustNotPresentASecret() {
        HttpResponse<String> response = flow.token(codeParams(flow.code(), "client_secret", "x"));
        assertThat(Browserless.json(response).get("error_codes").get(0).asInt()).isEqualTo(700025);
    }

    @Test
    @DisplayName("cross-origin is for single-page apps alone: AADSTS9002326 and 9002327, PKCE 9002325 [O]")
    void crossOriginIsForSinglePageAppsAlone() {
        refused(flow.token(codeParams(flow.code()), "Origin", "https://x.example"), 400, "invalid_request", 9002326);
        String code = flow.code(SPA);
        refused(flow.token(override(codeParams(code), SPA)), 400, "invalid_request", 9002327);
        HttpResponse<String> allowed = flow.token(override(codeParams(code), SPA), FROM_SPA);
        assertThat(allowed.statusCode()).isEqualTo(200);
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin")).contains("https://spa.contoso.example");
        Map<String, String> bare = Flow.authorizeParams(SPA);
        bare.remove("code_challenge");
        bare.remove("code_challenge_method");
        String unprotected = Flow.redirect(flow.authorize(bare)).get("code");
        refused(
                flow.token(override(codeParams(unprotected, "code_verifier", null), SPA), FROM_SPA),
                400,
                "invalid_request",
                9002325);
    }

    @Test
    @DisplayName("a refresh gives a new refresh token and leaves the old one valid [D refresh-tokens.md]")
    void refreshTokensRotateWithoutInvalidation() {
        JsonNode first = flow.signIn();
        JsonNode second = flow.success(refreshParams(first));
        assertThat(second.get("refresh_token").asText())
                .isNotEqualTo(first.get("refresh_token").asText());
        flow.success(refreshParams(first));
        flow.success(refreshParams(second));
    }

    @Test
    @DisplayName("a refresh token lives 90 days from its issue, sliding: AADSTS700082 [D refresh-tokens.md]")
    void refreshTokensSlide() {
        JsonNode first = flow.signIn();
        entra.clock().advance(Duration.ofDays(80));
        JsonNode second = flow.success(refreshParams(first));
        entra.clock().advance(Duration.ofDays(11));
        refused(flow.token(refreshParams(first)), 400, "invalid_grant", 700082);
        flow.success(refreshParams(second));
    }

    @Test
    @DisplayName("a single-page app's refresh tokens end 24 hours after sign-in: AADSTS700084 [D refresh-tokens.md]")
    void singlePageRefreshTokensDoNotSlide() {
        JsonNode first = flow.success(override(codeParams(flow.code(SPA)), SPA), FROM_SPA);
        entra.clock().advance(Duration.ofHours(20));
        JsonNode second = flow.success(refreshParams(first, "client_id", SPA_CLIENT), FROM_SPA);
        entra.clock().advance(Duration.ofHours(5));
        refused(flow.token(refreshParams(second, "client_id", SPA_CLIENT), FROM_SPA), 400, "invalid_grant", 700084);
    }

    @Test
    @DisplayName("revoking ends refresh tokens with AADSTS50173, not later ones [D user-revokesigninsessions.md]")
    void revokingEndsRefreshTokens() {
        JsonNode before = flow.signIn();
        entra.revokeSessions(ALICE.oid());
        refused(flow.token(refreshParams(before)), 400, "invalid_grant", 50173);
        flow.success(refreshParams(flow.signIn()));
    }

    @Test
    @DisplayName("a refresh for what nobody consented to is AADSTS65001 with suberror consent_required [D]")
    void refreshWithoutConsent() {
        JsonNode body = flow.signIn();
        HttpResponse<String> response = flow.token(refreshParams(body, "scope", "api://unconsented/data.read"));
        refused(response, 400, "invalid_grant", 65001);
        assertThat(Browserless.json(response).get("suberror").asText()).isEqualTo("consent_required");
    }

    @Test
    @DisplayName("a refresh with an unmet acrs challenge is interaction_required with claims as a string [D OBO page]")
    void refreshWithAnUnmetChallenge() {
        JsonNode body = flow.signIn();
        HttpResponse<String> response = flow.token(
                refreshParams(body, "claims", "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}"));
        refused(response, 400, "interaction_required", 50076);
        assertThat(Browserless.json(response).get("claims").isTextual()).isTrue();
        assertThat(Browserless.json(response).get("suberror").asText()).isEqualTo("basic_action");
    }

    @Test
    @DisplayName("a correlation id that the client sent is echoed [S MSAL; O]")
    void correlationIdsAreEchoed() {
        String id = "6ce4a5ab-87a1-4985-b06d-5ab08b5fa924";
        HttpResponse<String> response = flow.token(codeParams("garbage"), "client-request-id", id);
        assertThat(Browserless.json(response).get("correlation_id").asText()).isEqualTo(id);
        assertThat(response.headers().firstValue("client-request-id")).contains(id);
        assertThat(response.headers().firstValue("x-ms-request-id"))
                .contains(Browserless.json(response).get("trace_id").asText());
    }

    static Map<String, String> refreshParams(JsonNode body, String... overrides) {
        return override(
                Browserless.params(
                        "grant_type",
                        "refresh_token",
                        "client_id",
                        NATIVE_CLIENT,
                        "refresh_token",
                        body.get("refresh_token").asText(),
                        "scope",
                        "openid offline_access " + READ),
                overrides);
    }
}
