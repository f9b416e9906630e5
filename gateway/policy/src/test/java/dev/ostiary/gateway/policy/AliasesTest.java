package dev.ostiary.gateway.policy;

import static dev.ostiary.gateway.policy.Given.READERS;
import static dev.ostiary.gateway.policy.Given.WRITERS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Design 4.10: a policy's own aliases become object ids in the parsed policy, and meet no other policy's. */
class AliasesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permit(principal in Group::\"%s\", action, resource);",
                "permit(principal in THVGroup::\"%s\", action, resource);",
                "permit(principal is Client in Group::\"%s\", action, resource);",
                "permit(principal, action, resource in Group::\"%s\") when { principal in Group::\"%s\" };",
                "permit(principal, action, resource) when { principal in [Group::\"%s\", Role::\"readers\"] };",
                "permit(principal, action, resource) when { principal is Client in THVGroup::\"%s\" };",
                "permit(principal, action, resource) unless { principal.claim_groups.contains(\"%s\") };",
                "permit(principal, action, resource) when { context.claim_groups.contains(\"%s\") };",
                "permit(principal, action, resource) when { principal[\"claim_groups\"].containsAll([\"%s\", \"x\"]) };",
                "permit(principal, action, resource) when { if true then context.claimset_groups.containsAny([\"%s\"])"
                        + " else false };",
            })
    void anAliasIsRewrittenWhereAGroupIsNamed(String template) {
        ParsedPolicy.Rewritten rewritten =
                Given.one(template.replace("%s", "readers")).rewriteGroups(Map.of("readers", READERS));

        assertThat(rewritten.policy().text())
                .isEqualTo(Given.one(template.replace("%s", READERS)).text());
        assertThat(rewritten.unknown()).isEmpty();
        assertThat(rewritten.policy().groupIds()).containsExactly(READERS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@readers(\"readers\") permit(principal, action, resource) when { resource.name == \"readers\" };",
                "permit(principal in Role::\"readers\", action, resource) when { resource.readers };",
                "permit(principal, action, resource) when { principal.claim_roles.contains(\"readers\") };",
                "permit(principal, action, resource) when { principal.claim_x == \"Group::\\\"readers\\\"\" };",
                "permit(principal in Foo::Group::\"readers\", action, resource == Tool::\"readers\");",
                "permit(principal, action, resource) when { resource.claim_groups.contains(\"readers\") };",
                "permit(principal, action, resource) when { {\"Value\": \"readers\", \"__entity\": \"readers\"} == context };",
                "permit(principal, action, resource) when { resource.name like \"readers\" };",
            })
    void nothingElseIsTouched(String text) {
        ParsedPolicy policy = Given.one(text);

        ParsedPolicy.Rewritten rewritten = policy.rewriteGroups(Map.of("readers", READERS));

        assertThat(rewritten.policy().text()).isEqualTo(policy.text()).doesNotContain(READERS);
        assertThat(rewritten.unknown()).isEmpty();
    }

    @Test
    void aGroupThatIsNeitherAliasNorObjectIdIsUnknown() {
        ParsedPolicy.Rewritten rewritten = Given.one(
                        "permit(principal in Group::\"nobody\", action, resource) when { principal in Group::\"readers\""
                                + " || principal in THVGroup::\"old\" || principal.claim_groups.contains(\"old\") };")
                .rewriteGroups(Map.of("readers", READERS));

        assertThat(rewritten.unknown()).containsExactly("nobody");
    }

    @Test
    void anObjectIdIsWrittenAsEntraWritesIt() {
        ParsedPolicy policy = Given.one("permit(principal in Group::\"" + READERS.toUpperCase(java.util.Locale.ROOT)
                        + "\", action, resource);")
                .rewriteGroups(Map.of())
                .policy();

        assertThat(policy.groupIds()).containsExactly(READERS);
    }

    @Test
    void aliasesNeverMeetBetweenPolicies() {
        String text = "permit(principal in Group::\"team\", action, resource == Tool::\"%s\");";
        RoutePolicySet route = Given.policies()
                .policy("mcp/a", text.formatted("read"), false, Map.of("team", READERS))
                .policy("mcp/b", text.formatted("write"), false, Map.of("team", WRITERS))
                .load();

        assertThat(route.decide(Given.tool(Given.in(READERS), "read")).allowed())
                .isTrue();
        assertThat(route.decide(Given.tool(Given.in(READERS), "write")).allowed())
                .isFalse();
        assertThat(route.decide(Given.tool(Given.in(WRITERS), "read")).allowed())
                .isFalse();
        assertThat(route.decide(Given.tool(Given.in(WRITERS), "write")).allowed())
                .isTrue();
        assertThat(route.decide(Given.tool(Given.in("team"), "write")).allowed())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "principal.claim_groups.contains(\"x\") | false",
                "principal.claim_groups.containsAny([\"x\", \"y\"]) | false",
                "principal has claim_groups && principal.claim_groups.contains(\"x\") | false",
                "resource in resource.parent | false",
                "principal in [Group::\"x\", Role::\"y\"] | false",
                "principal.claim_groups.contains(resource.owner) | true",
                "principal.claim_groups.contains(context.arg_group) | true",
                "principal.claim_groups.containsAll([\"x\", resource.owner]) | true",
                "principal.claim_groups.isEmpty() | true",
                "context.claim_groups == [\"x\"] | true",
                "[\"x\"].containsAll(principal.claim_groups) | true",
                "principal in resource.owner | true",
                "principal in [Group::\"x\", resource.owner] | true",
                "principal is Client in resource.owner | true",
                "context == {} | true",
                "[context].contains({}) | true",
            })
    void groupsUsedWithoutNamingThemAreNoticed(String condition, boolean dynamic) {
        ParsedPolicy policy = Given.one("permit(principal, action, resource) when { " + condition + " };");

        assertThat(policy.usesGroupsDynamically()).isEqualTo(dynamic);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "context.arg_x == 1 | true",
                "resource has arg_x | true",
                "resource[\"arg_a b\"] == 1 | true",
                "context.input.a == 1 | true",
                "context has input | true",
                "(if true then context else context).input == 1 | true",
                "context == {} | true",
                "resource.input == 1 | false",
                "context.claim_arg_x == 1 | false",
                "resource.name == \"arg_x\" | false",
            })
    void argumentsAreNoticed(String condition, boolean reads) {
        ParsedPolicy policy = Given.one("permit(principal, action, resource) when { " + condition + " };");

        assertThat(policy.readsArguments()).isEqualTo(reads);
    }
}
