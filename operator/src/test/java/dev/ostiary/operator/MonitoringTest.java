package dev.ostiary.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.testing.KubePrograms;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the chart gives the Prometheus operator, rendered by helm. */
class MonitoringTest {

    private static final Path CHART = Path.of("../charts/ostiary");

    @TempDir
    private Path folder;

    @Test
    void nothingIsThereUnlessItIsAskedFor() throws Exception {
        assertThat(monitors()).isEmpty();
    }

    @Test
    void gatewaysOfEveryNamespaceAreScraped() throws Exception {
        GenericKubernetesResource monitor = one("ServiceMonitor", "metrics.gateways.enabled=true");

        assertThat(monitor.<Boolean>get("spec", "namespaceSelector", "any")).isTrue();
        assertThat(monitor.<Map<String, String>>get("spec", "selector", "matchLabels"))
                .as("the labels of the Service <gateway>-metrics")
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("app.kubernetes.io/name", "ostiary-gateway", "app.kubernetes.io/component", "metrics"));
        assertThat(monitor.<String>get("spec", "endpoints", 0, "port")).isEqualTo("admin");
        assertThat(monitor.<String>get("spec", "endpoints", 0, "relabelings", 0, "targetLabel"))
                .isEqualTo("gateway");
    }

    @Test
    void gatewaysOfTheWatchedNamespacesAlone() throws Exception {
        GenericKubernetesResource monitor =
                one("ServiceMonitor", "metrics.gateways.enabled=true", "watchNamespaces={mcp,data}");

        assertThat(monitor.<List<String>>get("spec", "namespaceSelector", "matchNames"))
                .containsExactly("data", "mcp");
    }

    @Test
    void alertsAreTheOnesThatAreTested() throws Exception {
        GenericKubernetesResource rule = one(
                "PrometheusRule",
                "metrics.prometheusRule.enabled=true",
                "metrics.prometheusRule.labels.release=prometheus");

        assertThat(rule.getMetadata().getLabels()).containsEntry("release", "prometheus");
        List<?> tested;
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            tested = client.getKubernetesSerialization()
                    .unmarshal(Files.readString(CHART.resolve("files/alerts/ostiary.yaml")), List.class);
        }
        assertThat(rule.<List<?>>get("spec", "groups")).isEqualTo(tested);
    }

    @Test
    void theNamespaceOfPrometheusReachesTheOperator() throws Exception {
        assertThat(rendered("metrics.namespaces={monitoring}"))
                .contains("- name: OSTIARY_METRICS_NAMESPACES\n              value: \"monitoring\"");
        assertThat(rendered()).doesNotContain("OSTIARY_METRICS_NAMESPACES");
    }

    private GenericKubernetesResource one(String kind, String... values) throws Exception {
        List<GenericKubernetesResource> monitors = monitors(values);
        assertThat(monitors).hasSize(1);
        assertThat(monitors.getFirst().getKind()).isEqualTo(kind);
        return monitors.getFirst();
    }

    private List<GenericKubernetesResource> monitors(String... values) throws Exception {
        List<GenericKubernetesResource> found = new ArrayList<>();
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            for (String document : rendered(values).split("(?m)^---$")) {
                if (document.contains("apiVersion: monitoring.coreos.com/v1\n")) {
                    found.add(client.getKubernetesSerialization().unmarshal(document, GenericKubernetesResource.class));
                }
            }
        }
        return found;
    }

    private String rendered(String... values) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                KubePrograms.helm().toString(),
                "template",
                "ostiary",
                CHART.toString(),
                "--namespace",
                "ostiary-system",
                "--kube-version",
                "1.34.0"));
        for (String value : values) {
            words.add("--set");
            words.add(value);
        }
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectOutput(out.toFile()).redirectError(err.toFile());
        for (String home : List.of("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")) {
            builder.environment().put(home, folder.resolve("helm").toString());
        }
        Process process = builder.start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        return Files.readString(out);
    }
}
