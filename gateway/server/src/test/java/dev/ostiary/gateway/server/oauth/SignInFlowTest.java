package dev.ostiary.gateway.server.oauth;

import static dev.ostiary.gateway.server.oauth.Browser.location;
import static dev.ostiary.gateway.server.oauth.Browser.query;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.FacadeSettings.Remember;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole way from metadata to a code, and everything that may come between, with a real listener and a real emulator. */
class SignInFlowTest {

    private static final String LOOPBACK = "http://localhost:53123/callback";
    private static final String DOCUMENT = "https://agents.contoso.com/app.json";
    private static final String CLAUDE_CALLBACK = "https://claude.ai/api/mcp/auth_callback";

    private static FacadeFixture facade;

    @BeforeAll
    static void start() throws Exception {
        facade = FacadeFixture.start();
    }

    @AfterAll
    static void stop() {
        facade.close();
    }

    @BeforeEach
    void aDocument() {
        facade.documents.put(
                DOCUMENT,
                "{\"client_id\":\"" + DOCUMENT + "\",\"client_name\":\"Agents\",\"redirect_uris\":[\"" + CLAUDE_CALLBACK
                        + "\",\"http://127.0.0.1/cb\"]}");
    }

    @AfterEach
    void asItWas() {
        facade.store.revive();
        facade.ahead = Duration.ZERO;
        facade.events.clear();
        use(Remember.NAMED);
    }

    private static void use(Remember remember, String... deny) {
        facade.use(
                FacadeFixture.settings(remember, deny),
                FacadeFixture.route("notes", null),
                FacadeFixture.route("tickets", null),
                FacadeFixture.route("shut", new Closure("NotReady", "Later.")));
    }

