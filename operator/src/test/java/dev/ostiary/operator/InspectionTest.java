package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGatewayReplicaSpec.Outcome;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadStatus.Server;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What replicas see of a server that runs in pods of ours, beside what is known of the pods. */
class InspectionTest {

    private static final Server SERVER = new Server("notes", "1.2.0", List.of("2025-11-25"), 5);

    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture();
        fixture.gateway("engineering", "");
        fixture.workload("notes", "engineering", "image: registry.example/notes:1\nhttp: { stateful: false }");
        until(() -> {
            assertThat(fixture.workloadCondition("notes", "Programmed").status())
                    .isEqualTo(Condition.Status.TRUE);
            assertThat(fixture.get(McpWorkload.class, "notes").getStatus().pods())
                    .isEqualTo("1/1");
        });
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void aServerIsVerifiedByEveryReplica() {
        assertThat(fixture.workloadCondition("notes", "Verified").reason()).isEqualTo("NotLookedYet");
        assertThat(fixture.workloadCondition("notes", "Ready").status())
                .as("pods alone make no server")
                .isEqualTo(Condition.Status.UNKNOWN);

        fixture.cluster.sees("notes", Outcome.ANSWERED, null, SERVER);

        untilReady("Ready", Condition.Status.TRUE);
        assertThat(fixture.workloadCondition("notes", "Verified").message()).contains("notes 1.2.0", "5 tools");
        assertThat(fixture.get(McpWorkload.class, "notes").getStatus().server()).isEqualTo(SERVER);
    }

    @Test
    void aPodThatIsReadyAndAnswersNoMcpIsSaidToFail() {
        fixture.cluster.sees("notes", Outcome.FAILED, "initialize: HTTP 404", null);

        untilReady("ServerFailed", Condition.Status.FALSE);
        assertThat(fixture.get(McpWorkload.class, "notes").getStatus().lastError())
                .isEqualTo("initialize: HTTP 404");

        fixture.cluster.sees("notes", Outcome.ANSWERED, null, SERVER);
        untilReady("Ready", Condition.Status.TRUE);
        assertThat(fixture.get(McpWorkload.class, "notes").getStatus().lastError())
                .isNull();
    }

    @Test
    void replicasThatDisagreeAreNamed() {
        fixture.cluster.sees(
                "notes",
                pod -> pod.endsWith("-0")
                        ? new Cluster.Sight(Outcome.ANSWERED, null, SERVER)
                        : new Cluster.Sight(Outcome.FAILED, "connect timed out", null));

        untilReady("ReplicasDisagree", Condition.Status.FALSE);
        assertThat(fixture.workloadCondition("notes", "Verified").message())
                .contains("1 of 2", "engineering-gateway-1: connect timed out");
    }

    @Test
    void podsThatAreNotReadyAreTheCauseRatherThanWhatReplicasSaw() {
        fixture.cluster.sees("notes", Outcome.ANSWERED, null, SERVER);
        untilReady("Ready", Condition.Status.TRUE);

        fixture.cluster.unready("notes-mcp");
        fixture.cluster.sees("notes", Outcome.FAILED, "no address", null);

        untilReady("PodsNotReady", Condition.Status.FALSE);
        until(() -> assertThat(fixture.workloadCondition("notes", "Verified").reason())
                .isEqualTo("ServerFailed"));
        fixture.cluster.ready("notes-mcp");
        fixture.cluster.sees("notes", Outcome.ANSWERED, null, SERVER);
        untilReady("Ready", Condition.Status.TRUE);
    }

    private void untilReady(String reason, Condition.Status status) {
        until(() -> {
            Condition ready = fixture.workloadCondition("notes", "Ready");
            assertThat(ready.reason()).as(ready.toString()).isEqualTo(reason);
            assertThat(ready.status()).isEqualTo(status);
        });
    }
}
