package dev.ostiary.gateway.server.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PagesTest {

    private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);

    /** Every element that a page of ours may have; a text of a client that became markup would be none of them, or too many. */
    private static final Pattern ELEMENT = Pattern.compile("<[a-z!/][^>]*>", Pattern.CASE_INSENSITIVE);

    @Test
    void thePolicyNamesTheStyleThatIsSent() throws Exception {
        String page = consent(Hostile.consent());
        List<String> styles =
                STYLE.matcher(page).results().map(style -> style.group(1)).toList();
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(styles.getFirst().getBytes(StandardCharsets.UTF_8));

        assertThat(styles).hasSize(1);
        assertThat(styles.getFirst()).doesNotContain("\r", "</", "@import", "url(");
        assertThat(Pages.headers().get("content-security-policy"))
                .contains("style-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'");
    }

    @Test
    void theHeadersForbidWhatPagesDoNotNeed() {
        Map<String, String> headers = Pages.headers();

        assertThat(headers.get("content-security-policy"))
                .startsWith("default-src 'none'; ")
                .contains("base-uri 'none'", "frame-ancestors 'none'")
                .doesNotContain("unsafe", "form-action", "script-src");
        assertThat(headers)
                .containsEntry("x-frame-options", "DENY")
                .containsEntry("x-content-type-options", "nosniff")
                .containsEntry("referrer-policy", "same-origin")
                .containsEntry("cache-control", "no-store")
                .containsEntry("content-type", "text/html; charset=utf-8")
                .containsKey("permissions-policy")
                .doesNotContainKey("cross-origin-opener-policy");
    }

    @Test
    void aHostileClientChangesNoElementOfThePage() {
        ConsentView hostile = Hostile.consent();
        ConsentView harmless =
                new ConsentView("a", true, "b", "c", "d", false, "e", "f", List.of("g", "h"), "/i", "j", true, true);

        assertThat(elements(consent(hostile))).isEqualTo(elements(consent(harmless)));
    }

    @Test
    void aHostileNameChangesNoElementOfTheOtherPages() {
        assertThat(elements(grants(Hostile.NAME))).isEqualTo(elements(grants("a")));
        assertThat(elements(error(Hostile.NAME))).isEqualTo(elements(error("a")));
    }

    @Test
    void aNameOfTenKilobytesLeavesThePageSmall() {
        String name = "\u202E<".repeat(5000);
        ConsentView view =
                new ConsentView(name, true, name, name, name, true, name, name, List.of(), "/", "token", true, true);

        assertThat(Pages.consent(view, Language.DE)).hasSizeLessThan(30_000);
    }

    @Test
    void theKeyEnterPressesDeny() {
        String page = consent(Hostile.consent());

        assertThat(page.indexOf("value=\"deny\"")).isPositive().isLessThan(page.indexOf("value=\"approve\""));
    }

    @Test
    void nothingTakesTheFocusAndNothingRuns() {
        for (String page : List.of(consent(Hostile.consent()), grants(Hostile.NAME), error(Hostile.NAME))) {
            assertThat(elements(page))
                    .noneMatch(element -> element.contains("autofocus")
                            || element.contains(" style=")
                            || element.startsWith("<script")
                            || Pattern.compile(" on[a-z]+=").matcher(element).find());
        }
    }

    private static String consent(ConsentView view) {
        return new String(Pages.consent(view, Language.EN), StandardCharsets.UTF_8);
    }

    private static String grants(String text) {
        GrantsView.Row row = new GrantsView.Row(text, text, text, Instant.EPOCH, Instant.EPOCH);
        return new String(
                Pages.grants(new GrantsView(text, List.of(row), text, text, text), Language.EN),
                StandardCharsets.UTF_8);
    }

    private static String error(String text) {
        ErrorView view = new ErrorView(ErrorView.Problem.MISCONFIGURED, text, text, text, text, text);
        return new String(Pages.error(view, Language.DE), StandardCharsets.UTF_8);
    }

    /** The tags of a page, without the values of their attributes. */
    private static List<String> elements(String page) {
        return ELEMENT.matcher(page)
                .results()
                .map(MatchResult::group)
                .map(element -> element.replaceAll("\"[^\"]*\"", "\"\""))
                .filter(element -> !element.equals("<wbr>"))
                .toList();
    }
}