    static String register(Browser browser, String redirectUri) {
        HttpResponse<String> answer = browser.send(HttpRequest.newBuilder(URI.create(facade.url + "/register"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"client_name\":\"Claude Code (notes)\",\"redirect_uris\":[\"" + redirectUri
                                + "\"],\"token_endpoint_auth_method\":\"none\"}")));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer).get("client_id").asText();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return JsonMapper.builder().build().readTree(answer.body());
        } catch (Exception e) {
            throw new AssertionError(answer.body(), e);
        }
    }

    private static Map<String, String> request(String clientId, String redirectUri) {
        return Browser.request(facade, clientId, redirectUri);
    }

    private static HttpResponse<String> finish(Browser browser, HttpResponse<String> consentPage, boolean remember) {
        assertThat(consentPage.statusCode()).as(consentPage.body()).isEqualTo(200);
        HttpResponse<String> toEntra = browser.answer(consentPage, "approve", remember);
        return browser.get(browser.atEntra(toEntra, SampleDirectories.ALICE));
    }

    @Test
    void aClientFindsRegistersAsksAndGetsACode() {
        Browser browser = facade.browser();
        JsonNode metadata = json(browser.get("/.well-known/oauth-authorization-server"));
        assertThat(metadata.get("issuer").asText()).isEqualTo(facade.url.toString());
        assertThat(metadata.get("registration_endpoint").asText()).isEqualTo(facade.url + "/register");

        String clientId = register(browser, LOOPBACK);
        HttpResponse<String> page = browser.authorize(request(clientId, LOOPBACK));
        assertThat(page.body()).contains("Claude Code (notes)", "The notes server");
        HttpResponse<String> toEntra = browser.answer(page, "approve", false);
        assertThat(toEntra.statusCode()).isEqualTo(303);
        assertThat(location(toEntra)).startsWith(facade.entra.origin());
        HttpResponse<String> back = browser.get(browser.atEntra(toEntra, SampleDirectories.ALICE));

        assertThat(back.statusCode()).isEqualTo(303);
        assertThat(location(back)).startsWith(LOOPBACK + "?code=");
        assertThat(query(location(back)))
                .containsEntry("state", "the client's state")
                .containsEntry("iss", facade.url.toString());
        assertThat(facade.events)
                .anySatisfy(event -> assertThat(event)
                        .isInstanceOfSatisfying(
                                FacadeEvent.SignedInFor.class,
                                signedIn -> assertThat(signedIn.objectId()).isEqualTo(SampleDirectories.ALICE.oid())));
    }

    @Test
    void entraIsNotAskedBeforeTheUserIs() {
        Browser browser = facade.browser();
        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).doesNotContain(facade.entra.origin());
    }

    @Test
    void whoDeniesIsSentBackWithoutEverSeeingEntra() {
        Browser browser = facade.browser();
        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        HttpResponse<String> back = browser.answer(page, "deny", false);
        assertThat(location(back)).startsWith(LOOPBACK);
        assertThat(query(location(back)))
                .containsEntry("error", "access_denied")
                .containsEntry("state", "the client's state")
                .containsEntry("iss", facade.url.toString());
    }

    @Test
    void anUpstreamUrlCapturedByWhoeverApprovedIsOfNoUseInAnotherBrowser() {
        Browser attacker = facade.browser();
        Browser victim = facade.browser();
        HttpResponse<String> page = attacker.authorize(request(register(attacker, LOOPBACK), LOOPBACK));
        HttpResponse<String> toEntra = attacker.answer(page, "approve", false);
        String callback = victim.atEntra(toEntra, SampleDirectories.ALICE);

        HttpResponse<String> refused = victim.get(callback);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.headers().firstValue("location")).isEmpty();
        // The transaction is dead: nor does the browser that approved get any further with it.
        assertThat(attacker.get(callback).statusCode()).isEqualTo(400);
        String another = attacker.atEntra(toEntra, SampleDirectories.BOB);
        assertThat(attacker.get(another).statusCode()).isEqualTo(400);
    }

    @Test
    void aCallbackCountsOnce() {
        Browser browser = facade.browser();
        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        HttpResponse<String> toEntra = browser.answer(page, "approve", false);
        Map<String, String> before = Map.copyOf(browser.cookies);
        String callback = browser.atEntra(toEntra, SampleDirectories.ALICE);
        assertThat(browser.get(callback).statusCode()).isEqualTo(303);
        assertThat(browser.get(callback).body())
                .as("reloaded, without the cookie")
                .contains("This page has expired");
        browser.cookies.putAll(before);
        assertThat(browser.get(callback).statusCode()).isEqualTo(400);
        assertThat(browser.get(browser.atEntra(toEntra, SampleDirectories.ALICE))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aFormWithoutTheCookieOfItsPageIsForged() {
        Browser browser = facade.browser();
        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        assertThat(facade.browser().answer(page, "approve", false).statusCode()).isEqualTo(403);
        Browser other = facade.browser();
        other.authorize(request(register(other, LOOPBACK), LOOPBACK));
        assertThat(other.answer(page, "approve", false).statusCode()).isEqualTo(403);
        assertThat(browser.answer(page, "approve", false).statusCode()).isEqualTo(303);
    }

    @Test
    void aFormThatAnotherSitePostsIsForged() {
        Browser browser = facade.browser();
        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        Map<String, String> form =
                Map.of("decision", "approve", "transaction", Browser.hidden(page.body(), "transaction"));
        assertThat(browser.post("/consent", form, "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(browser.post("/consent", form, "Sec-Fetch-Site", "same-site").statusCode())
                .isEqualTo(403);
        assertThat(browser.post("/consent", form, "Origin", "https://inspector.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(browser.post("/consent", form, "Origin", "null").statusCode())
                .isEqualTo(403);
        assertThat(browser.post("/consent", form, "Origin", facade.url.toString(), "Sec-Fetch-Site", "same-origin")
                        .statusCode())
                .isEqualTo(303);
    }

    @Test
    void anAnswerInAUrlIsNoAnswer() {
        Browser browser = facade.browser();
        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        for (String query :
                List.of("", "?decision=approve&transaction=" + Browser.hidden(page.body(), "transaction"))) {
            HttpResponse<String> answer = browser.get("/consent" + query);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).startsWith("<!DOCTYPE html>").contains("This page has expired");
        }
    }

    @Test
    void whatTakesTooLongHasExpired() {
        Browser browser = facade.browser();
        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        HttpResponse<String> toEntra = browser.answer(page, "approve", false);
        String callback = browser.atEntra(toEntra, SampleDirectories.ALICE);
        facade.ahead = Duration.ofMinutes(11);
        assertThat(browser.answer(page, "approve", false).statusCode()).isEqualTo(400);
        assertThat(browser.get(callback).statusCode()).isEqualTo(400);
    }

    @Test
    void nobodyIsRedirectedBeforeClientAndRedirectUriAreKnownGood() {
        Browser browser = facade.browser();
        String clientId = register(browser, LOOPBACK);
        assertThat(browser.authorize(request("unknown", LOOPBACK)).statusCode()).isEqualTo(400);
        for (String uri : new String[] {
            "https://evil.example/cb",
            "http://localhost@evil.example/callback",
            "http://localhost.evil.example/callback",
            "http://localhost:53123/callback/../other",
            "http://localhost:53123/other",
            "http://localhost:53123/callback?x=1",
            "http://2130706433:53123/callback",
            "javascript:alert(1)"
        }) {
            HttpResponse<String> answer = browser.authorize(request(clientId, uri));
            assertThat(answer.statusCode()).as(uri).isEqualTo(400);
            assertThat(answer.headers().firstValue("location")).as(uri).isEmpty();
            assertThat(answer.headers().firstValue(FacadeAnswers.CORRELATION_HEADER))
                    .isPresent();
        }
        Map<String, String> twice = request(clientId, LOOPBACK);
        assertThat(browser.get("/authorize?" + Browser.encode(twice) + "&state=again")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void theUserIsNeverAskedWithoutPkce() {
        Browser browser = facade.browser();
        String clientId = register(browser, LOOPBACK);
        for (Map<String, String> change : java.util.List.of(
                Map.of("code_challenge", ""),
                Map.of("code_challenge_method", "plain"),
                Map.of("code_challenge_method", ""),
                Map.of("code_challenge", "short"),
                Map.of("code_challenge", "=".repeat(43)))) {
            Map<String, String> request = request(clientId, LOOPBACK);
            request.putAll(change);
            assertThat(query(location(browser.authorize(request))))
                    .as("%s", change)
                    .containsEntry("error", "invalid_request")
                    .containsEntry("iss", facade.url.toString());
        }
    }

    @Test
    void otherErrorsAreForTheClientToRead() {
        Browser browser = facade.browser();
        String clientId = register(browser, LOOPBACK);
        assertThat(error(browser, clientId, "response_type", "token")).isEqualTo("unsupported_response_type");
        assertThat(error(browser, clientId, "response_mode", "fragment")).isEqualTo("invalid_request");
        assertThat(error(browser, clientId, "request", "eyJ")).isEqualTo("request_not_supported");
        assertThat(error(browser, clientId, "resource", facade.url + "/unknown"))
                .isEqualTo("invalid_target");
        assertThat(error(browser, clientId, "resource", facade.url + "/notes#x"))
                .isEqualTo("invalid_target");
        assertThat(error(browser, clientId, "resource", "")).isEqualTo("invalid_target");
        assertThat(error(browser, clientId, "resource", facade.url + "/shut")).isEqualTo("temporarily_unavailable");
        assertThat(error(browser, clientId, "prompt", "none")).isEqualTo("login_required");
        assertThat(error(browser, clientId, "prompt", "none login")).isEqualTo("invalid_request");
        assertThat(error(browser, clientId, "state", "s".repeat(2049))).isEqualTo("invalid_request");
    }

    private static String error(Browser browser, String clientId, String name, String value) {
        Map<String, String> request = request(clientId, LOOPBACK);
        request.put(name, value);
        return query(location(browser.authorize(request))).get("error");
    }

    @Test
    void aResourceIsFoundHoweverClientsWriteIt() {
        Browser browser = facade.browser();
        String clientId = register(browser, LOOPBACK);
        for (Map<String, String> change : java.util.List.of(
                Map.of("resource", facade.url + "/notes/"),
                Map.of("resource", facade.url + "/notes?session=1"),
                Map.of("resource", facade.url.toString().replace("http://localhost", "HTTP://LocalHost") + "/notes"),
                Map.of("resource", "", "scope", "mcp:notes offline_access"),
                Map.of("scope", "everything mcp:tickets"),
                Map.of("prompt", "consent"))) {
            Map<String, String> request = request(clientId, LOOPBACK);
            request.putAll(change);
            assertThat(browser.authorize(request).body()).as("%s", change).contains("The notes server");
        }
    }

    @Test
    void aClientsPromptIsNotForEntra() {
        Browser browser = facade.browser();
        Map<String, String> request = request(register(browser, LOOPBACK), LOOPBACK);
        request.put("prompt", "consent");
        String entra = location(browser.answer(browser.authorize(request), "approve", false));
        assertThat(query(entra)).doesNotContainKeys("prompt", "resource");
        assertThat(entra).doesNotContain(Browser.CHALLENGE);
    }

    @Test
    void aLoopbackClientMayListenAtAnyPort() {
        Browser browser = facade.browser();
        String clientId = register(browser, "http://localhost:1/callback");
        HttpResponse<String> back =
                finish(browser, browser.authorize(request(clientId, "http://localhost:65535/callback")), false);
        assertThat(location(back)).startsWith("http://localhost:65535/callback?code=");
    }

    @Test
    void whileTheStoreIsAwayNothingIsLost() {
        Browser browser = facade.browser();
        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        String callback = browser.atEntra(browser.answer(page, "approve", false), SampleDirectories.ALICE);
        facade.store.goDown();
        HttpResponse<String> away = browser.get(callback);
        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.headers().firstValue("retry-after")).isPresent();
        facade.store.revive();
        assertThat(location(browser.get(callback))).contains("code=");
    }

    @Test
    void whoCancelsAtEntraIsSentBack() {
        Browser browser = facade.browser();
        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        String state = query(location(browser.answer(page, "approve", false))).get("state");
        HttpResponse<String> back = browser.get("/oauth/callback?"
                + Browser.encode(Map.of(
                        "error", "access_denied", "error_description", "AADSTS65004: declined", "state", state)));
        assertThat(query(location(back))).containsEntry("error", "access_denied");
    }

    @Test
    void aTickedApprovalIsRememberedForThatUserAlone() {
        Browser browser = facade.browser();
        HttpResponse<String> first = browser.authorize(request(DOCUMENT, CLAUDE_CALLBACK));
        assertThat(first.body()).contains("name=\"remember\"", "agents.contoso.com", "claude.ai");
        assertThat(location(finish(browser, first, true))).startsWith(CLAUDE_CALLBACK + "?code=");

        HttpResponse<String> second = browser.authorize(request(DOCUMENT, CLAUDE_CALLBACK));
        assertThat(second.statusCode()).isEqualTo(303);
        assertThat(location(browser.get(browser.atEntra(second, SampleDirectories.ALICE))))
                .startsWith(CLAUDE_CALLBACK + "?code=");

        // Somebody else signs in where the cookie still names the first: asked, not granted.
        HttpResponse<String> third = browser.authorize(request(DOCUMENT, CLAUDE_CALLBACK));
        HttpResponse<String> asked = browser.get(browser.atEntra(third, SampleDirectories.BOB));
        assertThat(asked.statusCode()).isEqualTo(200);
        assertThat(asked.body()).contains("name=\"transaction\"");

        // Another target of the same client, and another route, are other decisions.
        Browser again = facade.browser();
        again.cookies.putAll(browser.cookies);
        assertThat(again.authorize(request(DOCUMENT, "http://127.0.0.1:7/cb")).statusCode())
                .isEqualTo(200);
        Map<String, String> elsewhere = request(DOCUMENT, CLAUDE_CALLBACK);
        elsewhere.put("resource", facade.url + "/tickets");
        assertThat(again.authorize(elsewhere).statusCode()).isEqualTo(200);
    }

    @Test
    void aSelfAssertedOrLoopbackClientIsNotRememberedUnlessAllAre() {
        Browser browser = facade.browser();
        String clientId = register(browser, LOOPBACK);
        HttpResponse<String> page = browser.authorize(request(clientId, LOOPBACK));
        assertThat(page.body()).doesNotContain("name=\"remember\"");
        finish(browser, page, true);
        assertThat(browser.authorize(request(clientId, LOOPBACK)).statusCode()).isEqualTo(200);

        use(Remember.ALL);
        finish(browser, browser.authorize(request(clientId, LOOPBACK)), true);
        assertThat(browser.authorize(request(clientId, LOOPBACK)).statusCode()).isEqualTo(303);
        use(Remember.NAMED);
        assertThat(browser.authorize(request(clientId, LOOPBACK)).statusCode()).isEqualTo(200);
    }

    @Test
    void aDenialIsRememberedAndCanBeChanged() {
        Browser browser = facade.browser();
        String clientId = register(browser, LOOPBACK);
        String fresh = browser.authorize(request(clientId, LOOPBACK)).body();
        finish(browser, browser.authorize(request(clientId, LOOPBACK)), false);
        browser.answer(browser.authorize(request(clientId, LOOPBACK)), "deny", false);
        HttpResponse<String> page = browser.authorize(request(clientId, LOOPBACK));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("class=\"notice\"").hasSizeGreaterThan(fresh.length());
        assertThat(location(finish(browser, page, false))).contains("code=");
        assertThat(browser.authorize(request(clientId, LOOPBACK)).body())
                .hasSizeLessThan(page.body().length());
    }

    @Test
    void aRecreatedWorkloadInheritsNoDecisionAndNoSignIn() {
        Browser browser = facade.browser();
        finish(browser, browser.authorize(request(DOCUMENT, CLAUDE_CALLBACK)), true);
        HttpResponse<String> toEntra = browser.authorize(request(DOCUMENT, CLAUDE_CALLBACK));
        assertThat(toEntra.statusCode()).isEqualTo(303);
        facade.use(
                FacadeFixture.settings(Remember.NAMED),
                FacadeFixture.route("notes", "another-uid", null),
                FacadeFixture.route("tickets", null));
        HttpResponse<String> back = browser.get(browser.atEntra(toEntra, SampleDirectories.ALICE));
        assertThat(query(location(back))).containsEntry("error", "temporarily_unavailable");
        assertThat(browser.authorize(request(DOCUMENT, CLAUDE_CALLBACK)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aClientThatIsDeniedMeanwhileGetsNoCode() {
        Browser browser = facade.browser();
        String clientId = register(browser, LOOPBACK);
        HttpResponse<String> page = browser.authorize(request(clientId, LOOPBACK));
        String callback = browser.atEntra(browser.answer(page, "approve", false), SampleDirectories.ALICE);
        use(Remember.NAMED, clientId);
        HttpResponse<String> refused = browser.get(callback);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.headers().firstValue("location")).isEmpty();
        assertThat(browser.authorize(request(clientId, LOOPBACK)).statusCode()).isEqualTo(403);
    }

    @Test
    void usersSeeAndEndTheirGrants() {
        Browser browser = facade.browser();
        HttpResponse<String> toEntra = browser.get("/grants");
        assertThat(location(toEntra)).startsWith(facade.entra.origin());
        HttpResponse<String> back = browser.get(browser.atEntra(toEntra, SampleDirectories.BOB));
        assertThat(location(back)).isEqualTo(facade.url + "/grants");
        assertThat(browser.get("/grants").body()).doesNotContain("name=\"grant\"");

        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        browser.get(browser.atEntra(browser.answer(page, "approve", false), SampleDirectories.BOB));
        assertThat(browser.get("/grants").statusCode()).isEqualTo(200);
    }

    @Test
    void whoeverIsSignedInAtTheGrantsPageCanBeSomebodyElse() {
        Browser browser = facade.browser();
        browser.get(browser.atEntra(browser.get("/grants"), SampleDirectories.ALICE));
        String page = browser.get("/grants").body();
        assertThat(page).contains(SampleDirectories.ALICE.name()).contains("href=\"/grants?account=other\"");

        HttpResponse<String> toEntra = browser.get("/grants?account=other");
        assertThat(query(location(toEntra))).containsEntry("prompt", "select_account");
        assertThat(browser.get("/grants").body())
                .as("until somebody else has signed in")
                .contains(SampleDirectories.ALICE.name());
        // What the user chooses on Entra's page.
        String chosen = location(browser.get("/grants?account=other")).replace("&prompt=select_account", "");
        browser.get(browser.atEntra(chosen, SampleDirectories.BOB));
        assertThat(browser.get("/grants").body())
                .contains(SampleDirectories.BOB.name())
                .doesNotContain(SampleDirectories.ALICE.name());
    }

    @Test
    void aGrantIsNotEndedByAnotherSite() {
        Browser browser = facade.browser();
        browser.get(browser.atEntra(browser.get("/grants"), SampleDirectories.ALICE));
        assertThat(browser.post("/grants", Map.of("grant", "x")).statusCode()).isEqualTo(403);
        assertThat(browser.post("/grants", Map.of("grant", "x", "token", "forged"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(facade.browser().post("/grants", Map.of("grant", "x")).statusCode())
                .isEqualTo(403);
    }

    @Test
    void pagesMayNotBeFramedKeptOrScripted() {
        Browser browser = facade.browser();
        HttpResponse<String> page = browser.authorize(request(register(browser, LOOPBACK), LOOPBACK));
        assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                .contains("default-src 'none'", "frame-ancestors 'none'")
                .doesNotContain("form-action", "script-src");
        assertThat(page.headers().firstValue("cache-control")).contains("no-store");
        assertThat(page.headers().firstValue("referrer-policy")).contains("same-origin");
        assertThat(page.headers().allValues("set-cookie"))
                .allSatisfy(cookie -> assertThat(cookie).contains("HttpOnly", "SameSite=Lax", "Path=/"));
        assertThat(page.body()).doesNotContain("<script");
    }
}
