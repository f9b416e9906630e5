package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariableReferencesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain|plain",
                "$(A)|one",
                "x$(A)-$(B)y|xone-$1y",
                "$(UNKNOWN)|$(UNKNOWN)",
                "$$(A)|$(A)",
                "$$$(A)|$one",
                "$A ${A}|$A ${A}",
                "$()|$()",
                "$(A|$(A",
                "$$|$"
            })
    void areExpandedAsKubernetesDoes(String text, String expanded) {
        assertThat(VariableReferences.expand(text, Map.of("A", "one", "B", "$1")))
                .isEqualTo(expanded);
    }
}
