package dev.ostiary.gateway.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.McpPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownPoliciesTest {

    private static final String ONE = "permit(principal, action, resource);";
    private static final String OTHER = "forbid(principal, action, resource);";

    private final KnownPolicies known = new KnownPolicies();

    @Test
    void aPolicyIsReadOnceAsLongAsItIsTheSame() {
        McpPolicy policy = policy("readers", ONE);
        PolicyReader.Policy first = read(policy);

        assertThat(read(policy).call()).isSameAs(first.call());
        assertThat(read(policy("readers", ONE)).call()).isSameAs(first.call());
    }

    @Test
    void anotherTextIsAnotherPolicy() {
        PolicyReader.Policy first = read(policy("readers", ONE));

        PolicyReader.Policy second = read(policy("readers", OTHER));

        assertThat(second.call()).isNotEqualTo(first.call());
        assertThat(second.call().getFirst().cedar()).contains("forbid");
    }

    @Test
    void whatACompilationDidNotNeedIsForgotten() {
        PolicyReader.Policy first = read(policy("readers", ONE));
        read(policy("writers", OTHER));

        PolicyReader.Policy again = read(policy("readers", ONE));

        assertThat(again.call()).isNotSameAs(first.call()).isEqualTo(first.call());
    }

    /** What is found about one compilation's targets is no finding of the next one's. */
    @Test
    void whatIsFoundElsewhereIsNotRemembered() {
        read(policy("readers", ONE)).diagnosis().warning("spec.targetRefs[0]", Reasons.IGNORED, "is there already.");

        assertThat(read(policy("readers", ONE)).diagnosis().findings(List.of()))
                .noneMatch(finding -> finding.reason().equals(Reasons.IGNORED));
    }

    private PolicyReader.Policy read(McpPolicy policy) {
        known.begin();
        return PolicyReader.read(policy, null, known);
    }

    private static McpPolicy policy(String name, String cedar) {
        return Given.files("""
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata: { name: %s, namespace: mcp }
                spec:
                  targetRefs: [{ kind: McpWorkload, name: notes }]
                  cedar: "%s"
                """.formatted(name, cedar)).resources().policies().getFirst();
    }
}
