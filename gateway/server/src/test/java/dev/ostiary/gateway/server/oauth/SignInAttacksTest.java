package dev.ostiary.gateway.server.oauth;

import static dev.ostiary.gateway.server.oauth.Browser.location;
import static dev.ostiary.gateway.server.oauth.Browser.query;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.entra.emulator.SampleDirectories;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What somebody tries who has a browser, a client of their own and a victim; each test is named after the attack. */
class SignInAttacksTest {

    private static final String LOOPBACK = "http://localhost:53123/callback";

    private static FacadeFixture facade;

    @BeforeAll
    static void start() throws Exception {
        facade = FacadeFixture.start();
    }

    @AfterAll
    static void stop() {
        facade.close();
    }

    @AfterEach
    void asItWas() {
        facade.events.clear();
    }

    private static String register(Browser browser) {
        HttpResponse<String> answer = browser.send(HttpRequest.newBuilder(URI.create(facade.url + "/register"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"client_name\":\"A client\",\"redirect_uris\":[\""
                        + LOOPBACK + "\"],\"token_endpoint_auth_method\":\"none\"}")));
        Matcher id = Pattern.compile("\"client_id\":\"([^\"]+)\"").matcher(answer.body());
        assertThat(id.find()).as(answer.body()).isTrue();
        return id.group(1);
    }

    private static HttpResponse<String> consentPage(Browser browser) {
        return browser.authorize(Browser.request(facade, register(browser), LOOPBACK));
    }

    private static HttpResponse<String> toEntra(Browser browser) {
        HttpResponse<String> answer = browser.answer(consentPage(browser), "approve", false);
        assertThat(answer.statusCode()).isEqualTo(303);
        return answer;
    }

    private static boolean somebodyIsSignedIn() {
        return facade.events.stream().anyMatch(FacadeEvent.SignedInFor.class::isInstance);
    }

