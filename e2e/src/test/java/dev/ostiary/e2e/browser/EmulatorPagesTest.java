package dev.ostiary.e2e.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import java.net.URI;
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
            SIGN_IN + "&login_hint=nobody%40" + DemoDirectory.DOMAIN, // a warning above it
            SIGN_IN + "&client_id=twice"); // an error

    @Test
    void thePagesAreAccessibleInLightAndDarkAndOnNarrowWindows() throws Exception {
        try (Browser browser = Browser.installed();
                EntraEmulator emulator = EntraEmulator.start(
                        Settings.of(DemoDirectory.forGateway("http://localhost:8080", List.of("notes"))))) {
            for (String page : PAGES) {
                for (Browser.Scheme scheme : Browser.Scheme.values()) {
                    browser.look(scheme, 320);
                    browser.open(URI.create(emulator.origin() + page));

                    assertThat(browser.find("h1").getText()).isNotBlank();
                    assertThat(browser.violations()).isEmpty();
                    assertThat(browser.overflow()).isZero();
                    assertThat(browser.smallTargets()).isEmpty();
                    assertThat(browser.console()).noneMatch(line -> line.contains("Content Security Policy"));
                    assertThat(browser.tabStops(60)).isEqualTo(browser.controls());
                }
            }
        }
    }
}
