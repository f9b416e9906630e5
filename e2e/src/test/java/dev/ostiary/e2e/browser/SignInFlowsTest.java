package dev.ostiary.e2e.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.e2e.browser.LoopbackClient.SignIn;
import dev.ostiary.entra.emulator.DemoDirectory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.openqa.selenium.Keys;

/** A person signs a program in: a browser, a gateway, Entra and an MCP server, and nothing in their places. */
@Tag("clients")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before all tests
class SignInFlowsTest {

    private static final String APPROVE = "button[value=approve]";
    private static final String DENY = "button[value=deny]";
    private static final String REMEMBER = "input[name=remember]";
    private static final String ANNA = "button[value='" + DemoDirectory.ANNA + "']";
    private static final String BEN = "button[value='" + DemoDirectory.BEN + "']";
    private static final String END = ".grants button";
    private static final Duration REVOCATION = Duration.ofSeconds(2);

    private Browser browser;
    private FacadeInFront gateway;
    private LoopbackClient client;

    @BeforeAll
    void start() throws Exception {
        browser = Browser.installed();
        gateway = FacadeInFront.start();
        browser.look(Browser.Scheme.LIGHT, 1280);
    }

    @AfterAll
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void aNewUserOfANewClient() throws Exception {
        browser.forgetEverything();
        browser.speak("en");
        client = LoopbackClient.registered(gateway.publicUrl(), "Notebook");
    }

    @AfterEach
    void noPageHasBrokenItsPolicy() {
        client.close();
        assertThat(browser.breaches()).isEmpty();
    }

    @Test
    void whoApprovesAndSignsInGetsATokenThatWorks() throws Exception {
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        assertThat(browser.find("main").getText())
                .contains("Allow access to Notes?", "Notebook", "Nobody has checked this name", "127.0.0.1");
        browser.press(APPROVE);
        assertThat(browser.url()).startsWith(gateway.entra());
        browser.press(ANNA);

        assertThat(browser.title()).isEqualTo("answered");
        assertThat(signIn.answer())
                .containsKey("code")
                .containsEntry("iss", gateway.publicUrl().toString());
        assertThat(client.tools(signIn.token()).body()).contains("list_notes");
    }

    @Test
    void whoOpensTheServersAddressReadsWhatItIsFor() {
        URI address = URI.create(gateway.publicUrl() + "/notes");
        browser.open(address);

        assertThat(browser.find("h1").getText()).startsWith("Notes");
        assertThat(browser.find("main").getText()).contains("claude mcp add --transport http notes " + address);
    }

    @Test
    void aDenialReachesTheClient() {
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        browser.press(DENY);

        assertThat(browser.title()).isEqualTo("answered");
        assertThat(signIn.answer()).containsEntry("error", "access_denied").doesNotContainKey("code");
    }

    @Test
    void whoCancelsAtEntraIsBackAtTheClientWithoutACode() {
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        browser.press(APPROVE);
        browser.press("button[value=cancel]");

        assertThat(signIn.answer()).containsEntry("error", "access_denied").doesNotContainKey("code");
    }

    @Test
    void aRememberedApprovalAsksNothingTheNextTime() throws Exception {
        approveAndRemember(ANNA);

        SignIn next = client.begin();
        browser.open(next.url());

        assertThat(browser.title()).isEqualTo("answered");
        assertThat(client.tools(next.token()).statusCode()).isEqualTo(200);
    }

    @Test
    void anApprovalThatIsNotToBeRememberedIsAskedForAgain() {
        approve(ANNA);

        browser.open(client.begin().url());

        assertThat(browser.find(APPROVE).getText()).isEqualTo("Approve");
    }

    @Test
    void aRememberedDenialCanBeChanged() throws Exception {
        approve(ANNA);
        SignIn denied = client.begin();
        browser.open(denied.url());
        browser.press(DENY);
        assertThat(denied.answer()).containsEntry("error", "access_denied");

        SignIn changed = client.begin();
        browser.open(changed.url());
        assertThat(browser.find(".notice").getText()).contains("denied this program access before");
        assertThat(browser.find(DENY).getText()).isEqualTo("Keep denying");
        assertThat(browser.find(APPROVE).getText()).isEqualTo("Approve now");
        browser.press(APPROVE);
        assertThat(client.tools(changed.token()).statusCode()).isEqualTo(200);

        browser.open(client.begin().url());
        assertThat(browser.find(DENY).getText()).as("forgotten").isEqualTo("Deny");
    }

    @Test
    void anEndedGrantIsWorthNothingTwoSecondsLater() throws Exception {
        SignIn signIn = approve(BEN);
        String token = signIn.token();
        assertThat(client.tools(token).statusCode()).isEqualTo(200);

        browser.open(gateway.page("/grants"));
        assertThat(browser.find("main").getText()).contains("Ben Writer", "Notebook", "Notes");
        browser.press(END);

        await().atMost(REVOCATION).until(() -> client.tools(token).statusCode() == 401);
        assertThat(browser.find("main").getText()).doesNotContain("Notebook");
    }

    @Test
    void aSignInFromAnotherBrowserEndsForBoth() throws Exception {
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        browser.press(APPROVE);
        URI captured = URI.create(browser.url());

        try (Browser other = Browser.installed()) {
            other.open(captured);
            other.press(BEN);
            assertThat(other.url()).startsWith(gateway.publicUrl().toString());
            assertThat(other.title()).isEqualTo("This sign-in began in another browser");
            assertThat(other.console()).anyMatch(line -> line.contains("403"));
        }
        browser.press(ANNA);

        assertThat(browser.title()).isEqualTo("This page has expired");
        assertThat(signIn.isAnswered()).isFalse();
    }

