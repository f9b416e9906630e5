package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpWorkload;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pod that does not come up says why in its resource's status: once, whatever number of times it is tried again. */
class PodTroubleTest {

    private static final String IMAGE = "image: registry.example/notes:1\nhttp: { stateful: false }";

    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture();
        fixture.gateway("engineering", "");
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void aCrashLoopIsSaidWithItsLastWordsAndSettles() {
        fixture.workload("notes", "engineering", IMAGE);
        fixture.cluster.unready("notes-mcp");
        until(() ->
                assertThat(fixture.workloadCondition("notes", "Ready").reason()).isEqualTo("PodsNotReady"));
        Pod pod = pod("notes-mcp-7d9f8", "notes-mcp");

        status(pod, "{ restartCount: 0, state: " + ended("12:00:01", "connection refused") + " }");
        until(() -> assertThat(fixture.workloadCondition("notes", "Ready"))
                .satisfies(ready -> assertThat(ready.status()).isEqualTo(Condition.Status.FALSE))
                .satisfies(ready -> assertThat(ready.reason()).isEqualTo("PodsFailing"))
                .satisfies(ready -> assertThat(ready.message())
                        .contains("notes-mcp-7d9f8", "exit code 1", "connection refused", "DB_PASSWORD=[masked]")
                        .doesNotContain("hunter2", "\n")));
        cycle(pod, 1);
        until(() -> assertThat(fixture.workloadCondition("notes", "Ready").message())
                .contains("CrashLoopBackOff"));
        Quiet.await(fixture);

        long before = fixture.writes().size();
        for (int restarts = 2; restarts < 12; restarts++) {
            cycle(pod, restarts);
        }
        Quiet.await(fixture);
        assertThat(fixture.writes()).as("a restart is no news").hasSize((int) before);

        status(pod, "{ restartCount: 12, state: " + ended("12:59:00", "permission denied") + " }");
        until(() -> assertThat(fixture.workloadCondition("notes", "Ready").message())
                .contains("permission denied")
                .doesNotContain("connection refused"));
        assertThat(fixture.admin
                        .resources(Event.class)
                        .inNamespace(fixture.namespace)
                        .list()
                        .getItems())
                .as("events are kept elsewhere, and quote no log")
                .isNotEmpty()
                .noneMatch(event -> event.getNote().contains("permission")
                        || event.getNote().contains("refused"));

        status(pod, "{ ready: true, restartCount: 13, state: { running: { startedAt: \"2026-11-21T12:59:10Z\" } } }");
        fixture.cluster.ready("notes-mcp");
        until(() -> {
            assertThat(fixture.workloadCondition("notes", "Ready").message()).doesNotContain("notes-mcp-7d9f8");
            assertThat(fixture.get(McpWorkload.class, "notes").getStatus().pods())
                    .isEqualTo("1/1");
        });
    }

    @Test
    void aReplicaOfAGatewayThatCrashesIsNamedToo() {
        until(() -> assertThat(
                        fixture.gatewayCondition("engineering", "Programmed").status())
                .isEqualTo(Condition.Status.TRUE));
        Pod pod = fixture.get(Pod.class, "engineering-gateway-1");

        status(
                pod,
                "{ restartCount: 3, state: { waiting: { reason: CrashLoopBackOff } }, lastState: "
                        + ended("12:00:01", "no space left") + " }");

        until(() -> assertThat(fixture.gatewayCondition("engineering", "Ready").message())
                .contains("engineering-gateway-1 CrashLoopBackOff", "no space left"));
    }

    @Test
    void containersLeaveTheirLastWordsInThePodsStatus() {
        fixture.workload("notes", "engineering", IMAGE);

        for (String deployment : List.of("engineering-gateway", "notes-mcp")) {
            until(() -> assertThat(fixture.get(Deployment.class, deployment)
                            .getSpec()
                            .getTemplate()
                            .getSpec()
                            .getContainers())
                    .extracting("terminationMessagePolicy")
                    .containsOnly("FallbackToLogsOnError"));
        }
    }

    /** What a kubelet writes for one more try: it waits, it runs, it ends; with the time of it in everything. */
    private void cycle(Pod pod, int restarts) {
        String last = ended("12:%02d:01".formatted(restarts), "connection refused");
        status(
                pod,
                "{ restartCount: %d, state: { waiting: { reason: CrashLoopBackOff, message: back-off %ds restarting } }, lastState: %s }"
                        .formatted(restarts, 10 * restarts, last));
        status(
                pod,
                "{ restartCount: %d, state: { running: { startedAt: \"%s\" } }, lastState: %s }"
                        .formatted(restarts + 1, java.time.Instant.now(), last));
        status(
                pod,
                "{ restartCount: %d, state: %s }"
                        .formatted(restarts + 1, ended("12:%02d:31".formatted(restarts), "connection refused")));
    }

    private static String ended(String time, String why) {
        return "{ terminated: { exitCode: 1, reason: Error, message: \"%s start\\nDB_PASSWORD=hunter2\\n%s %s\\n\", finishedAt: \"2026-11-21T%sZ\" } }"
                .formatted(time, time, why, time);
    }

    private Pod pod(String name, String deployment) {
        Deployment owner = fixture.get(Deployment.class, deployment);
        return fixture.admin
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(fixture.namespace)
                        .withName(name)
                        .withLabels(owner.getSpec().getTemplate().getMetadata().getLabels())
                        .endMetadata()
                        .withSpec(owner.getSpec().getTemplate().getSpec())
                        .build())
                .create();
    }

    private void status(Pod pod, String container) {
        List<ContainerStatus> statuses = fixture.admin
                .getKubernetesSerialization()
                .unmarshal(
                        "status:\n  containerStatuses:\n  - "
                                + container.replaceFirst("\\{", "{ name: server, image: x, imageID: x,"),
                        Pod.class)
                .getStatus()
                .getContainerStatuses();
        until(() -> fixture.admin
                .resource(fixture.get(Pod.class, pod.getMetadata().getName()))
                .editStatus(found -> found.edit()
                        .editOrNewStatus()
                        .withPhase("Running")
                        .withContainerStatuses(statuses)
                        .endStatus()
                        .build()));
    }
}
