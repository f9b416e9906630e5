package dev.ostiary.gateway.policy;

import static dev.ostiary.gateway.policy.Given.READERS;
import static dev.ostiary.gateway.policy.Given.WRITERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.policy.Decision.Cause;
import dev.ostiary.gateway.policy.Decision.MissingGroup;
import dev.ostiary.gateway.policy.Decision.PolicyError.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RoutePolicySetTest {

    private static final PrincipalFacts ANNA = Given.in(READERS);

    @Test
    void noPolicyMeansNothingMayBeCalledOrListed() throws Exception {
        RoutePolicySet route = RoutePolicySet.load(RoutePolicies.none(), "github");

        assertThat(route.isEmpty()).isTrue();
        assertThat(route.decide(Given.tool(ANNA, "t")).cause()).isEqualTo(Cause.NOT_PERMITTED);
        assertThat(route.decideListing(Given.tool(ANNA, "t")).allowed()).isFalse();
    }

    @Test
    void anUnattachedPolicyDecidesNothing() {
        Given attached = Given.policies("permit(principal, action, resource == Tool::\"a\");");
        Given elsewhere =
                Given.policies("permit(principal, action, resource);", "forbid(principal, action, resource);");
        elsewhere.load();

        assertThat(attached.call(Given.tool(ANNA, "a")).allowed()).isTrue();
        assertThat(attached.call(Given.tool(ANNA, "b")).allowed()).isFalse();
    }

    @Test
    void aGroupIsNotARoleAndARoleIsNotAGroup() {
        String x = "Admins";
        PrincipalFacts withRole = Given.principal("anna", "{}", List.of(), List.of(x));
        PrincipalFacts withGroup = Given.principal("anna", "{}", List.of(x), List.of());
        RoutePolicySet group = Given.policies("permit(principal in Group::\"Admins\", action, resource);")
                .load();
        RoutePolicySet role = Given.policies("permit(principal in Role::\"Admins\", action, resource);")
                .load();
        RoutePolicySet either = Given.policies("permit(principal in THVGroup::\"Admins\", action, resource);")
                .load();

        assertThat(group.decide(Given.tool(withRole, "t")).allowed()).isFalse();
        assertThat(group.decide(Given.tool(withGroup, "t")).allowed()).isTrue();
        assertThat(role.decide(Given.tool(withRole, "t")).allowed()).isTrue();
        assertThat(role.decide(Given.tool(withGroup, "t")).allowed()).isFalse();
        assertThat(either.decide(Given.tool(withRole, "t")).allowed()).isTrue();
        assertThat(either.decide(Given.tool(withGroup, "t")).allowed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "CEDAR, true, PERMITTED",
        "FORBID_ERRORS_DENY, false, FORBIDDEN",
        "ANY_ERROR_DENIES, false, FORBIDDEN",
    })
    void anErringForbid(Evaluation evaluation, boolean allowed, Cause cause) {
        Decision decision = Given.policies(
                        "permit(principal, action, resource);",
                        "forbid(principal, action, resource) when { principal.claim_risk == \"high\" };")
                .evaluation(evaluation)
                .call(Given.tool(ANNA, "t"));

        assertThat(decision.allowed()).isEqualTo(allowed);
        assertThat(decision.cause()).isEqualTo(cause);
        assertThat(decision.errors()).containsExactly(new Decision.PolicyError("mcp/p1#0", Kind.MISSING_ATTRIBUTE));
        assertThat(decision.forbiddenBy()).isEqualTo(allowed ? List.of() : List.of("mcp/p1#0"));
        assertThat(decision.determining()).containsExactly(allowed ? "mcp/p0#0" : "mcp/p1#0");
    }

    @ParameterizedTest
    @CsvSource({
        "CEDAR, true, PERMITTED, mcp/p0#0",
        "FORBID_ERRORS_DENY, true, PERMITTED, mcp/p0#0",
        "ANY_ERROR_DENIES, false, POLICY_ERROR, mcp/p1#0",
    })
    void anErringPermit(Evaluation evaluation, boolean allowed, Cause cause, String determining) {
        Decision decision = Given.policies(
                        "permit(principal, action, resource);",
                        "permit(principal, action, resource) when { resource.owner == \"me\" };")
                .evaluation(evaluation)
                .call(Given.tool(ANNA, "t"));

        assertThat(decision.allowed()).isEqualTo(allowed);
        assertThat(decision.cause()).isEqualTo(cause);
        assertThat(decision.determining()).containsExactly(determining);
        assertThat(decision.errors()).extracting(Decision.PolicyError::policy).containsExactly("mcp/p1#0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NATIVE | {\"n\": 3} | context.arg_n <= 5 | true",
                "NATIVE | {\"n\": 3} | context.arg_n == 3 | true",
                "NATIVE | {\"n\": 3.5} | context.arg_n.lessThan(decimal(\"3.6\")) | true",
                "NATIVE | {\"n\": 3.5} | context.arg_n <= 5 | false",
                "NATIVE | {\"n\": 1.00009} | context.arg_n == decimal(\"1.0000\") | true",
                "NATIVE | {\"n\": -9223372036854775808} | context.arg_n < 0 | true",
                "DECIMAL | {\"n\": 3} | context.arg_n <= 5 | false",
                "DECIMAL | {\"n\": 3} | context.arg_n == 3 | false",
                "DECIMAL | {\"n\": 3} | context.arg_n == decimal(\"3.0\") | true",
                "DECIMAL | {\"n\": 3} | context.arg_n.lessThan(decimal(\"3.6\")) | true",
                "DECIMAL | {\"n\": -0.00019} | context.arg_n == decimal(\"-0.0001\") | true",
                "NATIVE | {\"n\": {\"m\": [1, 2.5]}} | context.input.n.m.contains(decimal(\"2.5\")) | true",
            })
    void numbersAreWhatTheSettingSays(Numbers numbers, String arguments, String condition, boolean allowed) {
        Decision decision = Given.policies("permit(principal, action, resource) when { " + condition + " };")
                .numbers(numbers)
                .call(Given.tool(ANNA, "t", arguments));

        assertThat(decision.allowed()).as(decision.toString()).isEqualTo(allowed);
        assertThat(decision.dropped()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NATIVE | {\"n\": 9223372036854775808}",
                "NATIVE | {\"n\": 1e300}",
                "NATIVE | {\"n\": 922337203685477.5809}",
                "DECIMAL | {\"n\": 922337203685478}",
                "DECIMAL | {\"n\": -1e15}",
                "DECIMAL | {\"n\": 1e999}",
            })
    void aNumberOutOfRangeIsDroppedAndCannotSlipPastAForbid(Numbers numbers, String arguments) {
        Given given = Given.policies(
                        "permit(principal, action, resource);",
                        "forbid(principal, action, resource) when { context has arg_n };")
                .numbers(numbers)
                .evaluation(Evaluation.CEDAR);

        Decision decision = given.call(Given.tool(ANNA, "t", arguments));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.cause()).isEqualTo(Cause.UNREADABLE_ARGUMENTS);
        assertThat(decision.dropped()).containsExactly("arg_n");
        assertThat(Given.policies("permit(principal, action, resource);")
                        .call(Given.tool(ANNA, "t", arguments))
                        .allowed())
                .as("no policy reads it")
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "context.arg_s == \"x\" && resource.arg_s == \"x\"",
                "context.arg_b && resource.arg_b == true",
                "context.arg_o_present && resource.arg_l_present && context.arg_z_present",
                "!(context has arg_o) && !(context has arg_s_present) && !(context has arg_z)",
                "context.input.o.k == \"v\" && context.input.l == [1, 2] && !(context.input has z)",
                "context.claim_department == \"eng\" && principal.claim_department == \"eng\"",
                "principal.claim_act.sub like \"spiffe://*\"",
                "principal.claimset_scp == [\"a\", \"b\"] && context.claim_scp == \"a  b\"",
                "principal.claim_list == [\"p\", 1] && principal.claimset_list.contains(\"p\")",
                "!(principal has claimset_department) && !(principal has claim_nothing)",
                "principal[\"claim_cognito:groups\"].contains(\"c\")",
                "principal.claim_groups == [\"02223b6b-0000-4000-8000-000000000001\"]",
                "principal.claim_roles == [\"R\"] && context.claim_groups == principal.claimset_groups",
                "resource.name == \"t\" && resource.operation == \"call\" && resource.feature == \"tool\"",
                "resource.readOnlyHint && !(resource has destructiveHint) && resource.openWorldHint == false",
                "action.operation == \"call_tool\" && action == Action::\"call_tool\"",
                "resource in MCP::\"github\" && !(resource in MCP::\"other\") && resource is Tool",
                "principal is Client && principal == Client::\"anna\" && !(resource has uri)",
                "context has arg_s && context has input",
            })
    void aRequestLooksAsToolHiveMakesIt(String condition) {
        PrincipalFacts principal = Given.principal("anna", """
                {"department": "eng", "act": {"sub": "spiffe://x"}, "scp": "a  b", "list": ["p", 1, null],
                 "cognito:groups": ["c"], "groups": ["forged"], "roles": ["forged"], "nothing": null}""", List.of(READERS), List.of("R"));
        Question question = new Question(
                principal,
                Operation.CALL_TOOL,
                new Target.Tool("t", true, null, null, false),
                Given.json("{\"s\": \"x\", \"b\": true, \"o\": {\"k\": \"v\"}, \"l\": [1, 2], \"z\": null}"));

        Decision decision = Given.policies("permit(principal, action, resource) when { " + condition + " };")
                .call(question);

        assertThat(decision.allowed()).as(decision.toString()).isTrue();
    }

    @Test
    void promptsAndResourcesHaveTheirOwnEntities() {
        RoutePolicySet route = Given.policies(
                        "permit(principal, action == Action::\"get_prompt\", resource == Prompt::\"hi\") when {"
                                + " resource.feature == \"prompt\" && resource.operation == \"get\" && resource.arg_to =="
                                + " \"you\" };",
                        "permit(principal, action == Action::\"read_resource\", resource == Resource::\"a:/b?c=d#e\") when"
                                + " { resource.uri == resource.name && resource.uri == \"a:/b?c=d#e\" && resource.feature"
                                + " == \"resource\" && resource.operation == \"read\" };")
                .load();

        assertThat(route.decide(new Question(
                                ANNA, Operation.GET_PROMPT, new Target.Prompt("hi"), Given.json("{\"to\": \"you\"}")))
                        .allowed())
                .isTrue();
        assertThat(route.decide(new Question(ANNA, Operation.READ_RESOURCE, new Target.Resource("a:/b?c=d#e"), null))
                        .allowed())
                .isTrue();
        assertThatThrownBy(() -> new Question(ANNA, Operation.GET_PROMPT, new Target.Tool("hi"), null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTemplateIsDecidedOnItsTypeAndServerAlone() {
        Question template =
                new Question(ANNA, Operation.READ_RESOURCE, new Target.ResourceTemplate("file:///{path}"), null);

        assertThat(Given.policies("permit(principal, action, resource == Resource::\"file:///ok\");")
                        .load()
                        .decideListing(template)
                        .allowed())
                .as("a permit on one URI does not reveal")
                .isFalse();
        assertThat(Given.policies(
                                "permit(principal, action, resource);",
                                "forbid(principal, action, resource == Resource::\"file:///etc\");",
                                "forbid(principal, action, resource) when { resource.uri like \"*secret*\" };")
                        .load()
                        .decideListing(template)
                        .allowed())
                .as("a forbid on some URIs does not hide")
                .isTrue();
        assertThat(Given.policies(
                                "permit(principal, action == Action::\"read_resource\", resource in MCP::\"github\") when {"
                                        + " resource.name like \"file:*\" };")
                        .evaluation(Evaluation.ANY_ERROR_DENIES)
                        .load()
                        .decide(template)
                        .allowed())
                .as("a permit on the server shows")
                .isTrue();
        assertThat(Given.policies("permit(principal, action == Action::\"call_tool\", resource);")
                        .load()
                        .decideListing(template)
                        .allowed())
                .isFalse();
        assertThat(Given.policies(
                                "permit(principal, action, resource);",
                                "forbid(principal, action == Action::\"read_resource\", resource);")
                        .load()
                        .decideListing(template)
                        .allowed())
                .isFalse();
    }

    @Test
    void staticEntitiesAddAttributesAndHierarchyAndNeverOverrideTheRequest() {
        RoutePolicySet route = Given.policies(
                        "permit(principal in THVGroup::\"org\", action, resource) when { resource.owner == \"eng\" &&"
                                + " resource.name == \"t\" && principal.level == 3 && resource in Team::\"a\" && resource"
                                + " in MCP::\"github\" };")
                .entities("""
                        [{"uid": "Tool::t", "attrs": {"owner": "eng", "name": "forged"}, "parents": ["Team::\\"a\\""]},
                         {"uid": {"type": "Group", "id": "%s"}, "attrs": {}, "parents": [{"type": "THVGroup", "id": "org"}]},
                         {"uid": {"__entity": {"type": "Client", "id": "anna"}}, "attrs": {"level": 3}, "parents": []}]""".formatted(READERS))
                .load();

        assertThat(route.decide(Given.tool(ANNA, "t")).allowed()).isTrue();
        assertThat(route.decide(Given.tool(Given.in(WRITERS), "t")).allowed()).isFalse();
        assertThat(route.decide(Given.tool(Given.in(WRITERS), "t")).missing())
                .as("org is not a role")
                .isEqualTo(new Decision.Missing(List.of(), List.of()));
        assertThat(route.decide(Given.tool(ANNA, "u")).allowed()).isFalse();
    }

    @Test
    void staticEntitiesMergeByAttribute() throws Exception {
        StaticEntities merged = StaticEntities.merge(List.of(
                "[{\"uid\": \"Tool::t\", \"attrs\": {\"a\": 1, \"b\": 1}, \"parents\": [\"X::p\"]}]",
                "[{\"uid\": {\"type\": \"Tool\", \"id\": \"t\"}, \"attrs\": {\"b\": 2}, \"parents\": [\"Group::"
                        + READERS + "\"]}]"));

        assertThat(merged.json())
                .isEqualTo("[{\"uid\":{\"type\":\"Tool\",\"id\":\"t\"},\"attrs\":{\"a\":1,\"b\":2},\"parents\":["
                        + "{\"type\":\"Group\",\"id\":\"" + READERS
                        + "\"},{\"type\":\"X\",\"id\":\"p\"}],\"tags\":{}}]");
        assertThat(merged.groupIds()).containsExactly(READERS);
        assertThat(StaticEntities.read(merged.json()).json()).isEqualTo(merged.json());
    }

    @Test
    void aShadowPolicyIsEvaluatedAndNeverPartOfTheDecision() {
        RoutePolicySet route = Given.policies("permit(principal, action, resource == Tool::\"a\");")
                .policy("mcp/forbid", "forbid(principal, action, resource == Tool::\"a\");", true, Map.of())
                .policy("mcp/permit", "permit(principal, action, resource == Tool::\"b\");", true, Map.of())
                .policy(
                        "mcp/errs",
                        "forbid(principal, action, resource == Tool::\"c\") when { resource.nothing };",
                        true,
                        Map.of())
                .load();

        Decision a = route.decide(Given.tool(ANNA, "a"));
        Decision b = route.decide(Given.tool(ANNA, "b"));
        Decision c = route.decide(Given.tool(ANNA, "c"));

        assertThat(a.allowed()).isTrue();
        assertThat(a.errors()).isEmpty();
        assertThat(a.determining()).containsExactly("mcp/p0#0");
        assertThat(a.shadow()).isEqualTo(new Decision.Shadow(false, List.of("mcp/forbid#0"), List.of()));
        assertThat(b.allowed()).isFalse();
        assertThat(b.shadow()).isEqualTo(new Decision.Shadow(true, List.of("mcp/permit#0"), List.of()));
        assertThat(c.errors()).isEmpty();
        assertThat(c.cause()).isEqualTo(Cause.NOT_PERMITTED);
        assertThat(c.shadow())
                .isEqualTo(new Decision.Shadow(
                        false,
                        List.of("mcp/errs#0"),
                        List.of(new Decision.PolicyError("mcp/errs#0", Kind.MISSING_ATTRIBUTE))));
        assertThat(route.decideListing(Given.tool(ANNA, "b")).allowed()).isFalse();
    }

    @Test
    void aBrokenShadowPolicyBreaksNothing() throws Exception {
        RoutePolicies good =
                Given.policies("permit(principal, action, resource);").compiled();
        RoutePolicies.PolicyEntry broken = new RoutePolicies.PolicyEntry("mcp/x#0", "permit(", true, Map.of());
        RoutePolicies policies = new RoutePolicies(
                good.evaluation(),
                good.numbers(),
                List.of(good.call().getFirst(), broken),
                List.of(good.list().getFirst(), broken),
                "[]",
                List.of(),
                false);

        Decision decision = RoutePolicySet.load(policies, "github").decide(Given.tool(ANNA, "t"));

        assertThat(decision.allowed()).isTrue();
        assertThat(decision.shadow())
                .isEqualTo(new Decision.Shadow(
                        true, List.of("mcp/p0#0"), List.of(new Decision.PolicyError("mcp/x#0", Kind.OTHER))));
    }

    @Test
    void onlyShadowPoliciesMeansThatNothingIsPermitted() {
        RoutePolicySet route = Given.policies()
                .policy("mcp/s", "permit(principal, action, resource);", true, Map.of())
                .load();

        assertThat(route.isEmpty()).isTrue();
        assertThat(route.decide(Given.tool(ANNA, "t")).allowed()).isFalse();
    }

    @Test
    void aDenialNamesTheMissingGroup() {
        RoutePolicySet route = Given.policies()
                .policy(
                        "mcp/w",
                        "permit(principal in Group::\"writers\", action == Action::\"call_tool\", resource == Tool::\"write\");"
                                + " permit(principal in Group::\"readers\", action, resource == Tool::\"read\");",
                        false,
                        Map.of("writers", WRITERS, "readers", READERS))
                .policy(
                        "mcp/r",
                        "permit(principal, action, resource == Tool::\"write\") when {"
                                + " principal.claim_roles.contains(\"Mcp.Write\") || principal in Role::\"Ops\" ||"
                                + " (principal in Role::\"A\" && principal in Role::\"B\") };",
                        false,
                        Map.of())
                .load();

        Decision denied = route.decide(Given.tool(ANNA, "write"));

        assertThat(denied.cause()).isEqualTo(Cause.NOT_PERMITTED);
        assertThat(denied.missing())
                .isEqualTo(new Decision.Missing(
                        List.of(new MissingGroup(WRITERS, "writers")), List.of("Mcp.Write", "Ops")));
        assertThat(route.decide(Given.tool(ANNA, "other")).missing())
                .isEqualTo(new Decision.Missing(List.of(), List.of()));
        assertThat(route.decide(Given.tool(ANNA, "read")).missing()).isNull();
    }

    @Test
    void whereAForbidDecidesNothingIsMissing() {
        Decision denied = Given.policies(
                        "permit(principal in Group::\"" + WRITERS + "\", action, resource);",
                        "forbid(principal, action, resource);")
                .call(Given.tool(ANNA, "t"));

        assertThat(denied.forbiddenBy()).containsExactly("mcp/p1#0");
        assertThat(denied.missing()).isNull();
    }

    @Test
    void noMoreThanSixteenGroupsAreTried() {
        String[] permits = new String[40];
        for (int i = 0; i < permits.length; i++) {
            permits[i] = "permit(principal in Group::\"02223b6b-0000-4000-8000-0000000001%02d\", action, resource);"
                    .formatted(i);
        }

        Decision denied = Given.policies(permits).call(Given.tool(ANNA, "t"));

        assertThat(denied.missing()).isNotNull();
        assertThat(denied.missing().groups())
                .hasSize(MissingFacts.MAX_CANDIDATES)
                .first()
                .isEqualTo(new MissingGroup("02223b6b-0000-4000-8000-000000000100", null));
    }

    @ParameterizedTest
    @EnumSource(Evaluation.class)
    void anArgumentThatWouldMakeTheDifferenceDoesNotHideTheTool(Evaluation evaluation) {
        RoutePolicySet route = Given.policies(
                        "permit(principal, action, resource) when { context.arg_location == \"NY\" };",
                        "permit(principal, action, resource == Tool::\"b\") when { context has arg_x && resource.owner =="
                                + " \"me\" };",
                        "forbid(principal, action, resource) when { context has arg_bad };")
                .evaluation(evaluation)
                .load();

        assertThat(route.decideListing(Given.tool(ANNA, "a")).allowed()).isTrue();
        assertThat(route.decideListing(Given.tool(ANNA, "b")).allowed()).isTrue();
        assertThat(route.decide(Given.tool(ANNA, "b", "{\"location\": \"NY\"}")).allowed())
                .isTrue();
        assertThat(route.decide(Given.tool(ANNA, "a", "{\"location\": \"NY\", \"bad\": 1}"))
                        .allowed())
                .isFalse();
    }

    @Test
    void manyPoliciesPinnedToToolsDecideAsTheWholeSetWould() {
        String[] permits = new String[CedarEngine.MAX_SLICES + 50];
        for (int i = 0; i < permits.length; i++) {
            permits[i] = "permit(principal, action, resource == Tool::\"t" + i + "\");";
        }
        RoutePolicySet route = Given.policies(permits).load();

        for (int i = 0; i < permits.length; i++) {
            assertThat(route.decide(Given.tool(ANNA, "t" + i)).determining()).containsExactly("mcp/p" + i + "#0");
        }
        assertThat(route.decide(Given.tool(ANNA, "")).allowed()).isFalse();
        assertThat(route.decide(Given.tool(ANNA, "t")).allowed()).isFalse();
    }

    @Test
    void aToolWithoutANameIsATool() {
        RoutePolicySet route = Given.policies(
                        "permit(principal, action, resource);", "forbid(principal, action, resource == Tool::\"\");")
                .load();

        assertThat(route.decide(Given.tool(ANNA, "t")).allowed()).isTrue();
        assertThat(route.decide(Given.tool(ANNA, "")).allowed()).isFalse();
    }

    @Test
    void aSetThatFellOutOfTheNativeStoreStillDecides() {
        RoutePolicySet route = Given.policies("permit(principal, action, resource == Tool::\"a\");")
                .load();
        assertThat(route.decide(Given.tool(ANNA, "a")).allowed()).isTrue();
        try {
            com.cedarpolicy.model.policy.PolicySet.setCacheMaxPolicySets(1);
            for (int i = 0; i < 3; i++) {
                assertThat(Given.policies("permit(principal, action, resource == Tool::\"z" + i + "\");")
                                .call(Given.tool(ANNA, "z" + i))
                                .allowed())
                        .isTrue();
            }
            assertThat(route.decide(Given.tool(ANNA, "a")).allowed()).isTrue();
            assertThat(route.decide(Given.tool(ANNA, "b")).allowed()).isFalse();
        } finally {
            com.cedarpolicy.model.policy.PolicySet.setCacheMaxPolicySets(65_536);
        }
    }

    @Test
    void whatPoliciesReadIsKnown() {
        assertThat(Given.policies("permit(principal, action, resource) when { context.arg_x };")
                        .load()
                        .readsArguments())
                .isTrue();
        assertThat(Given.policies("permit(principal, action, resource);").load().readsArguments())
                .isFalse();
        assertThat(Given.policies("permit(principal, action, resource) when { resource has readOnlyHint };")
                        .load()
                        .readsAnnotations())
                .isTrue();
        assertThat(Given.policies("permit(principal, action, resource);").load().readsAnnotations())
                .isFalse();
    }

    @Test
    void nothingOfACallIsPrinted() {
        Question question = Given.tool(
                Given.principal("anna", "{\"x\": \"S3CRET\"}", List.of(), List.of()), "t", "{\"p\": \"S3CRET\"}");

        Decision decision = Given.policies(
                        "permit(principal, action, resource) when { context.arg_p + 1 == 2 && context.claim_x == 1 };")
                .call(question);

        assertThat(question.toString() + question.principal() + decision).doesNotContain("S3CRET");
    }
}
