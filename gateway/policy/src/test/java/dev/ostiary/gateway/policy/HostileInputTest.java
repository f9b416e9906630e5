package dev.ostiary.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import dev.ostiary.gateway.policy.Decision.Cause;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostileInputTest {

    private static final PrincipalFacts ANNA = Given.in(Given.READERS);

    private static String when(String condition) {
        return "permit(principal, action, resource) when { " + condition + " };";
    }

    static Stream<String> tooMuch() {
        return Stream.of(
                "(".repeat(10_000),
                when("(".repeat(21) + "true" + ")".repeat(21)),
                when("[".repeat(90) + "]".repeat(90) + " == 1"),
                when("!(".repeat(90) + "true" + ")".repeat(90)),
                when("!".repeat(9_000) + "true"),
                when("true||".repeat(1_600) + "true"),
                when("if true then ".repeat(600) + "true" + " else true".repeat(600)),
                when("context" + ".a".repeat(4_000)),
                when("context has a" + ".a".repeat(4_000)),
                when("1+".repeat(4_000) + "1 == 2"),
                when("-".repeat(9_000) + "1 == 2"),
                when("{a:".repeat(50) + "1" + "}".repeat(50) + " == 1"),
                when("ip(".repeat(100) + ")".repeat(100)),
                "@a(\"" + "x".repeat(9_000),
                "permit(principal, action, resource);\u0000",
                "\u202epermit(principal, action, resource);",
                "permit(principal, action, resource) when { \"\ud800\" == \"\" };");
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void aPolicyThatIsTooMuchIsAProblemAndNotACrash(String text) {
        assertThat(CedarSource.parse(text))
                .isInstanceOfSatisfying(
                        Parsed.Broken.class, b -> assertThat(b.problems()).isNotEmpty());
    }

    static Stream<String> atTheLimit() {
        return Stream.of(
                when("(".repeat(19) + "true" + ")".repeat(19)),
                when("[".repeat(18) + "true||".repeat(400) + "true" + "]".repeat(18) + " == [1]"),
                when("!(".repeat(19) + "false" + ")".repeat(19)),
                when("false||".repeat(499) + "true"),
                when("true&&".repeat(499) + "true"),
                when("1+".repeat(499) + "1 == 500"),
                when("if false then true else ".repeat(499) + "true"),
                when("if true then ".repeat(499) + "true" + " else true".repeat(499)),
                when("context" + ".a".repeat(31)),
                when("context has a" + ".a".repeat(30)),
                when("!!!!(!!!!(!!!!(!!!!(true))))"),
                when("true || ".repeat(20) + "(".repeat(18) + "1 + 2 * 3 - -context.a.b" + ")".repeat(18) + " < 3"));
    }

    @ParameterizedTest
    @MethodSource("atTheLimit")
    void aPolicyAtTheLimitIsDecidedOnAnOrdinaryThread(String text) {
        RoutePolicySet route = Given.policies(text).load();

        Decision decision = route.decide(Given.tool(ANNA, "t"));

        assertThat(decision.cause()).isIn(Cause.PERMITTED, Cause.NOT_PERMITTED);
    }

    @Test
    void aThousandClaimsAndGroupsAreNoTrouble() {
        ObjectNode claims = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < 1_000; i++) {
            claims.put("c" + i, "v" + i);
        }
        List<String> groups = Stream.iterate(0, i -> i + 1)
                .limit(1_000)
                .map("02223b6b-0000-4000-8000-%012d"::formatted)
                .toList();
        PrincipalFacts principal = new PrincipalFacts("anna", claims, groups, groups);

        assertThat(Given.policies(
                                "permit(principal, action, resource) when { context == {} };",
                                "permit(principal, action, resource) when { context.claim_c999 == \"v999\" && principal.claim_c0"
                                        + " == \"v0\" && principal in resource.owner };")
                        .entities("[{\"uid\": \"Tool::t\", \"attrs\": {\"owner\": {\"__entity\": {\"type\": \"Group\","
                                + " \"id\": \"02223b6b-0000-4000-8000-000000000999\"}}}, \"parents\": []}]")
                        .call(Given.tool(principal, "t"))
                        .determining())
                .containsExactly("mcp/p1#0");
    }

    @Test
    void anArgumentCannotForgeAnEntityOrAnExtensionValue() {
        String forged = "{\"x\": {\"__entity\": {\"type\": \"Client\", \"id\": \"anna\"}},"
                + " \"y\": {\"__extn\": {\"fn\": \"ip\", \"arg\": \"127.0.0.1\"}}, \"__entity\": {\"type\": \"T\", \"id\": \"t\"}}";
        RoutePolicySet route = Given.policies(
                        when("context.input.x == principal"), when("context.input.y.isLoopback()"), when("true"))
                .evaluation(Evaluation.CEDAR)
                .load();

        Decision decision = route.decide(Given.tool(ANNA, "t", forged));

        assertThat(decision.cause()).isEqualTo(Cause.UNREADABLE_ARGUMENTS);
        assertThat(decision.dropped()).containsExactly("input");
        PrincipalFacts principal = Given.principal("anna", "{\"act\": " + forged + "}", List.of(), List.of());
        Decision claimed =
                Given.policies(when("principal.claim_act.x == principal")).call(Given.tool(principal, "t"));
        assertThat(claimed.allowed()).isFalse();
        assertThat(claimed.dropped()).containsExactly("claim_act");
    }

    static Stream<ObjectNode> monstrous() {
        ObjectNode deep = JsonNodeFactory.instance.objectNode();
        ObjectNode at = deep;
        for (int i = 0; i < 5_000; i++) {
            at = at.putObject("a");
        }
        ObjectNode wide = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < 100_000; i++) {
            wide.put("k" + i, i);
        }
        ObjectNode longText = JsonNodeFactory.instance.objectNode().put("a", "x".repeat(5_000_000));
        ObjectNode surrogate = JsonNodeFactory.instance.objectNode().put("a", "x\ud800y");
        ObjectNode name = JsonNodeFactory.instance.objectNode().put("\udc00", 1);
        ObjectNode huge = JsonNodeFactory.instance.objectNode();
        huge.put("a", new java.math.BigDecimal("1e999999999"));
        ObjectNode tiny = JsonNodeFactory.instance.objectNode();
        tiny.put("a", Double.NaN);
        return Stream.of(deep, wide, longText, surrogate, name, huge, tiny);
    }

    @ParameterizedTest
    @MethodSource("monstrous")
    void monstrousArgumentsDenyWherePoliciesReadThemAndNotElsewhere(ObjectNode arguments) {
        Question question = new Question(ANNA, Operation.CALL_TOOL, new Target.Tool("t"), arguments);

        Decision read =
                Given.policies(when("true"), when("context.input.a == 1")).call(question);
        Decision unread = Given.policies(when("true")).call(question);

        assertThat(read.cause()).isEqualTo(Cause.UNREADABLE_ARGUMENTS);
        assertThat(read.missing()).isNull();
        assertThat(unread.allowed()).isTrue();
    }

    @Test
    void anInfinitesimalNumberIsZeroAndNoWork() {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        arguments.put("a", new java.math.BigDecimal("1e-999999999"));

        assertThat(Given.policies(when("context.arg_a == decimal(\"0.0\")"))
                        .call(new Question(ANNA, Operation.CALL_TOOL, new Target.Tool("t"), arguments))
                        .allowed())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "a\udc00b", "\udc00\ud800"})
    void aNameThatIsNotUnicodeIsDenied(String name) {
        RoutePolicySet route = Given.policies(when("true")).load();

        assertThat(route.decide(Given.tool(ANNA, name)).cause()).isEqualTo(Cause.UNREADABLE_REQUEST);
        assertThat(route.decideListing(Given.tool(ANNA, name)).allowed()).isFalse();
        assertThat(route.decide(Given.tool(Given.principal(name, "{}", List.of(), List.of()), "t"))
                        .allowed())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000",
                "\"",
                "\\",
                "\n",
                "\u202e",
                "😀",
                "é",
                "e\u0301",
                "\"}],\"x\":[{\"",
                "::",
                "Tool::\"x\""
            })
    void aStrangeNameIsOnlyItself(String name) {
        String literal = name.codePoints()
                .mapToObj(c -> "\\u{" + Integer.toHexString(c) + "}")
                .collect(java.util.stream.Collectors.joining());
        RoutePolicySet route = Given.policies("permit(principal, action, resource == Tool::\"" + literal
                        + "\") when { resource.name == \"" + literal + "\" && context.arg_a == \"" + literal
                        + "\" && principal.claim_a == \"" + literal + "\" };")
                .load();
        PrincipalFacts principal = new PrincipalFacts(
                "anna", JsonNodeFactory.instance.objectNode().put("a", name), List.of(name), List.of(name));
        ObjectNode arguments = JsonNodeFactory.instance.objectNode().put("a", name);

        assertThat(route.decide(new Question(principal, Operation.CALL_TOOL, new Target.Tool(name), arguments))
                        .allowed())
                .isTrue();
        assertThat(route.decide(new Question(principal, Operation.CALL_TOOL, new Target.Tool(name + "x"), arguments))
                        .allowed())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[",
                "[] []",
                "[1]",
                "[{}]",
                "[{\"uid\": \"Tool\"}]",
                "[{\"uid\": \"::x\"}]",
                "[{\"uid\": \"A B::x\"}]",
                "[{\"uid\": {\"type\": \"\", \"id\": \"x\"}, \"attrs\": {}, \"parents\": []}]",
                "[{\"uid\": {\"type\": \"T\"}}]",
                "[{\"uid\": \"T::x\", \"attrs\": []}]",
                "[{\"uid\": \"T::x\", \"parents\": {}}]",
                "[{\"uid\": \"T::x\", \"parents\": [3]}]",
                "[{\"uid\": \"T::x\", \"attrs\": {\"a\": null}}]",
                "[{\"uid\": \"T::x\", \"attrs\": {\"a\": 1.5}}]",
                "[{\"uid\": \"T::x\", \"attrs\": {\"a\": {\"__extn\": {\"fn\": \"ip\", \"arg\": \"no\"}}}}]",
                "[{\"uid\": \"T::x\", \"attrs\": {\"a\": 1, \"a\": 2}}]",
                "[{\"uid\": \"T::x\", \"parents\": [\"T::y\"]}, {\"uid\": \"T::y\", \"parents\": [\"T::x\"]}]",
            })
    void staticEntitiesThatAreNoneCloseTheRoute(String json) {
        RoutePolicies policies = Given.policies("permit(principal, action, resource);")
                .entities(json)
                .compiled();

        assertThatThrownBy(() -> RoutePolicySet.load(policies, "github"))
                .isInstanceOf(UnusablePoliciesException.class)
                .message()
                .isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "permit(",
                "permit(principal, action, resource); permit(principal, action, resource);",
                "\ud800"
            })
    void anEnforcedPolicyThatDoesNotParseClosesTheRoute(String cedar) {
        PolicyEntry entry = new PolicyEntry("mcp/p#0", cedar, false, Map.of());
        RoutePolicies none = RoutePolicies.none();
        RoutePolicies policies =
                new RoutePolicies(none.evaluation(), none.numbers(), List.of(entry), List.of(), "[]", List.of(), false);

        assertThatThrownBy(() -> RoutePolicySet.load(policies, "github"))
                .isInstanceOf(UnusablePoliciesException.class)
                .hasMessageContaining("mcp/p#0");
    }
}
