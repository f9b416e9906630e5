package dev.ostiary.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.e2e.cluster.Calls.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Between this build and an older one of the same code, whose version and snapshot format are lower: operator and gateways
 * are upgraded and rolled back under load, and either works with the other's.
 */
@Tag("cluster")
class UpgradeTest {

    private static final String OLDER = "0.0.9";
    private static final String UPGRADE =
            "helm upgrade ostiary charts/ostiary --namespace ostiary-system --wait --reset-values";

    private static Installation ostiary;

    @BeforeAll
    static void install() throws Exception {
        ostiary = Installation.running();
        Path root = Installation.repository();
        for (String module : List.of("operator", "gateway/app")) {
            ostiary.cluster().load(Installation.archive(root, module, "jib-image-older.tar"));
        }
        ostiary.settled();
    }

    @AfterAll
    static void newest() throws Exception {
        ostiary.shell(UPGRADE);
        replicasAre(Installation.version());
    }

    @Test
    void upgradeAndRollbackLoseNoCall() throws Exception {
        ostiary.shell(UPGRADE + " --set images.operator.tag=" + OLDER + " --set images.gateway.tag=" + OLDER);
        replicasAre(OLDER);
        try (Load load = Load.through(ostiary)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> load.allowed() > 20);

            ostiary.shell(UPGRADE);
            replicasAre(Installation.version());
            ostiary.shell("helm rollback ostiary --namespace ostiary-system --wait");
            replicasAre(OLDER);

            long before = load.allowed();
            await().atMost(Duration.ofSeconds(30)).until(() -> load.allowed() > before + 20);
            Measurements.say("calls during upgrade and rollback", load.allowed());
            assertThat(load.noted()).isEmpty();
            assertThat(load.others()).isZero();
        }
    }

    @Test
    void aNewOperatorWorksWithOldGateways() throws Exception {
        ostiary.shell(UPGRADE + " --set images.gateway.tag=" + OLDER);
        replicasAre(OLDER);

        assertThat(ostiary.throughService("anna").echo("old gateway").outcome()).isEqualTo(Outcome.ALLOWED);
    }

    @Test
    void anOldOperatorWorksWithNewGateways() throws Exception {
        ostiary.shell(UPGRADE + " --set images.operator.tag=" + OLDER);
        replicasAre(Installation.version());

        assertThat(ostiary.throughService("anna").echo("old operator").outcome())
                .isEqualTo(Outcome.ALLOWED);
    }

    /** Waits until all ready replicas report this version and status has settled on them. */
    private static void replicasAre(String version) {
        await().atMost(Installation.SETTLED)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .untilAsserted(() -> {
                    List<String> pods = ostiary.replicas().stream()
                            .map(pod -> pod.getMetadata().getName())
                            .toList();
                    assertThat(pods).hasSize(2);
                    assertThat(versions(pods)).hasSize(2).containsOnly(version);
                });
        ostiary.settled();
    }

    @SuppressWarnings("unchecked") // the shape is the API's
    private static List<String> versions(List<String> pods) {
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
                .map(spec -> String.valueOf(spec.get("version")))
                .toList();
    }
}