    @Test
    void anotherUserIsNotServedWhatTheFirstApproved() throws Exception {
        approveAndRemember(ANNA);
        browser.open(URI.create(gateway.entra() + "/" + DemoDirectory.TENANT_ID + "/oauth2/v2.0/logout"));

        SignIn next = client.begin();
        browser.open(next.url());
        assertThat(browser.url()).as("anna's approval is remembered").startsWith(gateway.entra());
        browser.press(BEN);
        assertThat(browser.find("h1").getText()).isEqualTo("Allow access to Notes?");
        assertThat(next.isAnswered()).isFalse();
        browser.press(APPROVE);

        assertThat(client.tools(next.token()).statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(gateway.audited()).contains("AnotherUser"));
    }

    @Test
    void aFormThatWasChangedIsRefused() {
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        browser.ask("document.querySelector('input[name=transaction]').value += 'x'");
        browser.press(APPROVE);

        assertThat(browser.title()).isEqualTo("This page has expired");
    }

    @Test
    void aFormIsWorthNothingWithoutTheCookieOfItsPage() {
        browser.open(client.begin().url());
        browser.forgetEverything();
        browser.press(APPROVE);

        assertThat(browser.title()).isEqualTo("This sign-in began in another browser");
    }

    @Test
    void aFormOfAnotherSiteIsRefused() {
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        Object transaction = browser.ask("return document.querySelector('input[name=transaction]').value");
        browser.open(client.opener(signIn));
        browser.ask("""
                const form = document.createElement('form');
                form.method = 'post';
                form.action = arguments[0];
                form.innerHTML = '<input name="transaction"><button name="decision" value="approve">Win</button>';
                form.transaction.value = arguments[1];
                document.body.replaceChildren(form);""", gateway.page("/consent").toString(), transaction);
        browser.press(APPROVE);

        assertThat(browser.url()).isEqualTo(gateway.page("/consent").toString());
        assertThat(browser.console()).anyMatch(line -> line.contains("403"));
        assertThat(signIn.isAnswered()).isFalse();
    }

    @Test
    void aSignInIsFinishedOnce() throws Exception {
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        browser.press(APPROVE);
        URI callback = wayBackFromEntra(browser.url());

        browser.open(callback);
        assertThat(signIn.answer()).containsKey("code");
        browser.open(callback);
        assertThat(browser.title()).isEqualTo("This page has expired");
    }

    @Test
    void whoPrefersGermanIsAskedInGerman() {
        browser.speak("de-CH,de;q=0.9,en;q=0.5");
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        assertThat(browser.find("html").getDomAttribute("lang")).isEqualTo("de");
        assertThat(browser.find("h1").getText()).isEqualTo("Zugriff auf Notes erlauben?");
        browser.press(APPROVE);
        browser.press(ANNA);
        assertThat(signIn.answer()).containsKey("code");

        browser.open(gateway.page("/grants"));
        assertThat(browser.find("html").getDomAttribute("lang")).isEqualTo("de");
        browser.open(gateway.page("/authorize"));
        assertThat(browser.find("html").getDomAttribute("lang")).isEqualTo("de");
    }

    @Test
    void theKeyboardIsEnough() throws Exception {
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        browser.key(REMEMBER, Keys.SPACE);
        assertThat(browser.find(REMEMBER).isSelected()).isTrue();
        browser.key(APPROVE, Keys.ENTER);
        await().until(() -> browser.url().startsWith(gateway.entra()));
        browser.key(BEN, Keys.ENTER);
        String token = signIn.token();

        browser.open(gateway.page("/grants"));
        browser.key(END, Keys.ENTER);

        await().atMost(REVOCATION).until(() -> client.tools(token).statusCode() == 401);
    }

    @Test
    void aPopupReportsToTheWindowThatOpenedIt() {
        SignIn signIn = client.begin();
        browser.open(client.opener(signIn));
        browser.find("button").click();
        browser.enterPopup();
        try {
            await().until(() -> browser.title().equals("Allow access?"));
            browser.press(APPROVE);
            browser.press(ANNA);
            assertThat(browser.title()).isEqualTo("answered");
        } finally {
            browser.leavePopup();
        }

        await().until(() -> browser.title().contains("code="));
        Map<String, String> answer = signIn.answer();
        assertThat(browser.title()).contains(answer.get("state"));
    }

    /** Where Entra sends anna's browser back to. */
    private static URI wayBackFromEntra(String url) throws IOException, InterruptedException {
        URI signIn = URI.create(url + "&login_hint=anna%40" + DemoDirectory.DOMAIN);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(signIn).build(), HttpResponse.BodyHandlers.discarding())
                    .headers()
                    .firstValue("Location")
                    .map(URI::create)
                    .orElseThrow();
        }
    }

    private SignIn approve(String user) {
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        browser.press(APPROVE);
        browser.press(user);
        assertThat(signIn.answer()).containsKey("code");
        return signIn;
    }

    private void approveAndRemember(String user) {
        SignIn signIn = client.begin();
        browser.open(signIn.url());
        browser.find(REMEMBER).click();
        browser.press(APPROVE);
        browser.press(user);
        assertThat(signIn.answer()).containsKey("code");
    }
}
