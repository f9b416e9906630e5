package dev.ostiary.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.e2e.cluster.Calls.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What goes on when a part of the cluster dies, and that all is well afterwards. */
@Tag("cluster")
class FailureTest {

    private static final Duration BACK = Duration.ofMinutes(2);
    private static final int SOME = 20;

    private static Installation ostiary;

    @BeforeAll
    static void install() throws Exception {
        ostiary = Installation.running();
    }

    @BeforeEach
    @AfterEach
    void settled() {
        ostiary.settled();
    }

    @Test
    void withoutAnOperatorCallsGoOnAndItsSuccessorRepairs() throws Exception {
        try (Load load = Load.through(ostiary)) {
            some(load);
            kill("ostiary-system", "app.kubernetes.io/name=ostiary-operator");
            budget().delete();
            Instant killed = Instant.now();

            await().atMost(BACK).until(() -> budget().get() != null);

            Measurements.say(
                    "operators killed, to the next one's first repair", Duration.between(killed, Instant.now()));
            some(load);
            assertThat(load.noted()).isEmpty();
        }
    }

    @Test
    void aGatewayPodThatIsDeletedLosesNoCall() throws Exception {
        Set<String> before = uids();
        try (Load load = Load.through(ostiary)) {
            some(load);
            Pod gone = ostiary.replicas().getFirst();
            ostiary.cluster()
                    .kubectl(
                            "--namespace",
                            Installation.NAMESPACE,
                            "delete",
                            "pod",
                            gone.getMetadata().getName())
                    .run();
            ostiary.settled();
            assertThat(uids()).isNotEqualTo(before);
            some(load);
            assertThat(load.noted()).isEmpty();
        }
    }

    @Test
    void aGatewayPodThatIsKilledCostsWhatWasInFlight() throws Exception {
        Pod gone = ostiary.replicas().getFirst();
        Calls anna = ostiary.throughService("anna");
        assertThat(anna.echo("before").outcome()).isEqualTo(Outcome.ALLOWED);

        ostiary.cluster()
                .kubectl(
                        "--namespace",
                        Installation.NAMESPACE,
                        "delete",
                        "pod",
                        gone.getMetadata().getName(),
                        "--force",
                        "--grace-period=0")
                .run();
        Instant killed = Instant.now();

        await().atMost(Duration.ofSeconds(30)).until(() -> anna.echo("after").outcome() == Outcome.ALLOWED);
        Measurements.say(
                "gateway pod killed, to the next good call of a client with a session",
                Duration.between(killed, Instant.now()));
    }

    @Test
    void aWorkloadPodThatIsKilledCostsItsSessions() throws Exception {
        Calls anna = ostiary.throughService("anna");
        assertThat(anna.echo("before").outcome()).isEqualTo(Outcome.ALLOWED);

        kill(Installation.NAMESPACE, "app.kubernetes.io/name=ostiary-workload,app.kubernetes.io/instance=everything");
        Instant killed = Instant.now();

        await().atMost(BACK).until(() -> anna.echo("after").outcome() == Outcome.ALLOWED);
        Measurements.say("all workload pods killed, to the next good call", Duration.between(killed, Instant.now()));
        await().atMost(BACK)
                .until(() -> Conditions.of(ostiary.resource("McpWorkload", "everything"))
                        .isTrueNow("Ready"));
    }

    @Test
    void withoutTheApiServerCallsGoOn() throws Exception {
        Set<String> before = uids();
        try (Load load = Load.through(ostiary)) {
            some(load);
            ostiary.cluster().kill("apiserver");
            try {
                long calls = load.allowed();
                await().atMost(BACK).until(() -> load.allowed() > calls + 10 * SOME);
                assertThat(load.noted()).isEmpty();
            } finally {
                ostiary.cluster().start("apiserver");
            }
            await().atMost(BACK).ignoreExceptions().until(() -> uids().equals(before));
            ostiary.settled();
            budget().delete();
            Instant back = Instant.now();
            await().atMost(BACK).ignoreExceptions().until(() -> budget().get() != null);
            Measurements.say(
                    "API server back and settled, to the operator's next repair",
                    Duration.between(back, Instant.now()));
            some(load);
            assertThat(load.noted()).isEmpty();
        }
    }

    private static void some(Load load) {
        long before = load.allowed();
        await().atMost(BACK).until(() -> load.allowed() > before + SOME);
    }

    private static void kill(String namespace, String selector) throws Exception {
        ostiary.cluster()
                .kubectl(
                        "--namespace",
                        namespace,
                        "delete",
                        "pod",
                        "--selector",
                        selector,
                        "--force",
                        "--grace-period=0")
                .run();
    }

    /** Something of the operator's that no call depends on. */
    private static Resource<PodDisruptionBudget> budget() {
        return ostiary.cluster()
                .client()
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(Installation.NAMESPACE)
                .withName(Installation.GATEWAY + "-gateway");
    }

    private static Set<String> uids() {
        List<Pod> replicas = ostiary.replicas();
        return replicas.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
    }
}
