package dev.ostiary.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Design 4.10: what a kept decision may be kept under. */
class DecisionKeyTest {

    private static final String READS_ALL =
            "permit(principal, action, resource) when { context.arg_x == resource.name && resource has readOnlyHint &&"
                    + " resource has destructiveHint && resource has idempotentHint && resource has openWorldHint };";
    private static final PrincipalFacts ANNA = Given.principal("anna", "{\"a\": \"1\"}", List.of("g"), List.of("r"));
    private static final Question BASE = Given.tool(ANNA, "t", "{\"x\": \"1\"}");

    static Stream<Question> others() {
        return Stream.of(
                Given.tool(Given.principal("ben", "{\"a\": \"1\"}", List.of("g"), List.of("r")), "t", "{\"x\": \"1\"}"),
                Given.tool(Given.principal("anna", "{\"a\": 1}", List.of("g"), List.of("r")), "t", "{\"x\": \"1\"}"),
                Given.tool(
                        Given.principal("anna", "{\"b\": \"1\"}", List.of("g"), List.of("r")), "t", "{\"x\": \"1\"}"),
                Given.tool(
                        Given.principal("anna", "{\"a\": [\"1\"]}", List.of("g"), List.of("r")), "t", "{\"x\": \"1\"}"),
                Given.tool(Given.principal("anna", "{\"a\": \"1\"}", List.of(), List.of("r")), "t", "{\"x\": \"1\"}"),
                Given.tool(
                        Given.principal("anna", "{\"a\": \"1\"}", List.of(), List.of("g", "r")), "t", "{\"x\": \"1\"}"),
                Given.tool(
                        Given.principal("anna", "{\"a\": \"1\"}", List.of("g", "r"), List.of()), "t", "{\"x\": \"1\"}"),
                Given.tool(ANNA, "u", "{\"x\": \"1\"}"),
                Given.tool(ANNA, "=t", "{\"x\": \"1\"}"),
                Given.tool(ANNA, "t", "{\"x\": 1}"),
                Given.tool(ANNA, "t", "{\"x\": 1.0}"),
                Given.tool(ANNA, "t", "{\"x\": true}"),
                Given.tool(ANNA, "t", "{\"x\": \"1\", \"y\": null}"),
                Given.tool(ANNA, "t", "{\"x\": [\"1\"]}"),
                Given.tool(ANNA, "t", "{\"x\": {\"1\": \"1\"}}"),
                Given.tool(ANNA, "t"),
                new Question(ANNA, Operation.CALL_TOOL, new Target.Tool("t", true, null, null, null), BASE.arguments()),
                new Question(
                        ANNA, Operation.CALL_TOOL, new Target.Tool("t", false, null, null, null), BASE.arguments()),
                new Question(ANNA, Operation.CALL_TOOL, new Target.Tool("t", null, true, null, null), BASE.arguments()),
                new Question(ANNA, Operation.CALL_TOOL, new Target.Tool("t", null, null, true, null), BASE.arguments()),
                new Question(ANNA, Operation.CALL_TOOL, new Target.Tool("t", null, null, null, true), BASE.arguments()),
                new Question(ANNA, Operation.GET_PROMPT, new Target.Prompt("t"), BASE.arguments()),
                new Question(ANNA, Operation.READ_RESOURCE, new Target.Resource("t"), BASE.arguments()),
                new Question(ANNA, Operation.READ_RESOURCE, new Target.ResourceTemplate("t"), BASE.arguments()));
    }

    @ParameterizedTest
    @MethodSource("others")
    void theKeySeparatesWhateverPoliciesCanTellApart(Question other) {
        RoutePolicySet route = Given.policies(READS_ALL).load();

        assertThat(route.key(other, false)).isNotEqualTo(route.key(BASE, false));
    }

    @Test
    void aListItemIsNotACall() {
        RoutePolicySet route = Given.policies(READS_ALL).load();

        assertThat(route.key(BASE, true)).isNotEqualTo(route.key(BASE, false));
        assertThat(route.key(BASE, true)).isEqualTo(route.key(Given.tool(ANNA, "t"), true));
    }

    @Test
    void theSameFactsInAnotherOrderAreTheSameKey() {
        RoutePolicySet route = Given.policies(READS_ALL).load();
        PrincipalFacts a =
                Given.principal("x", "{\"a\": {\"p\": 1, \"q\": 2}, \"b\": 1}", List.of("g", "h"), List.of());
        PrincipalFacts b =
                Given.principal("x", "{\"b\": 1, \"a\": {\"q\": 2, \"p\": 1}}", List.of("h", "g"), List.of());

        assertThat(route.key(Given.tool(a, "t", "{\"x\": 1, \"y\": 2}"), false))
                .isEqualTo(route.key(Given.tool(b, "t", "{\"y\": 2, \"x\": 1}"), false));
    }

    @Test
    void argumentsThatNoPolicyReadsShareAKey() {
        RoutePolicySet route =
                Given.policies("permit(principal, action, resource);").load();

        assertThat(route.key(BASE, false)).isEqualTo(route.key(Given.tool(ANNA, "t", "{\"x\": 2}"), false));
    }

    @Test
    void toolsThatNoPolicyTellsApartShareAKey() {
        RoutePolicySet route = Given.policies(
                        "permit(principal, action, resource) when { resource has readOnlyHint };",
                        "permit(principal, action, resource) when { resource in [Tool::\"named\"] && resource != Tool::\"other\" };")
                .entities("[{\"uid\": \"Tool::static\", \"attrs\": {}, \"parents\": []}]")
                .load();

        assertThat(route.key(Given.tool(ANNA, "a"), true)).isEqualTo(route.key(Given.tool(ANNA, "b"), true));
        assertThat(List.of("named", "other", "static", "a", ""))
                .extracting(name -> route.key(Given.tool(ANNA, name), true))
                .satisfies(keys -> assertThat(Map.of(0, keys.get(0), 1, keys.get(1), 2, keys.get(2), 3, keys.get(3)))
                        .containsValues(keys.get(0), keys.get(1), keys.get(2), keys.get(3)))
                .satisfies(keys -> assertThat(keys.stream().distinct()).hasSize(4));
    }

    @Test
    void anotherPolicySetIsAnotherKey() {
        String text = "permit(principal, action, resource);";
        String entity = "[{\"uid\": \"Tool::t\", \"attrs\": {}, \"parents\": []}]";
        List<String> hashes = Stream.of(
                        Given.policies(text),
                        Given.policies("forbid(principal, action, resource);"),
                        Given.policies(text, text),
                        Given.policies(text).evaluation(Evaluation.CEDAR),
                        Given.policies(text).numbers(Numbers.DECIMAL),
                        Given.policies(text).workload("other"),
                        Given.policies(text).entities(entity),
                        Given.policies().policy("mcp/other", text, false, Map.of()),
                        Given.policies().policy("mcp/p0", text, true, Map.of()),
                        Given.policies().policy("mcp/p0", text, false, Map.of("alias", Given.READERS)))
                .map(g -> g.load().hash())
                .toList();

        assertThat(hashes).doesNotHaveDuplicates();
        assertThat(Given.policies(text).load().hash()).isEqualTo(hashes.getFirst());
    }
}
