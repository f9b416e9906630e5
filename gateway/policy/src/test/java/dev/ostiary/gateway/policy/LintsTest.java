package dev.ostiary.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.policy.Lint.Code;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LintsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permit(principal, action == Action::\"tools/call\", resource); | UnknownAction | Action::\"call_tool\"",
                "permit(principal, action in [Action::\"x\", Action::\"call_tool\"], resource); | UnknownAction | get_prompt",
                "permit(principal, action, resource) when { action == Action::\"tools/list\" }; | UnknownAction | call_tool",
                "permit(principal, action, resource) when { principal.role == \"x\" }; | UnknownAttribute | claim_role",
                "permit(principal, action, resource) when { context.email == \"x\" }; | UnknownAttribute | claim_email",
                "permit(principal, action, resource) when { principal has groups }; | UnknownAttribute | claim_groups",
                "permit(principal, action, resource) when { resource.tool == \"x\" }; | UnknownAttribute | resource.name",
                "permit(principal, action, resource) when { resource.name in [\"x\"] }; | InNeedsEntities | contains(resource.name)",
                "permit(principal, action, resource) when { principal.claim_n >= 3 }; | NumberComparison | numbers: Decimal",
                "permit(principal, action, resource) when { context.arg_n.lessThan(decimal(\"1.0\")) }; | NumberComparison | numbers: Decimal",
                "permit(principal, action, resource); | Unconditional | name a group",
                "permit(principal is Client, action, resource) when { true } unless { false }; | Unconditional | name a group",
                "forbid(principal, action, resource); | Unconditional | no permit beside it",
                "permit(principal == User::\"x\", action, resource); | NeverMatches | never applies",
                "permit(principal, action == Action::\"get_prompt\", resource == Tool::\"x\"); | NeverMatches | never applies",
                "permit(principal, action, resource is FeatureType); | NeverMatches | never applies",
                "permit(principal, action, resource) unless { true }; | NeverMatches | never applies",
                "forbid(principal, action, resource) when { resource.tool in [\"x\"] }; | NeverMatches | denies unless",
                "permit(principal in THVGroup::\"eng\", action, resource); | UnknownGroupName | spec.groups",
                "permit(principal, action, resource) when { principal.claim_groups.contains(\"eng\") }; | UnknownGroupName | object ids",
            })
    void aPatternThatCannotWorkIsNamedWithItsCure(String text, Code code, String cure) {
        assertThat(Given.one(text).lints(Numbers.NATIVE)).anySatisfy(l -> {
            assertThat(l.code()).isEqualTo(code);
            assertThat(l.message()).contains(cure);
            assertThat(l.line()).isEqualTo(1);
            assertThat(l.column()).isEqualTo(1);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permit(principal in Group::\"eng\", action == Action::\"call_tool\", resource);",
                "permit(principal in THVGroup::\"eng\", action, resource) when { principal.claim_groups.contains(\"eng\") };",
                "permit(principal, action, resource) when { resource has readOnlyHint && resource.readOnlyHint };",
                "permit(principal, action, resource) when { resource in [Tool::\"a\", Tool::\"b\"] && resource.owner == principal.claim_sub };",
                "permit(principal, action, resource) unless { principal has role } unless { resource.level < 3 };",
                "forbid(principal, action, resource) when { context has arg_x && context.input.x == 1 };",
            })
    void aPolicyThatCanWorkIsLeftAlone(String text) {
        assertThat(Given.one(text)
                        .rewriteGroups(Map.of("eng", Given.READERS))
                        .policy()
                        .lints(Numbers.NATIVE))
                .filteredOn(l -> l.code() != Code.UnknownAttribute || !text.contains("has role"))
                .isEmpty();
    }

    @Test
    void aChoiceBetweenImpossibilitiesNeverApplies() {
        ParsedPolicy policy =
                Given.one("permit(principal, action, resource) when { false || principal.role == \"x\" };");

        assertThat(policy.applicability(Numbers.NATIVE)).isEqualTo(Applicability.NEVER);
    }

    @Test
    void withDecimalNumbersAnOrderingNeverApplies() {
        ParsedPolicy policy =
                Given.one("permit(principal, action, resource) when { resource.arg_n <= principal.claim_n };");

        assertThat(policy.applicability(Numbers.DECIMAL)).isEqualTo(Applicability.NEVER);
        assertThat(policy.applicability(Numbers.NATIVE)).isEqualTo(Applicability.CONDITIONAL);
        assertThat(policy.lints(Numbers.DECIMAL))
                .extracting(Lint::code)
                .containsExactly(Code.NumberComparison, Code.NeverMatches);
    }
}
