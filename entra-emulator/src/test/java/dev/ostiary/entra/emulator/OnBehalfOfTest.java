package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.Flow.override;
import static dev.ostiary.entra.emulator.Flow.refused;
import static dev.ostiary.entra.emulator.SampleDirectories.ALICE;
import static dev.ostiary.entra.emulator.SampleDirectories.API;
import static dev.ostiary.entra.emulator.SampleDirectories.API_SECRET;
import static dev.ostiary.entra.emulator.SampleDirectories.DAEMON;
import static dev.ostiary.entra.emulator.SampleDirectories.DOWNSTREAM;
import static dev.ostiary.entra.emulator.SampleDirectories.MIA;
import static dev.ostiary.entra.emulator.SampleDirectories.NATIVE_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.token.SigningMode;
import dev.ostiary.entra.emulator.token.TokenBuilder;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnBehalfOfTest {

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

    private TokenBuilder incoming() {
        return entra.tokens().userToken(ALICE.oid(), NATIVE_CLIENT, API, "mcp.read");
    }

    private static Map<String, String> params(String assertion, String... overrides) {
        return override(
                Browserless.params(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:jwt-bearer",
                        "client_id",
                        API,
                        "client_secret",
                        API_SECRET,
                        "assertion",
                        assertion,
                        "scope",
                        "api://downstream/.default",
                        "requested_token_use",
                        "on_behalf_of"),
                overrides);
    }

    @Test
    @DisplayName("a user token for this app is exchanged for the downstream's [D v2-oauth2-on-behalf-of-flow.md]")
    void aUserTokenIsExchanged() {
        JsonNode body = flow.success(params(incoming().build()));
        JsonNode claims = Browserless.claims(body.get("access_token").asText());
        assertThat(claims.get("aud").asText()).isEqualTo(DOWNSTREAM);
        assertThat(claims.get("azp").asText()).isEqualTo(API);
        assertThat(claims.get("azpacr").asText()).isEqualTo("1");
        assertThat(claims.get("oid").asText()).isEqualTo(ALICE.oid());
        assertThat(claims.get("scp").asText()).isEqualTo("files.read files.write");
        assertThat(body.has("refresh_token")).isFalse();
    }

    @Test
    @DisplayName(
            "with openid and offline_access there are id and refresh tokens, as MSAL4J asks [S OAuthAuthorizationGrant]")
    void withOpenidAndOfflineAccess() {
        JsonNode body = flow.success(
                params(incoming().build(), "scope", "openid profile offline_access api://downstream/files.read"));
        assertThat(body.has("id_token")).isTrue();
        JsonNode next = flow.success(Browserless.params(
                "grant_type",
                "refresh_token",
                "client_id",
                API,
                "client_secret",
                API_SECRET,
                "refresh_token",
                body.get("refresh_token").asText(),
                "scope",
                "api://downstream/files.read"));
        assertThat(next.get("scope").asText()).isEqualTo("api://downstream/files.read");
    }

    @ParameterizedTest
    @EnumSource(
            names = {"RS256_UNPUBLISHED_KEY", "RS256_FORGED_KID", "RS256_CORRUPTED", "HS256_WITH_PUBLIC_KEY", "ES256"})
    @DisplayName("an assertion with a wrong signature is AADSTS50013 [O]")
    void aWrongSignature(SigningMode mode) {
        refused(flow.token(params(incoming().signedWith(mode).build())), 400, "invalid_grant", 50013);
    }

    @Test
    @DisplayName("a Graph token as assertion is AADSTS50013: its header was rewritten [O azure-sdk-for-java #25109]")
    void aGraphTokenAsAssertion() {
        String graph = entra.tokens()
                .userToken(ALICE.oid(), NATIVE_CLIENT, FirstPartyApps.GRAPH_ID, "User.Read")
                .build();
        refused(flow.token(params(graph)), 400, "invalid_grant", 50013);
    }

    @Test
    @DisplayName("an assertion for somebody else is AADSTS500131 and names both [O]")
    void anAssertionForSomebodyElse() {
        String other = entra.tokens()
                .userToken(ALICE.oid(), NATIVE_CLIENT, DOWNSTREAM, "files.read")
                .build();
        HttpResponse<String> response = flow.token(params(other));
        refused(response, 400, "invalid_grant", 500131);
        assertThat(response.body()).contains(DOWNSTREAM).contains(API);
    }

    @Test
    @DisplayName("an expired assertion is AADSTS500133 [D v2-oauth2-on-behalf-of-flow.md]")
    void anExpiredAssertion() {
        refused(flow.token(params(incoming().expired().build())), 400, "invalid_grant", 500133);
    }

    @Test
    @DisplayName("an app-only assertion is refused [D v2-oauth2-on-behalf-of-flow.md]")
    void anAppOnlyAssertion() {
        HttpResponse<String> response =
                flow.token(params(entra.tokens().appToken(DAEMON, API).build()));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Browserless.json(response).get("error").asText()).isEqualTo("invalid_grant");
    }

    @Test
    @DisplayName("without consent: AADSTS65001, invalid_grant, suberror consent_required [D]")
    void withoutConsent() {
        HttpResponse<String> response = flow.token(params(incoming().build(), "scope", "api://unconsented/.default"));
        refused(response, 400, "invalid_grant", 65001);
        assertThat(Browserless.json(response).get("suberror").asText()).isEqualTo("consent_required");
    }

    @Test
    @DisplayName(
            "a user who needs a second factor gets interaction_required with claims, until it was used [D OBO page]")
    void conditionalAccess() {
        String weak = entra.tokens()
                .userToken(MIA.oid(), NATIVE_CLIENT, API, "mcp.read")
                .build();
        HttpResponse<String> response = flow.token(params(weak));
        refused(response, 400, "interaction_required", 50076);
        assertThat(Browserless.json(response).get("claims").asText()).startsWith("{\"access_token\":{\"polids\":");
        String code = Flow.redirect(flow.press(Flow.authorizeParams(), "_user", MIA.oid(), "_mfa", "1"))
                .get("code");
        String strong = flow.success(Flow.codeParams(code)).get("access_token").asText();
        flow.success(params(strong));
    }

    @Test
    @DisplayName("a revoked session ends exchanges with AADSTS50173 [D user-revokesigninsessions.md]")
    void aRevokedSession() {
        String token = incoming().build();
        entra.clock().advance(java.time.Duration.ofSeconds(2));
        entra.revokeSessions(ALICE.oid());
        refused(flow.token(params(token)), 400, "invalid_grant", 50173);
    }

    @Test
    @DisplayName("parameters that are missing are named: AADSTS900144")
    void missingParameters() {
        for (String name : new String[] {"assertion", "scope", "requested_token_use"}) {
            HttpResponse<String> response = flow.token(params(incoming().build(), name, null));
            refused(response, 400, "invalid_request", 900144);
            assertThat(response.body()).contains("'" + name + "'");
        }
        refused(flow.token(params("x.y.z")), 400, "invalid_request", 50027);
        refused(flow.token(params(incoming().build(), "client_secret", null)), 401, "invalid_client", 7000218);
    }

    @Test
    @DisplayName("failures can be injected, with claims [D OBO page]")
    void injectedFailures() {
        String claims = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";
        entra.faults().arm(Area.TOKEN, new Fault.Aadsts(50076, claims), 1);
        HttpResponse<String> response = flow.token(params(incoming().build()));
        refused(response, 400, "interaction_required", 50076);
        assertThat(Browserless.json(response).get("claims").asText()).isEqualTo(claims);
        flow.success(params(incoming().build()));
        for (int code : new int[] {50013, 50173, 65001, 70000}) {
            entra.faults().arm(Area.TOKEN, new Fault.Aadsts(code, null), 1);
            refused(flow.token(params(incoming().build())), 400, "invalid_grant", code);
        }
    }
}