    @Test
    void pkceVerifierLeakedAsState() {
        Browser browser = facade.browser();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            Map<String, String> sent = query(location(toEntra(browser)));
            assertThat(sent).doesNotContainKeys("code_verifier", "resource");
            for (String name : new String[] {"state", "nonce", "code_challenge"}) {
                assertThat(seen.add(sent.get(name))).as(name).isTrue();
            }
            String state = sent.get("state");
            // If one part of it were the verifier, its S256 would be the challenge.
            for (String part : state.split("[^A-Za-z0-9_-]")) {
                assertThat(Secrets.digest(part)).isNotEqualTo(sent.get("code_challenge"));
            }
        }
    }

    @Test
    void stateReadByWhoeverSeesTheUrl() {
        String state = query(location(toEntra(facade.browser()))).get("state");
        String plain = new String(
                Base64.getUrlDecoder()
                        .decode(state.replaceAll("[^A-Za-z0-9_-]", "").substring(0, 4 * (state.length() / 5))),
                StandardCharsets.ISO_8859_1);

        assertThat(plain).doesNotContain("the client's state", "localhost", "notes");
    }

    @Test
    void stateAlteredOnItsWay() {
        Browser browser = facade.browser();
        String callback = browser.atEntra(toEntra(browser), SampleDirectories.ALICE);
        String state = query(callback).get("state");
        for (int at : new int[] {0, state.length() / 2, state.length() - 1}) {
            char other = state.charAt(at) == 'A' ? 'B' : 'A';
            String altered = state.substring(0, at) + other + state.substring(at + 1);
            assertThat(browser.get(callback.replace(state, altered)).statusCode())
                    .as("at %d", at)
                    .isEqualTo(400);
        }
        assertThat(somebodyIsSignedIn()).isFalse();
        assertThat(browser.get(callback).statusCode()).isEqualTo(303);
    }

    @Test
    void consentTokenPassedOffAsStateAndStateAsConsentToken() {
        Browser browser = facade.browser();
        HttpResponse<String> page = consentPage(browser);
        String consent = Browser.hidden(page.body(), "transaction");
        String state = query(location(browser.answer(page, "approve", false))).get("state");

        assertThat(browser.get("/oauth/callback?code=x&state=" + encoded(consent))
                        .statusCode())
                .isEqualTo(400);
        assertThat(browser.post("/consent", Map.of("transaction", state, "decision", "approve"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void codeOfTheAttackersOwnSignInInjectedIntoTheVictims() {
        Browser attacker = facade.browser();
        Browser victim = facade.browser();
        String attackers = query(attacker.atEntra(toEntra(attacker), SampleDirectories.BOB))
                .get("code");
        String callback = victim.atEntra(toEntra(victim), SampleDirectories.ALICE);
        String victims = query(callback).get("code");

        HttpResponse<String> answer = victim.get(callback.replace(encoded(victims), encoded(attackers)));

        assertThat(somebodyIsSignedIn()).isFalse();
        assertThat(answer.statusCode() == 400 || query(location(answer)).containsKey("error"))
                .isTrue();
    }

    @Test
    void loginForgeryWithTheVictimsOwnOpenSignIn() {
        Browser attacker = facade.browser();
        Browser victim = facade.browser();
        toEntra(victim);
        String attackersCallback = attacker.atEntra(toEntra(attacker), SampleDirectories.BOB);

        assertThat(victim.get(attackersCallback).statusCode()).isEqualTo(403);
        assertThat(somebodyIsSignedIn()).isFalse();
    }

    @Test
    void consentPhishedByPostingTheAttackersPageFromTheVictimsBrowser() {
        Browser attacker = facade.browser();
        Browser victim = facade.browser();
        String attackers = Browser.hidden(consentPage(attacker).body(), "transaction");
        consentPage(victim);

        assertThat(victim.post("/consent", Map.of("transaction", attackers, "decision", "approve"))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void consentGivenByALink() {
        Browser browser = facade.browser();
        String transaction = Browser.hidden(consentPage(browser).body(), "transaction");

        HttpResponse<String> answer = browser.get("/consent?decision=approve&transaction=" + encoded(transaction));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("location")).isEmpty();
    }

    @Test
    void registrationForgedOrAltered() {
        Browser browser = facade.browser();
        String id = register(browser);
        for (String other : new String[] {
            id.substring(0, id.length() - 1),
            id + "A",
            "A" + id,
            (id.charAt(0) == 'A' ? "B" : "A") + id.substring(1),
            "A".repeat(id.length())
        }) {
            HttpResponse<String> answer = browser.authorize(Browser.request(facade, other, LOOPBACK));
            assertThat(answer.statusCode()).as(other).isEqualTo(400);
            assertThat(answer.headers().firstValue("location")).as(other).isEmpty();
        }
        assertThat(browser.authorize(Browser.request(facade, id, LOOPBACK)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void parametersSentTwice() {
        Browser browser = facade.browser();
        Map<String, String> request = Browser.request(facade, register(browser), LOOPBACK);
        for (String name : request.keySet()) {
            HttpResponse<String> answer = browser.get(
                    "/authorize?" + Browser.encode(request) + "&" + name + "=" + encoded(request.get(name)));
            assertThat(answer.statusCode()).as(name).isEqualTo(400);
            assertThat(answer.headers().firstValue("location")).as(name).isEmpty();
        }
    }

    @Test
    void scriptReflectedByAnErrorPage() {
        Browser browser = facade.browser();
        String script = "<script>alert(1)</script>";
        Map<String, String> request = Browser.request(facade, script, LOOPBACK);
        request.replaceAll((name, value) -> script);

        for (String path : new String[] {
            "/authorize?" + Browser.encode(request),
            "/oauth/callback?state=" + encoded(script) + "&error=" + encoded(script) + "&error_description="
                    + encoded(script)
        }) {
            HttpResponse<String> answer = browser.get(path);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).doesNotContain("alert(1)");
            assertThat(answer.headers().firstValue("content-security-policy").orElseThrow())
                    .contains("default-src 'none'");
        }
    }

    @Test
    void headersSplitByTheClientsState() {
        Browser browser = facade.browser();
        Map<String, String> request = new LinkedHashMap<>(Browser.request(facade, register(browser), LOOPBACK));
        request.put("state", "x\r\nSet-Cookie: a=b");

        HttpResponse<String> answer = browser.authorize(request);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().map()).doesNotContainKeys("location", "set-cookie");
    }

    @Test
    void answerStolenByParametersInTheClientsState() {
        Browser browser = facade.browser();
        Map<String, String> request = new LinkedHashMap<>(Browser.request(facade, register(browser), LOOPBACK));
        request.put("state", "s&code=mine&iss=https://evil.example#");

        Map<String, String> back = query(location(browser.answer(browser.authorize(request), "deny", false)));

        assertThat(back)
                .containsEntry("state", "s&code=mine&iss=https://evil.example#")
                .containsEntry("iss", facade.url.toString())
                .doesNotContainKey("code");
    }

    @Test
    void metadataThatLeadsClientsElsewhere() throws Exception {
        HttpResponse<String> answer = facade.browser()
                .send(HttpRequest.newBuilder(URI.create(facade.url + "/.well-known/oauth-authorization-server"))
                        .header("X-Forwarded-Host", "evil.example")
                        .header("X-Forwarded-Proto", "gopher")
                        .header("Forwarded", "host=evil.example"));
        JsonNode metadata = JsonMapper.builder().build().readTree(answer.body());

        Map<String, String> urls = new HashMap<>();
        metadata.properties().forEach(field -> {
            if (field.getValue().isTextual()) {
                urls.put(field.getKey(), field.getValue().textValue());
            }
        });
        assertThat(urls).hasSizeGreaterThan(5);
        assertThat(urls.values())
                .allMatch(url -> url.startsWith(facade.url.toString()) && url.matches("[A-Za-z0-9:/._-]+"));
    }

    @Test
    void clientThatBorrowsTheGatewaysCredentialAtTheAuthorizationEndpoint() {
        Browser browser = facade.browser();
        HttpResponse<String> answer = browser.authorize(Browser.request(facade, FacadeFixture.GATEWAY, LOOPBACK));

        assertThat(answer.statusCode()).isEqualTo(400);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
