package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraCheck;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraFinding;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraOutcome;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What replicas know of the app registration, in the status of their gateway; all on a real API server. */
class EntraReadyTest {

    private static final EntraFinding NO_CALLBACK = new EntraFinding("web.redirectUris", "nothing is there.");
    private static final EntraCheck WELL = new EntraCheck(EntraOutcome.READY, List.of(), null);
    private static final EntraCheck BROKEN = new EntraCheck(EntraOutcome.BROKEN, List.of(NO_CALLBACK), null);

    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture();
        fixture.gateway("engineering", "");
        untilEntra(Condition.Status.UNKNOWN, "NotChecked");
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void whatReplicasFindBecomesTheConditionAndTheSummary() {
        fixture.cluster.knows(pod -> WELL);
        untilEntra(Condition.Status.TRUE, "RegistrationReady");
        until(() -> assertThat(fixture.gatewayCondition("engineering", "Ready").status())
                .isEqualTo(Condition.Status.TRUE));

        fixture.cluster.knows(pod -> BROKEN);
        untilEntra(Condition.Status.FALSE, "RegistrationBroken");
        until(() -> {
            Condition ready = fixture.gatewayCondition("engineering", "Ready");
            assertThat(ready.reason()).isEqualTo("RegistrationBroken");
            assertThat(ready.message()).contains("EntraReady: web.redirectUris");
        });

        fixture.cluster.knows(pod -> WELL);
        untilEntra(Condition.Status.TRUE, "RegistrationReady");
    }

    @Test
    void oneReplicaThatFindsSomethingWrongIsBelievedAndNamed() {
        fixture.cluster.knows(pod -> pod.endsWith("-0") ? WELL : BROKEN);

        untilEntra(Condition.Status.FALSE, "RegistrationBroken");
        until(() -> assertThat(
                        fixture.gatewayCondition("engineering", "EntraReady").message())
                .contains("So say engineering-gateway-1; engineering-gateway-0 found everything"));
    }

    @Test
    void whatIsNotKnownDoesNotStopAGatewayFromBeingReady() {
        fixture.cluster.knows(
                pod -> new EntraCheck(EntraOutcome.ENTRA_UNAVAILABLE, List.of(), "Entra has not answered since 11:00"));
        untilEntra(Condition.Status.UNKNOWN, "EntraUnavailable");

        fixture.cluster.knows(pod -> new EntraCheck(EntraOutcome.NOT_ALLOWED_TO_READ, List.of(), "not allowed"));
        untilEntra(Condition.Status.UNKNOWN, "NotAllowedToRead");

        until(() -> assertThat(fixture.gatewayCondition("engineering", "Ready").status())
                .isEqualTo(Condition.Status.TRUE));
    }

    @Test
    void atRestNothingIsWritten() {
        fixture.cluster.knows(pod -> pod.endsWith("-0") ? WELL : BROKEN);
        untilEntra(Condition.Status.FALSE, "RegistrationBroken");
        Quiet.await(fixture);
        int writes = fixture.writes().size();

        Quiet.await(fixture);

        assertThat(fixture.writes()).hasSize(writes);
    }

    @Test
    void theLargestReportIsTaken() {
        EntraFinding large = new EntraFinding("f".repeat(128), "m".repeat(McpGatewayReplicaSpec.MAX_ERROR));
        fixture.cluster.knows(pod -> new EntraCheck(
                EntraOutcome.BROKEN,
                Collections.nCopies(McpGatewayReplicaSpec.MAX_FINDINGS, large),
                "n".repeat(1_024)));

        untilEntra(Condition.Status.FALSE, "RegistrationBroken");
    }

    private void untilEntra(Condition.Status status, String reason) {
        until(() -> {
            Condition entra = fixture.gatewayCondition("engineering", "EntraReady");
            assertThat(entra.reason()).as(entra.toString()).isEqualTo(reason);
            assertThat(entra.status()).isEqualTo(status);
        });
    }
}
