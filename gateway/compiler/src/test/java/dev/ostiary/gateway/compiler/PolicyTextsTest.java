package dev.ostiary.gateway.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.policy.Parsed;
import org.junit.jupiter.api.Test;

class PolicyTextsTest {

    private static final String ONE = "permit(principal, action, resource);";
    private static final String OTHER = "forbid(principal, action, resource);";

    @Test
    void aTextIsReadOnceAsLongAsEveryCompilationNeedsIt() {
        PolicyTexts texts = new PolicyTexts();
        texts.begin();
        Parsed first = texts.parse(ONE);

        texts.begin();
        assertThat(texts.parse(ONE)).isSameAs(first);
        texts.begin();
        assertThat(texts.parse(ONE)).isSameAs(first);
    }

    @Test
    void whatACompilationDidNotNeedIsForgotten() {
        PolicyTexts texts = new PolicyTexts();
        texts.begin();
        Parsed first = texts.parse(ONE);
        texts.begin();
        texts.parse(OTHER);
        texts.begin();

        assertThat(texts.parse(ONE)).isNotSameAs(first).hasToString(first.toString());
    }
}
