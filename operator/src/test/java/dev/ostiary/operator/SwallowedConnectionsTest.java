package dev.ostiary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.testing.Road;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections to the API server that stay open and carry nothing any more, as when a firewall has forgotten them. */
class SwallowedConnectionsTest {

    private static final String REMOTE = """
            url: https://mcp.example.com/notes
            upstreamAuth: { type: Secret, secretRef: { name: notes, key: token } }""";

    private static final String IMAGE = """
            image: registry.example/files:1
            http: { stateful: false }
            env: [{ name: MOTTO, valueFrom: { configMapKeyRef: { name: files, key: motto } } }]""";

    /**
     * Much shorter than bookmarks come, so that a quiet watch is opened anew too. With {@code -Dostiary.silence=150} this takes
     * minutes and is as in a cluster.
     */
    private static final Duration SILENCE = Duration.ofSeconds(Long.getLong("ostiary.silence", 8));

    private static final Duration PATIENCE = SILENCE.plusSeconds(60);

    private Fixture fixture;
    private Road road;
    private KubernetesClient throughRoad;

    @BeforeEach
    void start() throws IOException {
        fixture = new Fixture();
        fixture.stopOperator();
        String address = fixture.server.config().getMasterUrl();
        road = new Road(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), URI.create(address).getPort()));
        throughRoad = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(
                                ChartRules.client(fixture.server, fixture.user).getConfiguration())
                        .withMasterUrl("https://127.0.0.1:" + road.port() + "/")
                        .build())
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        throughRoad.close();
        road.close();
        fixture.close();
    }

    @Test
    void whatIsEditedMeanwhileTakesEffect() throws Exception {
        fixture.secret("notes", "token", "before");
        motto("before");
        try (Operator operator = Operator.start(
                throughRoad,
                Given.settings(fixture.namespace, Map.of("OSTIARY_NAMESPACE", fixture.namespace)),
                Clock.systemUTC(),
                () -> {},
                SILENCE)) {
            fixture.gateway("engineering", "");
            fixture.workload("notes", "engineering", REMOTE);
            fixture.workload("files", "engineering", IMAGE);
            until(() -> assertThat(credentials()).contains("before"));
            until(() -> assertThat(fixture.get(Deployment.class, "files-mcp")).isNotNull());
            until(() -> assertThat(fixture.gatewayCondition("engineering", "Programmed")
                            .status())
                    .hasToString("TRUE"));
            String templateBefore = contentOfFiles();

            road.swallow();

            // By the watches of resources, of owned objects, and of one Secret and one ConfigMap by their names.
            fixture.apply(McpGateway.class, Given.gateway(fixture.namespace, "engineering", "replicas: 3"));
            fixture.delete(Service.class, "engineering-gateway");
            fixture.secret("notes", "token", "after");
            motto("after");

            until(() -> assertThat(fixture.get(Deployment.class, "engineering-gateway")
                            .getSpec()
                            .getReplicas())
                    .isEqualTo(3));
            until(() -> assertThat(fixture.get(Service.class, "engineering-gateway"))
                    .isNotNull());
            until(() -> assertThat(credentials()).contains("after"));
            until(() -> assertThat(contentOfFiles()).isNotEqualTo(templateBefore));
            // And of pods and their reports, which is what status is made of.
            until(() -> assertThat(fixture.get(McpGateway.class, "engineering")
                            .getStatus()
                            .enforcedBy())
                    .isEqualTo("3/3"));
            assertThat(metrics(operator))
                    .contains("ostiary_operator_api_reconnects_total")
                    .doesNotContain("ostiary_operator_api_reconnects_total 0.0");
        }
    }

    @Test
    void aLeaderGoesOnLeading() throws Exception {
        AtomicBoolean lost = new AtomicBoolean();
        try (Operator operator = Operator.start(
                throughRoad,
                Given.settings(fixture.namespace, Map.of("OSTIARY_LEADER_ELECTION", "true", "OSTIARY_POD", "first")),
                Clock.systemUTC(),
                () -> lost.set(true),
                // By its own means, before any watch is missed.
                Duration.ofHours(1))) {
            until(() -> assertThat(operator.leading()).isTrue());
            String renewed = renewed();
            until(() ->
                    assertThat(renewed()).as("over a connection that is kept").isNotEqualTo(renewed));

            road.swallow();
            String last = renewed();

            until(() -> assertThat(renewed()).isNotEqualTo(last));
            assertThat(lost).isFalse();
            assertThat(operator.leading()).isTrue();
        }
    }

    /**
     * Bookmarks come to every watch, once a minute; only an API server that has just started sends none for kinds of which nothing
     * has happened yet. With {@code -Dostiary.silence=100} and more.
     */
    @Test
    void whereNothingHappensNothingIsOpenedAnewAgainAndAgain() throws Exception {
        assumeTrue(SILENCE.compareTo(Duration.ofSeconds(90)) > 0, "bookmarks come once a minute");
        fixture.secret("notes", "token", "before");
        motto("before");
        try (Operator operator = Operator.start(
                throughRoad,
                Given.settings(fixture.namespace, Map.of("OSTIARY_NAMESPACE", fixture.namespace)),
                Clock.systemUTC(),
                () -> {},
                SILENCE)) {
            fixture.gateway("engineering", "");
            fixture.workload("notes", "engineering", REMOTE);
            fixture.workload("files", "engineering", IMAGE);
            until(() -> assertThat(credentials()).contains("before"));

            AtomicReference<String> before = new AtomicReference<>("");
            await().pollInterval(Duration.ofSeconds(1))
                    .during(SILENCE.multipliedBy(2))
                    .atMost(SILENCE.multipliedBy(5))
                    .until(() -> {
                        String now = metrics(operator)
                                .replaceFirst("(?s).*(ostiary_operator_api_reconnects_total [0-9.]+).*", "$1");
                        return now.startsWith("ostiary_operator_api") && now.equals(before.getAndSet(now));
                    });
        }
    }

    private String renewed() {
        Map<String, Object> spec = fixture.admin
                .genericKubernetesResources("coordination.k8s.io/v1", "Lease")
                .inNamespace(fixture.namespace)
                .withName(Operator.LEASE)
                .get()
                .get("spec");
        return String.valueOf(spec.get("renewTime"));
    }

    @Test
    void whoHearsNothingSaysSo() throws Exception {
        try (Operator operator = Operator.start(
                throughRoad,
                Given.settings(fixture.namespace, Map.of("OSTIARY_NAMESPACE", fixture.namespace)),
                Clock.systemUTC(),
                () -> {},
                SILENCE)) {
            until(() -> assertThat(ready(operator)).isEqualTo("ok\n"));
            road.cut();
            until(() -> assertThat(ready(operator)).contains("nothing has been heard from the API server for "));
            road.mend();
            until(() -> assertThat(ready(operator)).isEqualTo("ok\n"));
        }
    }

    private void motto(String value) {
        fixture.admin
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(fixture.namespace)
                        .withName("files")
                        .endMetadata()
                        .addToData("motto", value)
                        .build())
                .serverSideApply();
        assertThat(fixture.get(ConfigMap.class, "files")).isNotNull();
    }

    private String credentials() {
        return new String(fixture.data("engineering-runtime").get("credentials.json"), StandardCharsets.UTF_8);
    }

    private String contentOfFiles() {
        return fixture.get(Deployment.class, "files-mcp")
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations()
                .toString();
    }

    private static void until(ThrowingRunnable assertion) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .untilAsserted(assertion);
    }

    private static String ready(Operator operator) throws Exception {
        return answer(operator, "/readyz");
    }

    private static String metrics(Operator operator) throws Exception {
        return answer(operator, "/metrics");
    }

    private static String answer(Operator operator, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                            + operator.adminAddress().getPort() + path))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
