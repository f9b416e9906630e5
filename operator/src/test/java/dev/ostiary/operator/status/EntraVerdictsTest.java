package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraCheck;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraFinding;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraOutcome;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of which registration {@code EntraReady} speaks while replicas do not all enforce the same. */
class EntraVerdictsTest {

    private static final Instant NOW = Instant.parse("2026-10-01T12:00:00Z");
    private static final Published PUBLISHED = new Published("new", "new", "hash-new", 1, NOW, Map.of());
    private static final EntraCheck READY = new EntraCheck(EntraOutcome.READY, List.of(), null);
    private static final EntraCheck BROKEN = new EntraCheck(
            EntraOutcome.BROKEN, List.of(new EntraFinding("spec.entra.clientId", "is not there.")), null);

    @Test
    void aReplicaThatIsStuckSaysNothingOfARegistrationThatItDoesNotHave() {
        Verdict verdict = EntraVerdicts.of(
                enforcement(replica("a", "new", READY), replica("b", "old", BROKEN), replica("c", "new", READY)));

        assertThat(verdict.reason()).isEqualTo(Reasons.REGISTRATION_READY);
    }

    @Test
    void untilSomeoneEnforcesWhatWasPublishedWhatWasKnownStands() {
        assertThat(EntraVerdicts.of(enforcement(replica("a", "old", READY), replica("b", "old", BROKEN)))
                        .reason())
                .isEqualTo(Reasons.REGISTRATION_BROKEN);
        assertThat(EntraVerdicts.of(enforcement(replica("a", "old", READY), replica("b", "old", READY)))
                        .reason())
                .isEqualTo(Reasons.REGISTRATION_READY);
    }

    private static Enforcement enforcement(ObservedReplica... replicas) {
        return Enforcement.of(PUBLISHED, null, List.of(replicas), NOW);
    }

    private static ObservedReplica replica(String pod, String revision, EntraCheck check) {
        return new ObservedReplica(
                pod,
                "uid-" + pod,
                true,
                NOW,
                false,
                new McpGatewayReplicaSpec(
                        "engineering",
                        "uid-" + pod,
                        "test",
                        List.of(1),
                        revision,
                        "hash-" + revision,
                        1L,
                        null,
                        List.of(),
                        null,
                        check));
    }
}
