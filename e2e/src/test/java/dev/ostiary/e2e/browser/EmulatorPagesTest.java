package dev.ostiary.e2e.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.User;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The emulator's own pages, which everybody who tries Ostiary on one machine sees first. */
@Tag("clients")
class EmulatorPagesTest {

    private static final String SIGN_IN = "/" + DemoDirectory.TENANT_ID + "/oauth2/v2.0/authorize?client_id="
            + FirstPartyApps.AZURE_CLI_ID
            + "&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A5555"
            + "&scope=http%3A%2F%2Flocalhost%3A8080%2Fnotes%2Fmcp.notes";

    private static final List<String> PAGES = List.of(
            SIGN_IN, // pick a user
            SIGN_IN + "&client_id=twice"); // an error

    private static final String CONTOSO = "/" + SampleDirectories.CONTOSO;
    private static final String CALLBACK = "&redirect_uri=http%3A%2F%2Flocalhost%3A5555%2Fcallback";
    private static final String AUTHORIZE = CONTOSO + "/oauth2/v2.0/authorize?response_type=code" + CALLBACK;
    private static final String READ = "&scope=api%3A%2F%2F" + SampleDirectories.API + "%2Fmcp.read";

    private static final List<String> MORE_PAGES = List.of(
            // permissions to accept
            AUTHORIZE + "&client_id=" + SampleDirectories.UNCONSENTED_CLIENT + READ + hint(SampleDirectories.ALICE),
            // a second factor
            AUTHORIZE + "&client_id=" + SampleDirectories.NATIVE_CLIENT + READ + hint(SampleDirectories.MIA),
            // the answer as a form
            AUTHORIZE + "&client_id=" + SampleDirectories.NATIVE_CLIENT + READ + hint(SampleDirectories.ALICE)
                    + "&response_mode=form_post",
            // permissions for everybody
            CONTOSO + "/adminconsent?client_id=" + SampleDirectories.UNCONSENTED_CLIENT + CALLBACK,
            CONTOSO + "/oauth2/v2.0/logout");

    @Test
    void thePagesAreAccessibleInLightAndDarkAndOnNarrowWindows() throws Exception {
        try (Browser browser = Browser.installed();
                EntraEmulator demo = EntraEmulator.start(
                        Settings.of(DemoDirectory.forGateway("http://localhost:8080", List.of("notes"))));
                EntraEmulator contoso = EntraEmulator.start(Settings.of(SampleDirectories.contosoAndFabrikam()))) {
            for (Browser.Scheme scheme : Browser.Scheme.values()) {
                browser.look(scheme, 320);
                for (String page : PAGES) {
                    browser.open(URI.create(demo.origin() + page));
                    isFine(browser);
                }
                pickNobody(browser, demo.origin());
                for (String page : MORE_PAGES) {
                    browser.open(URI.create(contoso.origin() + page));
                    isFine(browser);
                }
                signInWithACode(browser, contoso.origin());
            }
        }
    }

    private static void pickNobody(Browser browser, String origin) {
        browser.open(URI.create(origin + SIGN_IN));
        browser.ask("document.querySelector('fieldset button').value = 'nobody'");
        browser.press("fieldset button");
        assertThat(browser.find("[role=alert]").getText()).contains("no enabled user nobody");
        isFine(browser);
    }

    /** Every page on which somebody signs a device in, a wrong code included. */
    private static void signInWithACode(Browser browser, String origin) throws Exception {
        browser.open(URI.create(origin + "/devicelogin"));
        isFine(browser);
        browser.find("input[type=text]").sendKeys("WRONG");
        browser.press("button");
        assertThat(browser.find("[role=alert]").getText()).isNotBlank();
        isFine(browser);
        browser.find("input[type=text]").sendKeys(deviceCode(origin));
        browser.press("button");
        isFine(browser);
        browser.press("button[value='" + SampleDirectories.ALICE.oid() + "']");
        assertThat(browser.title()).contains("You have signed in");
        isFine(browser);
    }

    private static String deviceCode(String origin) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(origin + CONTOSO + "/oauth2/v2.0/devicecode"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "client_id=" + SampleDirectories.NATIVE_CLIENT + READ))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return new ObjectMapper().readTree(answer.body()).path("user_code").asText();
        }
    }

    private static void isFine(Browser browser) {
        assertThat(browser.find("h1").getText()).isNotBlank();
        assertThat(browser.violations()).as(browser.title()).isEmpty();
        assertThat(browser.overflow()).as(browser.title()).isZero();
        assertThat(browser.smallTargets()).as(browser.title()).isEmpty();
        assertThat(browser.breaches()).as(browser.title()).isEmpty();
        assertThat(browser.tabStops(60)).as(browser.title()).isEqualTo(browser.controls());
    }

    private static String hint(User user) {
        return "&login_hint=" + URLEncoder.encode(user.upn(), StandardCharsets.UTF_8);
    }
}
