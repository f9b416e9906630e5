package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Statuses as kubelets of 1.30 to 1.34 write them, and what is said about them. */
class PodTroublesTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final String ENDED =
            "{ terminated: { exitCode: 1, reason: Error, message: \"cannot open /data\\n\", finishedAt: \"2026-11-21T11:59:00Z\" } }";
    private static final String CRASHES =
            "notes-mcp-0 CrashLoopBackOff (container server ended with exit code 1; its log ends with \"cannot open /data\")";

    @Test
    void aCrashLoopSaysTheSameWhereverItIsInItsCycle() {
        assertThat(said(
                        "{ restartCount: 1, state: { waiting: { reason: CrashLoopBackOff, message: back-off 10s restarting } }, lastState: "
                                + ENDED + " }"))
                .isEqualTo(CRASHES);
        assertThat(said("{ restartCount: 2, state: { running: { startedAt: \"2026-11-21T11:59:59Z\" } }, lastState: "
                        + ENDED + " }"))
                .isEqualTo(CRASHES);
        assertThat(said("{ restartCount: 2, state: " + ENDED + ", lastState: " + ENDED + " }"))
                .isEqualTo(CRASHES);
        assertThat(said(
                        "{ restartCount: 7, state: { waiting: { reason: CrashLoopBackOff, message: back-off 5m0s restarting } }, lastState: "
                                + ENDED + " }"))
                .isEqualTo(CRASHES);
    }

    @Test
    void theFirstEndIsSaidAsKubernetesSaysIt() {
        assertThat(said("{ restartCount: 0, state: " + ENDED + " }"))
                .isEqualTo(
                        "notes-mcp-0 Error (container server ended with exit code 1; its log ends with \"cannot open /data\")");
    }

    @Test
    void aContainerThatHasRunForTenMinutesIsForgiven() {
        assertThat(said("{ restartCount: 3, state: { running: { startedAt: \"2026-11-21T11:49:59Z\" } }, lastState: "
                        + ENDED + " }"))
                .isNull();
        assertThat(said(
                        "{ ready: true, restartCount: 3, state: { running: { startedAt: \"2026-11-21T11:59:59Z\" } }, lastState: "
                                + ENDED + " }"))
                .isNull();
    }

    @Test
    void signalsAndReasonsAreNamed() {
        assertThat(said("{ restartCount: 0, state: { terminated: { exitCode: 137, reason: OOMKilled } } }"))
                .isEqualTo(
                        "notes-mcp-0 OOMKilled (container server ended with exit code 137, by signal 9 (SIGKILL), OOMKilled)");
        assertThat(said("{ restartCount: 0, state: { terminated: { exitCode: 0, reason: Completed } } }"))
                .isEqualTo("notes-mcp-0 Completed (container server ended with exit code 0, and a server goes on)");
        assertThat(said("{ restartCount: 0, state: { terminated: { exitCode: 2, signal: 15, reason: Error } } }"))
                .contains("by signal 15 (SIGTERM)");
    }

    @Test
    void whatTheRuntimeSaysIsNoLog() {
        assertThat(said(
                        "{ restartCount: 4, state: { waiting: { reason: CrashLoopBackOff } }, lastState: { terminated: { exitCode: 128,"
                                + " reason: StartError, message: 'exec: \"/server\": no such file' } } }"))
                .isEqualTo(
                        "notes-mcp-0 CrashLoopBackOff (container server ended with exit code 128, StartError: exec: \"/server\":"
                                + " no such file)");
    }

    @Test
    void anImageThatCannotBeHadSaysTheSameWhileItIsTriedAgain() {
        String trying =
                said("{ image: \"x:1\", state: { waiting: { reason: ErrImagePull, message: 'x:1: not found' } } }");
        String pausing = said(
                "{ image: \"x:1\", state: { waiting: { reason: ImagePullBackOff, message: 'Back-off pulling image \"x:1\": ErrImagePull: x:1: not found' } } }");

        assertThat(trying)
                .isEqualTo("notes-mcp-0 ImagePullBackOff (container server, image x:1: x:1: not found)")
                .isEqualTo(pausing);
    }

    @Test
    void whatIsConfiguredWronglyIsSaid() {
        assertThat(
                        said(
                                "{ state: { waiting: { reason: CreateContainerConfigError, message: 'secret \"notes\" not found' } } }"))
                .isEqualTo("notes-mcp-0 CreateContainerConfigError (secret \"notes\" not found)");
    }

    @Test
    void whatIsOnItsUsualWayIsNoTrouble() {
        assertThat(said("{ state: { waiting: { reason: ContainerCreating } } }"))
                .isNull();
        assertThat(said("{ state: { running: { startedAt: \"2026-11-21T11:59:59Z\" } } }"))
                .isNull();
    }

    @Test
    void podsThatAreGoingOrHaveEndedAreLeftOut() {
        String container = "{ restartCount: 9, state: " + ENDED + " }";
        Pod going = pod(container);
        going.getMetadata().setDeletionTimestamp("2026-11-21T11:59:00Z");
        Pod evicted = pod(container);
        evicted.getStatus().setPhase("Failed");

        assertThat(PodTroubles.of(List.of(going, evicted), NOW)).isEmpty();
    }

    private static @Nullable String said(String container) {
        List<PodTrouble> troubles = PodTroubles.of(List.of(pod(container)), NOW);
        if (troubles.isEmpty()) {
            return null;
        }
        String said = PodVerdicts.troubles(new Pods(1, 0, false, troubles));
        return said.substring(0, said.length() - 1);
    }

    private static Pod pod(String container) {
        return Serialization.unmarshal("""
                metadata: { name: notes-mcp-0, namespace: mcp }
                status:
                  phase: Running
                  containerStatuses: [%s]
                """.formatted(container.replaceFirst("\\{", "{ name: server,")), Pod.class);
    }
}
