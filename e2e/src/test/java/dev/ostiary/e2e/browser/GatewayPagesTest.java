package dev.ostiary.e2e.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.server.pages.Pages;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.openqa.selenium.Keys;

/** The gateway's pages, with the headers with which they are sent. */
@Tag("clients")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before all tests
class GatewayPagesTest {

    private static final int NARROW = 320;
    private static final int WIDE = 1280;
    private static final Map<String, byte[]> PAGES = SamplePages.all();

    private Browser browser;
    private PageServer client;
    private PageServer server;

    @BeforeAll
    void start() throws Exception {
        browser = Browser.installed();
        client = PageServer.of(
                Map.of("answer", "<!DOCTYPE html><title>answered</title>".getBytes(StandardCharsets.UTF_8)),
                Map.of("Content-Type", "text/html"),
                "/");
        Map<String, byte[]> pages = new LinkedHashMap<>(PAGES);
        String page = new String(PAGES.get("consent.en"), StandardCharsets.UTF_8);
        pages.put("tampered", page.replace("<style>", "<style> ").getBytes(StandardCharsets.UTF_8));
        pages.put("script", page.replace("<main>", "<main><script>1</script>").getBytes(StandardCharsets.UTF_8));
        // Another host name, so that the way back to the client leaves the page's site.
        server = PageServer.of(
                pages, Pages.headers(), client.page("answer").toString().replace("127.0.0.1", "localhost"));
    }

    @AfterAll
    void stop() {
        for (AutoCloseable part : new AutoCloseable[] {server, client, browser}) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> everyPageIsAccessibleAndKeepsItsPolicy() {
        return PAGES.keySet().stream()
                .flatMap(name -> Stream.of(Browser.Scheme.values())
                        .map(scheme -> DynamicTest.dynamicTest(name + " " + scheme, () -> {
                            browser.look(scheme, WIDE);
                            browser.open(server.page(name));

                            assertThat(browser.console()).isEmpty();
                            assertThat(browser.find("main").getCssValue("border-top-left-radius"))
                                    .isEqualTo("12px");
                            assertThat(browser.violations()).isEmpty();
                        })));
    }

    @TestFactory
    Stream<DynamicTest> everyPageFitsANarrowWindowAndLargeText() {
        return PAGES.keySet().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    browser.look(Browser.Scheme.LIGHT, NARROW);
                    browser.open(server.page(name));
                    assertThat(browser.overflow()).isZero();
                    assertThat(browser.smallTargets()).isEmpty();

                    browser.ask("document.documentElement.style.fontSize = '200%'");
                    assertThat(browser.overflow())
                            .as("with text twice as large")
                            .isZero();
                }));
    }

    @TestFactory
    Stream<DynamicTest> theTabKeyReachesEverythingInOrder() {
        return PAGES.keySet().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    browser.look(Browser.Scheme.LIGHT, WIDE);
                    browser.open(server.page(name));

                    assertThat(browser.tabStops(20)).isEqualTo(browser.controls());
                }));
    }

    @Test
    void darkAndLightDiffer() {
        browser.look(Browser.Scheme.LIGHT, WIDE);
        browser.open(server.page("consent.en"));
        String light = browser.find("body").getCssValue("background-color");
        browser.look(Browser.Scheme.DARK, WIDE);
        browser.open(server.page("consent.en"));

        assertThat(browser.find("body").getCssValue("background-color")).isNotEqualTo(light);
    }

    @Test
    void aStyleOrScriptThatIsNotOursIsRefused() {
        browser.open(server.page("tampered"));
        assertThat(browser.console()).anyMatch(line -> line.contains("style-src"));
        assertThat(browser.find("main").getCssValue("border-top-left-radius")).isEqualTo("0px");

        browser.open(server.page("script"));
        assertThat(browser.console()).anyMatch(line -> line.contains("Content Security Policy"));
    }

    @Test
    void anApprovalIsPostedWithItsOriginAndTheBrowserFollowsToTheClient() {
        browser.open(server.page("consent.en"));
        browser.find("input[name=remember]").click();
        browser.find("button[value=approve]").click();

        await().until(browser::title, "answered"::equals);
        assertThat(server.posted().getLast())
                .isEqualTo(new PageServer.Posted(
                        server.origin(), "transaction=v1.sealed-transaction&remember=yes&decision=approve"));
    }

    @Test
    void theKeyEnterDenies() {
        browser.open(server.page("consent-web.de"));
        browser.find("input[name=remember]").sendKeys(Keys.ENTER);

        await().until(browser::title, "answered"::equals);
        assertThat(server.posted().getLast().body()).isEqualTo("transaction=v1.sealed-transaction&decision=deny");
    }

    @Test
    void aGrantIsEndedByItsOwnButton() {
        browser.open(server.page("grants.en"));
        browser.find("button[value='2']").click();

        await().until(browser::title, "answered"::equals);
        assertThat(server.posted().getLast().body()).isEqualTo("token=v1.form&grant=2");
    }
}
