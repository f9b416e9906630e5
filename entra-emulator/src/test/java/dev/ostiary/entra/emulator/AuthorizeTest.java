package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.Flow.authorizeParams;
import static dev.ostiary.entra.emulator.Flow.redirect;
import static dev.ostiary.entra.emulator.SampleDirectories.ALICE;
import static dev.ostiary.entra.emulator.SampleDirectories.API;
import static dev.ostiary.entra.emulator.SampleDirectories.API_URI;
import static dev.ostiary.entra.emulator.SampleDirectories.BOB;
import static dev.ostiary.entra.emulator.SampleDirectories.MIA;
import static dev.ostiary.entra.emulator.SampleDirectories.NATIVE_CLIENT;
import static dev.ostiary.entra.emulator.SampleDirectories.SPA_CLIENT;
import static dev.ostiary.entra.emulator.SampleDirectories.UNCONSENTED_CLIENT;
import static dev.ostiary.entra.emulator.SampleDirectories.WEB_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.oauth.ResourceMode;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizeTest {

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
    @DisplayName("a code comes back with the state, without its HTML [D v2-oauth2-auth-code-flow.md]")
    void aCodeComesBackWithTheState() {
        HttpResponse<String> response = flow.authorize(authorizeParams("state", "a<b>c d"));
        assertThat(response.headers().firstValue("Location").orElseThrow()).startsWith(Flow.LOCAL + "?code=");
        assertThat(redirect(response)).containsEntry("state", "ac d").containsKey("code");
    }

    @Test
    @DisplayName("client_info=1 gives uid and utid [S MSAL]")
    void clientInfoIsGivenOnRequest() throws Exception {
        Map<String, String> answer = redirect(flow.authorize(authorizeParams("client_info", "1")));
        assertThat(Browserless.JSON
                        .readTree(Base64.getUrlDecoder().decode(answer.get("client_info")))
                        .get("uid")
                        .asText())
                .isEqualTo(ALICE.oid());
    }

    @Test
    @DisplayName("fragment and form_post are answered as such [D v2-protocols-oidc.md]")
    void responseModes() {
        assertThat(flow.authorize(authorizeParams("response_mode", "fragment"))
                        .headers()
                        .firstValue("Location")
                        .orElseThrow())
                .startsWith(Flow.LOCAL + "#code=");
        HttpResponse<String> posted = flow.authorize(authorizeParams("response_mode", "form_post"));
        assertThat(posted.statusCode()).isEqualTo(200);
        assertThat(posted.body())
                .contains("action=\"" + Flow.LOCAL + "\"")
                .contains("name=\"code\"")
                .doesNotContain("<script");
    }

    @Test
    @DisplayName("a redirect URI without a path is answered with a slash [D reply-url.md]")
    void aRedirectUriWithoutPathGetsASlash() {
        assertThat(flow.authorize(authorizeParams("redirect_uri", "http://localhost:7071"))
                        .headers()
                        .firstValue("Location")
                        .orElseThrow())
                .startsWith("http://localhost:7071/?code=");
    }

    @ParameterizedTest
    @DisplayName("redirect URIs match exactly, but for the port of localhost [D reply-url.md; O claude-code #47975]")
    @CsvSource({
        NATIVE_CLIENT + ",http://localhost:1/callback,true",
        NATIVE_CLIENT + ",http://localhost/callback,true",
        NATIVE_CLIENT + ",http://localhost:9,true",
        NATIVE_CLIENT + ",http://localhost/,true",
        NATIVE_CLIENT + ",http://localhost:1/Callback,false",
        NATIVE_CLIENT + ",http://localhost:1/callback/,false",
        NATIVE_CLIENT + ",http://localhost:1/other,false",
        NATIVE_CLIENT + ",http://localhost:1/callback?x=1,false",
        NATIVE_CLIENT + ",https://localhost/callback,false",
        NATIVE_CLIENT + ",http://127.0.0.1:1/callback,false",
        NATIVE_CLIENT + ",http://127.0.0.1:1/native,true",
        NATIVE_CLIENT + ",http://[::1]:1/callback,false",
        NATIVE_CLIENT + ",http://localhost.evil.example/callback,false",
        NATIVE_CLIENT + ",http://user@localhost/callback,false",
        WEB_CLIENT + ",https://portal.contoso.example/cb,true",
        WEB_CLIENT + ",https://portal.contoso.example:8443/cb,false",
        WEB_CLIENT + ",https://PORTAL.contoso.example/cb,false",
        WEB_CLIENT + ",https://portal.contoso.example/cb#x,false",
        WEB_CLIENT + ",https://portal.contoso.example.evil/cb,false"
    })
    void redirectUriMatching(String client, String uri, boolean matches) {
        HttpResponse<String> response = flow.authorize(authorizeParams("client_id", client, "redirect_uri", uri));
        if (matches) {
            assertThat(redirect(response)).containsKey("code");
        } else {
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.headers().firstValue("Location")).isEmpty();
            assertThat(response.body()).contains("AADSTS50011").contains("redirectUriMismatchError");
        }
    }

    @ParameterizedTest
    @DisplayName("errors that cannot be redirected are a page with the ids [D reference-error-codes.md]")
    @CsvSource({
        "client_id,11111111-0000-4000-8000-000000000000,AADSTS700016",
        "client_id,'',AADSTS900144",
        "redirect_uri,https://evil.example/,AADSTS50011"
    })
    void errorPages(String name, String value, String expected) {
        HttpResponse<String> response = flow.authorize(authorizeParams(name, value));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Location")).isEmpty();
        assertThat(response.body())
                .contains(expected)
                .contains("Request Id")
                .contains("Correlation Id")
                .contains("Timestamp");
    }

    @ParameterizedTest
    @DisplayName("bad tenants are a page [D reference-error-codes.md; O AADSTS900021]")
    @CsvSource({
        "nowhere.example,AADSTS90002",
        "11111111-0000-4000-8000-000000000000,AADSTS90002",
        "not_a_tenant,AADSTS900023",
        "00000000-0000-0000-0000-000000000000,AADSTS900021",
        "common,AADSTS50194"
    })
    void badTenants(String tenant, String expected) {
        HttpResponse<String> response = flow.authorize(tenant, authorizeParams(), null);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(expected);
    }

    @Test
    @DisplayName("a multi-tenant app may use /organizations [D reference-error-codes.md AADSTS50194]")
    void aMultiTenantAppMayUseOrganizations() {
        Map<String, String> params =
                authorizeParams("client_id", FirstPartyApps.AZURE_CLI_ID, "redirect_uri", "http://localhost:3");
        assertThat(redirect(flow.authorize("organizations", params, null))).containsKey("code");
    }

    @ParameterizedTest
    @DisplayName("other errors are redirected with the state [D v2-oauth2-auth-code-flow.md; O for the texts]")
    @CsvSource(
            nullValues = "-",
            value = {
                "response_type,-,invalid_request,AADSTS900144",
                "response_type,token,unsupported_response_type,AADSTS700054",
                "response_mode,web_message,-,AADSTS70007",
                "scope,-,invalid_request,AADSTS900144",
                "scope,groups,-,AADSTS650053",
                "scope,mcp.read,-,AADSTS650053",
                "scope,api://nothing/x,invalid_resource,AADSTS500011",
                "scope,https://mcp.contoso.example/mcp/nothing,-,AADSTS650053",
                "scope,/.default,invalid_scope,AADSTS70011",
                "scope,https://mcp.contoso.example/mcp/.default https://mcp.contoso.example/mcp/mcp.read,invalid_scope,AADSTS70011",
                "code_challenge,short,invalid_request,AADSTS501491",
                "prompt,sometimes,-,AADSTS90023",
                "claims,nonsense,-,AADSTS90023"
            })
    void redirectedErrors(String name, String value, String error, String expected) {
        Map<String, String> answer = redirect(flow.authorize(authorizeParams(name, value)));
        assertThat(answer).containsKey("error").containsEntry("state", "s 1&2");
        if (error != null) {
            assertThat(answer).containsEntry("error", error);
        }
        assertThat(answer.get("error_description")).startsWith(expected + ": ").contains("Trace ID: ");
        assertThat(answer).doesNotContainKey("code");
    }

    @ParameterizedTest
    @DisplayName(
            "tokens from this endpoint are not enabled, which the fragment says [D v2-protocols-oidc.md AADSTS700054]")
    @ValueSource(strings = {"id_token", "token", "id_token token", "code id_token"})
    void implicitAndHybridFlowsAreRefused(String type) {
        HttpResponse<String> response = flow.authorize(authorizeParams("response_type", type));
        assertThat(response.headers().firstValue("Location").orElseThrow()).startsWith(Flow.LOCAL + "#error=");
        assertThat(redirect(response))
                .containsEntry("error", "unsupported_response_type")
                .containsEntry("state", "s 1&2");
        assertThat(redirect(flow.authorize(authorizeParams("response_type", type, "response_mode", "query"))))
                .containsKey("error");
    }

    @ParameterizedTest
    @DisplayName("resource must be an identifier URI of the API of all scopes [D secure-mcp-server page of 2026-09; O]")
    @CsvSource({
        "https://mcp.contoso.example/mcp/mcp.read,https://mcp.contoso.example/mcp,true",
        "https://mcp.contoso.example/mcp/mcp.read,https://mcp.contoso.example,true",
        "https://mcp.contoso.example/mcp/mcp.read openid,https://mcp.contoso.example/mcp,true",
        "https://mcp.contoso.example/mcp/mcp.read,https://mcp.contoso.example/mcp/,false",
        "https://mcp.contoso.example/mcp/mcp.read,https://MCP.contoso.example/mcp,false",
        "https://mcp.contoso.example/mcp/mcp.read,https://mcp.contoso.example/other,false",
        "https://mcp.contoso.example/mcp/mcp.read User.Read,https://mcp.contoso.example/mcp,false",
        "openid profile email offline_access,https://mcp.contoso.example/mcp,false",
        "mcp.read,https://mcp.contoso.example/mcp,false"
    })
    void theResourceRule(String scope, String resource, boolean allowed) {
        Map<String, String> answer = redirect(flow.authorize(authorizeParams("scope", scope, "resource", resource)));
        if (allowed) {
            assertThat(answer).containsKey("code");
        } else {
            assertThat(answer).containsEntry("error", "invalid_target");
            assertThat(answer.get("error_description"))
                    .startsWith("AADSTS9010010: The resource parameter provided in the request doesn't match with the"
                            + " requested scopes.");
        }
    }

    @Test
    @DisplayName("in legacy mode resource is AADSTS901002, ignored in the other [O vscode #254009]")
    void theResourceModeSwitch() {
        Settings base = Settings.of(entra.directory()).withKeys(Flow.KEYS);
        Map<String, String> params = authorizeParams("resource", "https://elsewhere.example");
        try (EntraEmulator legacy = EntraEmulator.start(base.withResourceMode(ResourceMode.LEGACY_901002));
                EntraEmulator ignoring = EntraEmulator.start(base.withResourceMode(ResourceMode.IGNORE))) {
            assertThat(redirect(new Flow(legacy).authorize(params)).get("error_description"))
                    .startsWith("AADSTS901002: The 'resource' request parameter isn't supported.");
            assertThat(redirect(new Flow(ignoring).authorize(params))).containsKey("code");
        }
    }

    @Test
    @DisplayName("a client asks for itself by GUID only, without consent [D, O AADSTS90009]")
    void aClientAsksForItselfByGuidOnly() {
        Map<String, String> own =
                authorizeParams("client_id", API, "redirect_uri", "https://mcp.contoso.example/oauth/callback");
        assertThat(redirect(flow.authorize(Flow.override(own, "scope", "openid " + API + "/.default"))))
                .containsKey("code");
        assertThat(redirect(flow.authorize(Flow.override(own, "scope", API_URI + "/mcp.read")))
                        .get("error_description"))
                .startsWith("AADSTS90009: ");
    }

    @Test
    void thePageListsUsersAndThePickedOneIsSignedIn() {
        Map<String, String> params = authorizeParams("login_hint", null);
        HttpResponse<String> page = flow.authorize(params);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("Entra ID emulator &#8211; not for production")
                .contains("<html lang=\"en\">")
                .contains("name=\"viewport\"")
                .contains("prefers-color-scheme: dark")
                .contains(ALICE.upn())
                .contains("value=\"" + BOB.oid() + "\"")
                .doesNotContain("dora@")
                .doesNotContain("<script");
        Map<String, String> answer = redirect(flow.press(params, "_user", BOB.oid()));
        String token = flow.success(Flow.codeParams(answer.get("code")))
                .get("access_token")
                .asText();
        assertThat(Browserless.claims(token).get("oid").asText()).isEqualTo(BOB.oid());
    }

    @Test
    void aFormThatAnotherSitePostsPicksNobody() {
        Map<String, String> params = Flow.override(authorizeParams("login_hint", null), "_user", BOB.oid());
        HttpResponse<String> response =
                flow.http.post("/" + Flow.TENANT + "/oauth2/v2.0/authorize", params, "Origin", "https://evil.example");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("Pick a user");
        assertThat(redirect(
                        flow.http.post("/" + Flow.TENANT + "/oauth2/v2.0/authorize", params, "Origin", entra.origin())))
                .containsKey("code");
    }

    @Test
    void whatAStrangerSendsIsEscapedOnThePage() {
        HttpResponse<String> page =
                flow.authorize(authorizeParams("login_hint", null, "state", "\"><img src=x onerror=alert(1)>"));
        assertThat(page.body()).doesNotContain("<img").contains("&quot;&gt;&lt;img");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'");
    }

    @Test
    @DisplayName("cancelling gives access_denied with error_subcode cancel [O MSAL tests]")
    void cancelling() {
        assertThat(redirect(flow.press(authorizeParams(), "_action", "cancel")))
                .containsEntry("error", "access_denied")
                .containsEntry("error_subcode", "cancel")
                .containsEntry("state", "s 1&2");
    }

    @Test
    @DisplayName("prompt=none answers from the session, else login_required AADSTS50058 [D v2-protocols-oidc.md]")
    void promptNone() {
        Map<String, String> silent = authorizeParams("prompt", "none");
        Map<String, String> nobody = redirect(flow.authorize(silent));
        assertThat(nobody).containsEntry("error", "login_required");
        assertThat(nobody.get("error_description")).startsWith("AADSTS50058: ");
        String cookie = Flow.cookie(flow.authorize(authorizeParams()));
        assertThat(redirect(flow.authorize(Flow.TENANT, silent, cookie))).containsKey("code");
        assertThat(redirect(flow.authorize(Flow.TENANT, Flow.override(silent, "login_hint", BOB.upn()), cookie)))
                .containsEntry("error", "login_required");
    }

    @Test
    @DisplayName(
            "a session gives single sign-on; login and select_account interrupt it [D v2-oauth2-auth-code-flow.md]")
    void singleSignOn() {
        String cookie = Flow.cookie(flow.authorize(authorizeParams()));
        Map<String, String> params = authorizeParams("login_hint", null);
        assertThat(redirect(flow.authorize(Flow.TENANT, params, cookie))).containsKey("code");
        for (String prompt : new String[] {"login", "select_account"}) {
            HttpResponse<String> page = flow.authorize(Flow.TENANT, Flow.override(params, "prompt", prompt), cookie);
            assertThat(page.body()).contains("Pick a user");
        }
        entra.revokeSessions(ALICE.upn());
        assertThat(flow.authorize(Flow.TENANT, params, cookie).body()).contains("Pick a user");
    }

    @Test
    @DisplayName("sign-out ends the session and returns to a registered URI only [D v2-protocols-oidc.md]")
    void signOut() {
        String cookie = Flow.cookie(flow.authorize(authorizeParams()));
        String path = "/" + Flow.TENANT + "/oauth2/v2.0/logout?post_logout_redirect_uri=";
        HttpResponse<String> out = flow.http.send(flow.http
                .to(path + Browserless.encode("https://portal.contoso.example/cb"))
                .header("Cookie", cookie)
                .build());
        assertThat(out.statusCode()).isEqualTo(302);
        assertThat(flow.http
                        .get(path + Browserless.encode("https://evil.example/"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(redirect(flow.authorize(Flow.TENANT, authorizeParams("prompt", "none"), cookie)))
                .containsEntry("error", "login_required");
    }

    @Test
    @DisplayName("consent is asked once per user, client and scope; none is consent_required [D scopes-oidc.md]")
    void consentIsAskedOnce() {
        Map<String, String> params = authorizeParams("client_id", UNCONSENTED_CLIENT);
        HttpResponse<String> page = flow.authorize(params);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("Permissions requested").contains("Contoso MCP: mcp.read");
        String cookie = Flow.cookie(page);
        Map<String, String> silent =
                redirect(flow.authorize(Flow.TENANT, Flow.override(params, "prompt", "none"), cookie));
        assertThat(silent).containsEntry("error", "consent_required");
        assertThat(silent.get("error_description")).startsWith("AADSTS65001: ");
        assertThat(redirect(flow.press(params, "_user", ALICE.oid(), "_action", "accept")))
                .containsKey("code");
        assertThat(redirect(flow.authorize(params))).containsKey("code");
        assertThat(flow.authorize(Flow.override(params, "login_hint", BOB.upn()))
                        .body())
                .contains("Permissions requested");
    }

    @Test
    @DisplayName("declining is access_denied AADSTS65004 [D reference-error-codes.md]")
    void decliningConsent() {
        Map<String, String> params = authorizeParams("client_id", UNCONSENTED_CLIENT);
        Map<String, String> answer = redirect(flow.press(params, "_user", ALICE.oid(), "_action", "decline"));
        assertThat(answer).containsEntry("error", "access_denied");
        assertThat(answer.get("error_description"))
                .startsWith("AADSTS65004: User declined to consent to access the app.");
    }

    @Test
    @DisplayName("prompt=consent asks again; admin-only scopes are AADSTS90094 [D v2-oauth2-auth-code-flow.md]")
    void promptConsentAndAdminOnlyScopes() {
        assertThat(flow.authorize(authorizeParams("prompt", "consent")).body()).contains("Permissions requested");
        HttpResponse<String> admin = flow.authorize(authorizeParams("scope", "api://unconsented/data.admin"));
        assertThat(admin.statusCode()).isEqualTo(400);
        assertThat(admin.body()).contains("AADSTS90094");
    }

    @Test
    @DisplayName("an administrator consents for everybody [D v2-oauth2-client-creds-grant-flow.md]")
    void adminConsent() {
        Map<String, String> params = Browserless.params(
                "client_id", UNCONSENTED_CLIENT, "redirect_uri", "http://localhost/callback", "state", "x");
        HttpResponse<String> page = flow.http.get("/" + Flow.TENANT + "/adminconsent?" + Browserless.form(params));
        assertThat(page.body()).contains("accept for your organization");
        assertThat(redirect(flow.http.post(
                        "/" + Flow.TENANT + "/adminconsent", Flow.override(params, "_action", "accept"))))
                .containsEntry("admin_consent", "True")
                .containsEntry("tenant", Flow.TENANT);
        assertThat(redirect(flow.authorize(authorizeParams("client_id", UNCONSENTED_CLIENT, "login_hint", BOB.upn()))))
                .containsKey("code");
    }

    @Test
    @DisplayName("pre-authorised clients need no consent [O, D api.preAuthorizedApplications]")
    void preAuthorisedClientsNeedNoConsent() {
        assertThat(redirect(flow.authorize(authorizeParams(
                        "client_id", FirstPartyApps.AZURE_CLI_ID, "redirect_uri", "http://localhost:4000"))))
                .containsKey("code");
        assertThat(flow.authorize(authorizeParams(
                                "client_id",
                                FirstPartyApps.AZURE_CLI_ID,
                                "redirect_uri",
                                "http://localhost:4000",
                                "scope",
                                "api://downstream/files.read"))
                        .body())
                .contains("Permissions requested");
    }

    @Test
    @DisplayName(
            "a user who needs a second factor approves it; silently it is AADSTS50076 [D reference-error-codes.md]")
    void theSecondFactor() {
        Map<String, String> params = authorizeParams("login_hint", MIA.upn());
        assertThat(flow.authorize(params).body()).contains("Approve sign-in request");
        HttpResponse<String> approved = flow.press(params, "_user", MIA.oid(), "_mfa", "1");
        assertThat(redirect(approved)).containsKey("code");
        assertThat(redirect(
                        flow.authorize(Flow.TENANT, Flow.override(params, "prompt", "none"), Flow.cookie(approved))))
                .containsKey("code");
    }

    @Test
    @DisplayName("an acrs claims challenge needs a second factor and shows in the token [D claims-challenge.md]")
    void aStepUpShowsInTheToken() {
        Map<String, String> params = authorizeParams(
                "claims",
                "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"},\"xms_cc\":{\"values\":[\"cp1\"]}}}");
        assertThat(flow.authorize(params).body()).contains("Approve sign-in request");
        String code =
                redirect(flow.press(params, "_user", ALICE.oid(), "_mfa", "1")).get("code");
        String token = flow.success(Flow.codeParams(code)).get("access_token").asText();
        assertThat(Flow.texts(Browserless.claims(token).get("acrs"))).containsExactly("c1");
        assertThat(Flow.texts(Browserless.claims(token).get("xms_cc"))).containsExactly("cp1");
    }

    @Test
    @DisplayName("without autoLogin a login_hint still shows the page")
    void autoLoginCanBeSwitchedOff() {
        try (EntraEmulator manual = EntraEmulator.start(
                Settings.of(entra.directory()).withKeys(Flow.KEYS).withoutAutoLogin())) {
            assertThat(new Flow(manual).authorize(authorizeParams()).body()).contains("Pick a user");
        }
    }

    @Test
    @DisplayName("a missing redirect_uri means a registered one; none is AADSTS900971 [D v2-protocols-oidc.md]")
    void aMissingRedirectUri() {
        assertThat(flow.authorize(authorizeParams("client_id", SPA_CLIENT, "redirect_uri", null))
                        .headers()
                        .firstValue("Location")
                        .orElseThrow())
                .startsWith("https://spa.contoso.example/?");
        assertThat(flow.authorize(authorizeParams("client_id", SampleDirectories.DAEMON, "redirect_uri", null))
                        .body())
                .contains("AADSTS900971: No reply address provided.");
    }

    @Test
    @DisplayName("instance discovery knows this host only [S AadInstanceDiscoveryProvider, authority.py]")
    void instanceDiscovery() {
        String path = "/common/discovery/instance?api-version=1.1&authorization_endpoint=";
        assertThat(flow.http
                        .json(path + Browserless.encode(entra.origin() + "/" + Flow.TENANT + "/oauth2/v2.0/authorize"))
                        .get("tenant_discovery_endpoint")
                        .asText())
                .isEqualTo(entra.origin() + "/" + Flow.TENANT + "/v2.0/.well-known/openid-configuration");
        assertThat(flow.http
                        .json(path + Browserless.encode("https://evil.example/x"))
                        .get("error")
                        .asText())
                .isEqualTo("invalid_instance");
    }
}
