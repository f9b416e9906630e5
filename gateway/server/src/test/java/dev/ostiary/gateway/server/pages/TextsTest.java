package dev.ostiary.gateway.server.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TextsTest {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}]*}");

    @ParameterizedTest
    @EnumSource
    void everyLanguageHasEveryTextWithEveryPlaceholder(Language language) {
        Texts english = Texts.in(Language.EN);
        Texts texts = Texts.in(language);

        assertThat(texts.keys()).isEqualTo(english.keys());
        assertThat(texts.keys()).allSatisfy(key -> {
            assertThat(texts.pattern(key)).isNotBlank();
            assertThat(placeholders(texts.pattern(key)))
                    .containsExactlyInAnyOrderElementsOf(placeholders(english.pattern(key)));
        });
    }

    @ParameterizedTest
    @EnumSource
    void noTextHasAnApostropheWhichAPatternWouldSwallow(Language language) {
        Texts texts = Texts.in(language);

        assertThat(texts.keys())
                .filteredOn(key -> !key.equals("time"))
                .allSatisfy(key -> assertThat(texts.pattern(key)).doesNotContain("'"));
    }

    @ParameterizedTest
    @EnumSource
    void everyProblemIsExplained(Language language) {
        for (ErrorView.Problem problem : ErrorView.Problem.values()) {
            assertThat(Texts.in(language).keys())
                    .contains("error." + problem + ".title", "error." + problem + ".what", "error." + problem + ".do");
        }
    }

    @Test
    void theLanguagesDiffer() {
        assertThat(Texts.in(Language.DE).pattern("consent.deny")).isEqualTo("Ablehnen");
        assertThat(Texts.in(Language.EN).pattern("consent.deny")).isEqualTo("Deny");
    }

    @Test
    void anArgumentIsNotReadAsAPattern() {
        assertThat(Texts.in(Language.EN)
                        .say("grants.end.which", Html.text("{1}'{0}'"), Html.text("%s"))
                        .markup())
                .isEqualTo("of {1}&#39;{0}&#39; to %s");
    }

    @Test
    void anUnknownTextIsAMistakeOfOurs() {
        assertThatThrownBy(() -> Texts.in(Language.EN).say("no.such")).hasMessageContaining("no.such");
    }

    @Test
    void timesAreInUtcForPeopleAndMachines() {
        Instant instant = Instant.parse("2026-03-01T23:59:59Z");

        assertThat(Texts.in(Language.EN).time(instant).markup())
                .isEqualTo("<time datetime=\"2026-03-01T23:59:59Z\">1 Mar 2026, 23:59 UTC</time>");
        assertThat(Texts.in(Language.DE).time(instant).markup())
                .isEqualTo("<time datetime=\"2026-03-01T23:59:59Z\">01.03.2026, 23:59 UTC</time>");
    }

    private static List<String> placeholders(String pattern) {
        return PLACEHOLDER.matcher(pattern).results().map(MatchResult::group).toList();
    }
}
