package dev.ostiary.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.e2e.cluster.Calls.Outcome;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is applied is enforced by every replica within two seconds, without a restart, and status says when. */
@Tag("cluster")
class EnforcementTest {

    private static final Duration ENFORCED = Duration.ofSeconds(2);
    private static final String READERS_WITHOUT_ECHO =
            "permit(principal in Group::\"Readers\", action == Action::\"call_tool\", resource == Tool::\"get-sum\");";

    private static Installation ostiary;

    @BeforeAll
    static void install() throws Exception {
        ostiary = Installation.running();
        ostiary.settled();
    }

    @AfterEach
    void asTheExampleSays() throws Exception {
        ostiary.shell("kubectl apply -f examples/cluster");
        ostiary.settled();
        await().atMost(Installation.SETTLED)
                .until(() ->
                        Conditions.of(ostiary.resource("McpPolicy", "readers")).isTrueNow("Programmed"));
    }

    private static void edit(String policy, String cedar) {
        ostiary.cluster()
                .client()
                .genericKubernetesResources("ostiary.dev/v1alpha1", "McpPolicy")
                .inNamespace(Installation.NAMESPACE)
                .withName(policy)
                .edit(resource -> {
                    @SuppressWarnings("unchecked") // the shape is the API's
                    Map<String, Object> spec = (Map<String, Object>)
                            resource.getAdditionalProperties().get("spec");
                    spec.put("cedar", cedar);
                    return resource;
                });
    }

    @Test
    void aPolicyEditHoldsOnBothReplicasBeforeStatusSaysSo() throws Exception {
        List<Pod> before = ostiary.replicas();
        String token = ostiary.token("anna");
        List<Calls> replicas =
                List.of(ostiary.toReplica(before.get(0), token), ostiary.toReplica(before.get(1), token));
        for (Calls calls : replicas) {
            assertThat(calls.echo("before").outcome()).isEqualTo(Outcome.ALLOWED);
        }
        Map<Calls, Instant> denied = new ConcurrentHashMap<>();
        List<Instant> programmed = new CopyOnWriteArrayList<>();
        long generation = ostiary.resource("McpPolicy", "readers").getMetadata().getGeneration() + 1;

        try (Watch watch = ostiary.cluster()
                .client()
                .genericKubernetesResources("ostiary.dev/v1alpha1", "McpPolicy")
                .inNamespace(Installation.NAMESPACE)
                .withName("readers")
                .watch(new WhenProgrammed(generation, programmed))) {
            edit("readers", READERS_WITHOUT_ECHO);
            Instant edited = Instant.now();
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        for (Calls calls : replicas) {
                            if (!denied.containsKey(calls)
                                    && calls.echo("after").outcome() == Outcome.DENIED) {
                                denied.put(calls, Instant.now());
                            }
                        }
                        return denied.size() == 2;
                    });
            await().atMost(Duration.ofSeconds(30)).until(() -> !programmed.isEmpty());

            Instant last = denied.values().stream().max(Instant::compareTo).orElseThrow();
            Measurements.say("policy edit to enforced on both replicas", Duration.between(edited, last));
            Measurements.say("policy edit to Programmed", Duration.between(edited, programmed.getFirst()));
            assertThat(Duration.between(edited, last)).isLessThanOrEqualTo(ENFORCED);
        }
        for (Calls calls : replicas) {
            assertThat(calls.echo("when Programmed").outcome()).isEqualTo(Outcome.DENIED);
        }
        assertThat(ostiary.replicas())
                .extracting(pod -> pod.getMetadata().getUid())
                .containsExactlyInAnyOrder(
                        before.get(0).getMetadata().getUid(),
                        before.get(1).getMetadata().getUid());
        assertThat(ostiary.replicas())
                .allSatisfy(pod -> assertThat(pod.getStatus()
                                .getContainerStatuses()
                                .getFirst()
                                .getRestartCount())
                        .isZero());
    }

    @Test
    void aBrokenPolicyClosesItsRouteAndSaysWhere() throws Exception {
        Calls anna = ostiary.throughService("anna");
        assertThat(anna.echo("before").outcome()).isEqualTo(Outcome.ALLOWED);

        edit("readers", "permit(principal in Group::\"Readers\", action == , resource);");

        await().atMost(ENFORCED.multipliedBy(5)).until(() -> anna.echo("closed").outcome() == Outcome.CLOSED);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Conditions policy = Conditions.of(ostiary.resource("McpPolicy", "readers"));
            assertThat(policy.is("Accepted", "False")).isTrue();
            assertThat(policy.message("Accepted")).contains("1");
        });
        assertThat(Conditions.of(ostiary.resource("McpPolicy", "writers")).isTrueNow("Accepted"))
                .isTrue();
    }

    @Test
    void aRotatedCredentialReachesReplicasWithoutARoll() throws Exception {
        List<Pod> before = ostiary.replicas();
        String hash = reportedHashes().getFirst();

        ostiary.shell("kubectl --namespace mcp create secret generic entra --from-literal=client-secret=rotated"
                + " --dry-run=client -o yaml | kubectl apply -f -");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(reportedHashes())
                        .hasSize(2)
                        .doesNotContain(hash)
                        .containsOnly(reportedHashes().getFirst()));
        assertThat(ostiary.replicas())
                .extracting(pod -> pod.getMetadata().getUid())
                .containsExactlyInAnyOrder(
                        before.get(0).getMetadata().getUid(),
                        before.get(1).getMetadata().getUid());
        ostiary.shell(
                "kubectl --namespace mcp create secret generic entra"
                        + " --from-literal=client-secret=\"$ENTRA_CLIENT_SECRET\" --dry-run=client -o yaml | kubectl apply -f -");
    }

    @SuppressWarnings("unchecked") // the shape is the API's
    private static List<String> reportedHashes() {
        List<String> pods = ostiary.replicas().stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
        return ostiary
                .cluster()
                .client()
                .genericKubernetesResources("ostiary.dev/v1alpha1", "McpGatewayReplica")
                .inNamespace(Installation.NAMESPACE)
                .list()
                .getItems()
                .stream()
                .filter(report -> pods.contains(report.getMetadata().getName()))
                .map(report ->
                        (Map<String, Object>) report.getAdditionalProperties().get("spec"))
                .map(spec -> String.valueOf(spec.get("runtimeHash")))
                .toList();
    }

    /** Notes when a resource first says that this generation is programmed. */
    private record WhenProgrammed(long generation, List<Instant> seen) implements Watcher<GenericKubernetesResource> {

        @Override
        public void eventReceived(Action action, GenericKubernetesResource resource) {
            if (resource.getMetadata().getGeneration() >= generation
                    && Conditions.of(resource).isTrueNow("Programmed")) {
                seen.add(Instant.now());
            }
        }

        @Override
        public void onClose(WatcherException cause) {
            // Then nothing is noted, and the test fails by its time.
        }
    }
}
