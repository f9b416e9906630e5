package dev.ostiary.gateway.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraCheck;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraOutcome;
import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.gateway.config.EntraField;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.server.registration.RegistrationState;
import dev.ostiary.gateway.server.registration.RegistrationState.Outcome;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a report says of the app registration is bounded, whatever there is to say. */
class ReportTest {

    private static final ReplicaIdentity ME = new ReplicaIdentity("mcp", "engineering", "pod-a", "uid-of-pod-a");

    @Test
    void findingsAreFewAndShort() {
        RegistrationState state = new RegistrationState(
                Outcome.BROKEN,
                IntStream.range(0, 40)
                        .mapToObj(i -> new RegistrationFinding(
                                Severity.ERROR,
                                EntraField.SCOPES,
                                i + "p\u001b".repeat(400),
                                "t".repeat(2_000),
                                "n",
                                "b",
                                "AADSTS1"))
                        .toList(),
                "x\n".repeat(3_000));

        EntraCheck check = said(state);

        assertThat(check.findings()).hasSize(McpGatewayReplicaSpec.MAX_FINDINGS).allSatisfy(finding -> {
            assertThat(finding.field()).hasSizeLessThanOrEqualTo(128).matches("\\P{Cntrl}*");
            assertThat(finding.message()).hasSize(McpGatewayReplicaSpec.MAX_ERROR);
        });
        assertThat(check.note()).hasSize(1_024).matches("\\P{Cntrl}*");
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void everyOutcomeHasItsName(Outcome outcome) {
        assertThat(said(new RegistrationState(outcome, List.of(), "")))
                .isEqualTo(new EntraCheck(EntraOutcome.valueOf(outcome.name()), List.of(), null));
    }

    private static EntraCheck said(RegistrationState state) {
        RuntimeSecret.Content content =
                RuntimeSecret.Content.of(new Written(null, "mcp", "engineering").config(Map.of()));
        EntraCheck check = new Report(content, Map.of(), null, Map.of(), null, state)
                .spec(ME)
                .entra();
        assertThat(check).isNotNull();
        return check;
    }
}
