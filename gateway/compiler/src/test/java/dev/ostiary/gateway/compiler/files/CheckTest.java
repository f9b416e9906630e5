package dev.ostiary.gateway.compiler.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Given;
import dev.ostiary.gateway.compiler.Host;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What pipelines and people read. */
class CheckTest {

    private static final String GATEWAY = Given.gateway("engineering", "");
    private static final String WORKLOAD = Given.workload("mcp", "notes", "url: https://notes.example.com/mcp");
    private static final String POLICY = policy("  cedar: permit(principal == Client::\"x\", action, resource);");

    @Test
    void nothingToSayIsZero() {
        assertThat(check(false, GATEWAY, WORKLOAD, POLICY)).isEqualTo(new Check(List.of(), Check.CLEAN));
    }

    @Test
    void warningsAndLintsCountWhereStrictOnly() {
        assertThat(check(false, GATEWAY, WORKLOAD).result()).isEqualTo(Check.CLEAN);
        assertThat(check(true, GATEWAY, WORKLOAD).result()).isEqualTo(Check.FINDINGS);
        assertThat(check(true, GATEWAY, WORKLOAD).lines())
                .singleElement()
                .asString()
                .contains("warning NoPolicy");
    }

    @Test
    void errorsAreOne() {
        assertThat(check(false, WORKLOAD, POLICY).result()).isEqualTo(Check.FINDINGS);
    }

    @Test
    void whatCannotBeReadIsTwoWhateverElseThereIs() {
        assertThat(check(false, GATEWAY, "a: [b").result()).isEqualTo(Check.UNREADABLE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layouts")
    void aMistakeInCedarIsWhereTheFileHasIt(String layout, String policy, String place) {
        Check check = check(false, policy);

        assertThat(check.lines())
                .filteredOn(line -> line.contains("PolicyInvalid"))
                .singleElement()
                .asString()
                .contains(".yaml:" + place + ": error PolicyInvalid");
    }

    static List<Object[]> layouts() {
        return List.of(
                // Cedar stumbles over the semicolon; a folded text has its lines elsewhere, so only its beginning is
                // known.
                new Object[] {
                    "block", policy("  cedar: |\n    permit(principal, action, resource);\n    forbid() whn;"), "8:17"
                },
                new Object[] {
                    "indented block",
                    policy("  cedar: |2\n      permit(principal, action, resource);\n      forbid() whn;"),
                    "8:19"
                },
                new Object[] {
                    "block without end",
                    policy("  cedar: |-\n    permit(principal, action, resource);\n    forbid() whn;"),
                    "8:17"
                },
                new Object[] {
                    "leading blank line",
                    policy("  cedar: |\n\n    permit(principal, action, resource);\n    forbid() whn;"),
                    "9:17"
                },
                new Object[] {
                    "folded", policy("  cedar: >\n    permit(principal, action, resource);\n    forbid() whn;"), "6:10"
                },
                new Object[] {"quoted", policy("  cedar: 'forbid() whn;'"), "6:23"},
                new Object[] {"plain", policy("  cedar: forbid() whn;"), "6:22"});
    }

    private static String policy(String cedar) {
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata: { name: p, namespace: mcp }
                spec:
                  targetRefs: [{ kind: McpGateway, name: engineering }]
                """ + cedar + "\n";
    }

    @Test
    void aLineIsOneLineWhateverTheFileSays() {
        Check check = check(
                false,
                GATEWAY,
                WORKLOAD,
                policy(
                        "  cedar: \"permit(principal in Group::\\\"a\\u001b[31m\\nb\\u2028c\\u202e\\\", action, resource);\""));

        assertThat(check.lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).doesNotContainPattern("[\\p{Cntrl}\\u2028\\u202e]"));
    }

    private static Check check(boolean strict, String... documents) {
        LoadedResources loaded = Given.files(documents);
        return Check.of(
                loaded, Compiler.compile(loaded.resources(), Host.cluster()).findings(), strict);
    }
}
