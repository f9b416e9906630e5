package dev.ostiary.gateway.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraCheck;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraOutcome;
import dev.ostiary.crds.McpGatewayReplicaSpec.Outcome;
import dev.ostiary.crds.McpGatewayReplicaSpec.SeenRoute;
import dev.ostiary.crds.McpWorkloadStatus;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replicas in one process, on a real API server. */
class ReplicaTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final RuntimeSecretWatch.Pace QUICK = new RuntimeSecretWatch.Pace(
            Duration.ofMinutes(5), Duration.ofMinutes(3), new Backoff(Duration.ofMillis(50), Duration.ofMillis(500)));

    private static ApiServer api;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private String namespace;
    private Written operator;

    @BeforeAll
    static void startApi() {
        api = ApiServer.start();
    }

    @AfterAll
    static void stopApi() {
        if (api != null) {
            api.close();
        }
    }

    @BeforeEach
    void prepare() {
        namespace = api.newNamespace();
        operator = new Written(api.admin(), namespace, "engineering");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        http.close();
    }

    @Test
    void itStartsClosedAndServesWithTheFirstConfiguration() throws Exception {
        Replica replica = replica("pod-a");

        patiently().untilAsserted(() -> assertThat(report("pod-a")).isNotNull());
        assertThat(status(replica, "/livez")).isEqualTo("200 ok");
        assertThat(status(replica, "/readyz")).isEqualTo("503 no configuration yet");
        assertThat(replica.port()).isEqualTo(-1);
        McpGatewayReplica object = object("pod-a");
        assertThat(object.getSpec().formats()).isEqualTo(SnapshotCodec.READABLE);
        assertThat(object.getSpec().revision()).isNull();
        assertThat(object.getSpec().podUid()).isEqualTo("uid-of-pod-a");
        assertThat(object.getMetadata().getOwnerReferences()).singleElement().satisfies(owner -> {
            assertThat(owner.getKind()).isEqualTo("Pod");
            assertThat(owner.getName()).isEqualTo("pod-a");
            assertThat(owner.getUid()).isEqualTo("uid-of-pod-a");
        });

        RuntimeSecret.Content content = operator.write();

        patiently().untilAsserted(() -> assertEnforced("pod-a", content));
        assertThat(status(replica, "/readyz")).isEqualTo("200 ok");
        assertThat(status(replica, "/revision"))
                .isEqualTo("200 " + content.config().revision());
        assertThat(report("pod-a").keyRingVersion())
                .isEqualTo(content.config().keys().version());
    }

    @Test
    void whatItKnowsOfItsRegistrationIsReported() throws Exception {
        replica("pod-a");
        operator.write();

        // The tests' Entra is at a name that nothing has.
        patiently().untilAsserted(() -> {
            McpGatewayReplicaSpec report = report("pod-a");
            assertThat(report).isNotNull();
            EntraCheck entra = report.entra();
            assertThat(entra).isNotNull();
            assertThat(entra.outcome()).isEqualTo(EntraOutcome.ENTRA_UNAVAILABLE);
            assertThat(entra.note()).contains("has not answered as it should since", "never been asked before");
        });
    }

    @Test
    void anEditReachesEveryReplicaSoon() throws Exception {
        replica("pod-a");
        replica("pod-b");
        RuntimeSecret.Content first = operator.write();
        patiently().untilAsserted(() -> {
            assertEnforced("pod-a", first);
            assertEnforced("pod-b", first);
        });
        List<Long> millis = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            URI nowhere = URI.create("http://127.0.0.1:9/round-" + round);
            long began = System.nanoTime();
            RuntimeSecret.Content next = operator.write(Written.route("notes", nowhere));
            patiently().pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
                assertEnforced("pod-a", next);
                assertEnforced("pod-b", next);
            });
            millis.add((System.nanoTime() - began) / 1_000_000);
        }
        System.out.println("Secret written to both replicas enforced and reported, ms: " + millis);
        assertThat(millis).allMatch(each -> each < PATIENCE.toMillis());
    }

    @Test
    void whatCannotBeReadLeavesTheLastGoodInForce() throws Exception {
        Replica replica = replica("pod-a");
        RuntimeSecret.Content good = operator.write();
        patiently().untilAsserted(() -> assertEnforced("pod-a", good));

        operator.writeData(Map.of(RuntimeSecret.SNAPSHOT, "AAAA"));

        patiently().untilAsserted(() -> assertThat(report("pod-a").problem()).contains("cannot be read"));
        assertThat(report("pod-a").revision()).isEqualTo(good.config().revision());
        assertThat(status(replica, "/readyz")).isEqualTo("200 ok");

        RuntimeSecret.Content mended = operator.write(Written.route("notes", URI.create("http://127.0.0.1:9/mended")));

        patiently().untilAsserted(() -> assertEnforced("pod-a", mended));
        assertThat(report("pod-a").problem()).isNull();
    }

    @Test
    void aSecretThatIsGoneIsSaidSoAndChangesNothing() throws Exception {
        Replica replica = replica("pod-a");
        RuntimeSecret.Content good = operator.write();
        patiently().untilAsserted(() -> assertEnforced("pod-a", good));

        api.admin()
                .secrets()
                .inNamespace(namespace)
                .withName("engineering-runtime")
                .delete();

        patiently().untilAsserted(() -> assertThat(report("pod-a").problem()).contains("is gone"));
        assertThat(status(replica, "/readyz")).isEqualTo("200 ok");

        operator.write();

        patiently().untilAsserted(() -> assertThat(report("pod-a").problem()).isNull());
    }

    @Test
    void nothingIsWrittenAtRest() throws Exception {
        replica("pod-a");
        RuntimeSecret.Content content = operator.write();
        patiently().untilAsserted(() -> assertEnforced("pod-a", content));
        String version = object("pod-a").getMetadata().getResourceVersion();

        // The same again, which the API server makes nothing of, and something else in the namespace.
        operator.write();
        api.admin()
                .configMaps()
                .inNamespace(namespace)
                .resource(new io.fabric8.kubernetes.api.model.ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("other")
                        .endMetadata()
                        .build())
                .create();
        RuntimeSecret.Content next = operator.write(Written.route("notes", URI.create("http://127.0.0.1:9/other")));
        patiently().untilAsserted(() -> assertEnforced("pod-a", next));

        assertThat(version).isNotEqualTo(object("pod-a").getMetadata().getResourceVersion());
        assertThat(writes("pod-a")).isLessThanOrEqualTo(6);
    }

    @Test
    void itTellsWhatItSawOfWorkloads() throws Exception {
        ScriptedWorkload workload = opened(new ScriptedWorkload());
        ScriptedWorkload bridge = opened(new ScriptedWorkload());
        replica("pod-a");

        operator.write(
                Written.route("answers", workload.url()),
                Written.stdio("local", bridge.url()),
                Written.route("nobody", URI.create("http://127.0.0.1:9/mcp")),
                Written.route("personal", workload.url(), new UpstreamAuth.IdentityAssertion()));

        patiently().untilAsserted(() -> {
            assertThat(seen("answers").outcome()).isEqualTo(Outcome.ANSWERED);
            assertThat(seen("local").outcome()).isEqualTo(Outcome.ANSWERED);
            assertThat(seen("nobody").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(seen("personal").outcome()).isEqualTo(Outcome.NEEDS_USER);
        });
        assertThat(seen("answers").server())
                .isEqualTo(new McpWorkloadStatus.Server("scripted", "3", List.of("2025-11-25"), 2));
        assertThat(seen("answers").workloadUid()).isEqualTo("uid-of-answers");
        assertThat(seen("nobody").error()).contains("cannot be reached");
        patiently()
                .untilAsserted(() -> assertThat(workload.received)
                        .containsExactly("initialize", "notifications/initialized", "tools/list", "DELETE"));
        // The process that was started to look is ended.
        patiently().untilAsserted(() -> assertThat(bridge.received).isEqualTo(workload.received));
    }

    @Test
    void aWorkloadThatComesBackIsSeenAgain() throws Exception {
        ScriptedWorkload workload = opened(new ScriptedWorkload());
        workload.broken = true;
        replica("pod-a");
        operator.write(Written.route("notes", workload.url()));
        patiently().untilAsserted(() -> assertThat(seen("notes").outcome()).isEqualTo(Outcome.FAILED));
        assertThat(seen("notes").error()).contains("500");

        workload.broken = false;

        patiently().untilAsserted(() -> assertThat(seen("notes").outcome()).isEqualTo(Outcome.ANSWERED));
    }

    @Test
    void theRightsOfItsRoleAreEnough() throws Exception {
        Rights rights = new Rights(api.admin(), namespace, "engineering");
        rights.grant();
        Replica replica = replica("pod-a", rights.config(api.config()));

        RuntimeSecret.Content content = operator.write();

        patiently().untilAsserted(() -> assertEnforced("pod-a", content));
        assertThat(status(replica, "/readyz")).isEqualTo("200 ok");
        assertThat(rights.refusals(api.audit().get())).isEmpty();
    }

    @Test
    void rightsThatAreLostAndComeBackCostNothing() throws Exception {
        Rights rights = new Rights(api.admin(), namespace, "engineering");
        rights.grant();
        RuntimeSecretWatch.Pace hasty =
                new RuntimeSecretWatch.Pace(Duration.ofSeconds(2), Duration.ofMinutes(3), QUICK.backoff());
        Replica replica = opened(Replica.start(settings("pod-a", rights.config(api.config())), hasty));
        RuntimeSecret.Content first = operator.write();
        patiently().untilAsserted(() -> assertEnforced("pod-a", first));

        rights.revoke();
        patiently()
                .untilAsserted(
                        () -> assertThat(rights.refusals(api.audit().get())).isNotEmpty());
        assertThat(status(replica, "/readyz")).isEqualTo("200 ok");
        RuntimeSecret.Content missed = operator.write(Written.route("notes", URI.create("http://127.0.0.1:9/missed")));
        rights.grant();

        patiently().untilAsserted(() -> assertEnforced("pod-a", missed));
    }

    private Replica replica(String pod) throws IOException {
        return replica(pod, api.config());
    }

    private Replica replica(String pod, Config config) throws IOException {
        return opened(Replica.start(settings(pod, config), QUICK));
    }

    private Replica.Settings settings(String pod, Config config) {
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new Replica.Settings(
                new ReplicaIdentity(namespace, "engineering", pod, "uid-of-" + pod),
                free,
                free,
                config,
                new ByteArrayOutputStream());
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.add(resource);
        return resource;
    }

    private void assertEnforced(String pod, RuntimeSecret.Content content) {
        McpGatewayReplicaSpec report = report(pod);
        assertThat(report).isNotNull();
        assertThat(report.runtimeHash()).isEqualTo(content.hash());
        assertThat(report.revision()).isEqualTo(content.config().revision());
    }

    private SeenRoute seen(String route) {
        McpGatewayReplicaSpec report = report("pod-a");
        assertThat(report).isNotNull();
        return report.routes().stream()
                .filter(each -> each.route().equals(route))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing of " + route + " yet"));
    }

    private McpGatewayReplicaSpec report(String pod) {
        McpGatewayReplica object = find(pod);
        return object == null ? null : object.getSpec();
    }

    private McpGatewayReplica object(String pod) {
        return Objects.requireNonNull(find(pod));
    }

    private @Nullable McpGatewayReplica find(String pod) {
        KubernetesClient client = api.admin();
        return client.resources(McpGatewayReplica.class)
                .inNamespace(namespace)
                .withName(pod)
                .get();
    }

    private long writes(String pod) {
        return api.audit().get().stream()
                .filter(event -> event.contains("\"mcpgatewayreplicas\"")
                        && event.contains("\"" + namespace + "\"")
                        && event.contains("\"" + pod + "\"")
                        && event.contains("\"verb\":\"patch\""))
                .count();
    }

    private String status(Replica replica, String path) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + replica.adminPort() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body().strip();
    }

    private static ConditionFactory patiently() {
        return await().atMost(PATIENCE);
    }
}
