package dev.ostiary.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CedarSourceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "permit(principal, action, resource) when { a b };| 1 | 46 | unexpected token `b`",
                "permit(principal, action == Action::call_tool, resource);| 1 | 29 | expected an entity uid",
                "permit(principal == ?principal, action, resource);| 1 | 21 | template",
                "permit(principal, action| 1 | 25 | unexpected end of input",
                "// é;\\n  permit(principal, action, resource) when { \"é\" == é };| 2 | 53 | invalid token",
                "permit(principal, action, resource);\\r\\n\\rpermit(p| 3 | 9 | unexpected end",
                "@a(\"1\") @a(\"2\") permit(principal, action, resource);| 1 | 9 | duplicate annotation",
                ";| 1 | 1 | unexpected token",
                "permit(principal, action, resource) when { foo(1) };| 1 | 44 | not a valid function",
                "permit(principal, action, resource) when { \"\\\\q\" == 1 };| 1 | 44 | escape",
            })
    void aMistakeHasItsPlace(String text, int line, int column, String message) {
        String unescaped = text.replace("\\\\", "\u0001")
                .replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\u0001", "\\");

        Parsed parsed = CedarSource.parse(unescaped);

        assertThat(parsed)
                .isInstanceOfSatisfying(
                        Parsed.Broken.class,
                        b -> assertThat(b.problems()).first().satisfies(p -> {
                            assertThat(p.message()).contains(message.replace('\'', '`'));
                            assertThat(List.of(p.line(), p.column())).containsExactly(line, column);
                        }));
    }

    @Test
    void everyBrokenPolicyIsReported() {
        Parsed parsed = CedarSource.parse("permit(a);\npermit(principal, action, resource);\nforbid(b);");

        assertThat(parsed)
                .isInstanceOfSatisfying(
                        Parsed.Broken.class,
                        b -> assertThat(b.problems())
                                .extracting(Problem::line)
                                .contains(1, 3)
                                .doesNotContain(2));
    }

    @Test
    void aPolicyKnowsWhereItStandsWhateverPrecedesIt() {
        List<ParsedPolicy> all = Given.parse(
                "// a; \"comment\n@id(\"x;\\\"y\")\npermit(principal, action, resource); forbid(principal, action,"
                        + " resource); // tail");

        assertThat(all).extracting(ParsedPolicy::line).containsExactly(2, 3);
        assertThat(all).extracting(ParsedPolicy::column).containsExactly(1, 38);
        assertThat(all).extracting(ParsedPolicy::index).containsExactly(0, 1);
        assertThat(all).extracting(ParsedPolicy::permits).containsExactly(true, false);
        assertThat(all.getFirst().annotations()).containsEntry("id", "x;\"y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   \n", "// only a comment", "// no newline \"at all;"})
    void aTextWithoutPoliciesHasNone(String text) {
        assertThat(Given.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permit(principal, action, resource);",
                "@id(\"a\\\"b\") @plain permit(principal is Client in Group::\"x\", action in [Action::\"a\", Action::\"b\"],"
                        + " resource in MCP::\"q\");",
                "permit(principal is A::B, action in Action::\"x\", resource is Tool);",
                "permit(principal, action in [], resource) when { -1 < -(2) && !!!true && - -(1) == -context.x };",
                "permit(principal, action, resource) when { !!!!(!true) && -(-(-(-(-(principal.x))))) == 1 };",
                "permit(principal, action, resource) when { 1 + 2 - 3 * 4 * (5 - 6) - (7 - (8 + 9)) == 10 };",
                "permit(principal, action, resource) when { if true then false else if 1 == 2 then true else (if false"
                        + " then true else false) };",
                "permit(principal, action, resource) when { (if true then principal else resource).name == \"x\" };",
                "permit(principal, action, resource) when { {\"if\": 1, a: {}}[\"if\"] == 1 && {\"a b\": [1, [2]]} has"
                        + " \"a b\" };",
                "permit(principal, action, resource) when { resource.name like \"*a\\*\\\"\\\\*\\u{0}\\n*\" };",
                "permit(principal, action, resource) when { resource.name == \"\\u{202e}\\u{1F600}\\'\\0é\" };",
                "permit(principal, action, resource) when { context has a.b.c && context.a.b.c == 1 };",
                "permit(principal, action, resource) when { (true && false) || (true || (false || true)) && (true &&"
                        + " (false && true)) };",
                "permit(principal, action, resource) when { decimal(\"1.5\").lessThan(context.x) &&"
                        + " ip(\"10.0.0.1\").isInRange(ip(\"10.0.0.0/8\")) && datetime(\"2026-01-01\").toDate() <"
                        + " datetime(\"2027-01-01\") && duration(\"1h\").toHours() == 1 };",
                "permit(principal, action, resource) when { principal.hasTag(\"a\") && principal.getTag(\"a\") == 1 &&"
                        + " [1].isEmpty() && [1, 2].containsAll([1]) && (principal is Client in Group::\"x\") == true };",
                "permit(principal, action, resource) when { principal[\"claim_cognito:groups\"].contains(\"a\") } unless {"
                        + " (1 == 2) == false };",
            })
    void whatIsPrintedIsWhatWasWritten(String text) {
        ParsedPolicy policy = Given.one(text);

        assertThat(Given.one(policy.text()).statement()).isEqualTo(policy.statement());
        assertThat(Given.one(policy.text()).text()).isEqualTo(policy.text());
    }

    @Test
    void layoutAndCommentsDoNotShowInThePrintedText() {
        String a = Given.one("permit(principal,action,resource)when{true};").text();
        String b = Given.one("// x\npermit (\n principal, action, // y\n resource)\n when { (true) }\n;")
                .text();

        assertThat(a).isEqualTo(b).isEqualTo("permit(principal, action, resource) when { true };");
    }
}
