package dev.ostiary.gateway.server.pages;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "de | DE",
                "DE-at | DE",
                "de-DE,de;q=0.9,en;q=0.8 | DE",
                "en-US,en;q=0.9,de;q=0.8 | EN",
                "en;q=0.5, de;q=0.8 | DE",
                "fr, de;q=0.1 | DE",
                "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5 | EN",
                "de ; Q=1.000 , en | DE",
                "en, de | EN",
                "de, en | DE",
                "*, de;q=0.5 | EN",
                "fr, es | EN",
                "de;q=0 | EN",
                "de;q=0.000, en;q=0.001 | EN"
            })
    void theLanguageThatIsLikedBestWins(String acceptLanguage, Language language) {
        assertThat(Language.of(acceptLanguage)).isEqualTo(language);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                " ",
                ",",
                ";",
                ",;q=,;",
                "de;q=1.1",
                "de;q=2",
                "de;q=-1",
                "de;q=0.1234",
                "de;q=1e400",
                "de;q=NaN",
                "de;q=",
                "de;q",
                "de;x=1",
                "de;q=1;q=1",
                "deutsch",
                "d\u0000e",
                "de\r\nX: y",
                "de_DE",
                "../texts_de",
                "\uD800"
            })
    void whatIsMalformedIsEnglish(String acceptLanguage) {
        assertThat(Language.of(acceptLanguage)).isEqualTo(Language.EN);
    }

    @Test
    void whatIsTooLongIsNotRead() {
        assertThat(Language.of("de," + "x".repeat(10_000))).isEqualTo(Language.EN);
        assertThat(Language.of("x,".repeat(40) + "de")).isEqualTo(Language.EN);
        assertThat(Language.of("x,".repeat(31) + "de")).isEqualTo(Language.DE);
    }
}
