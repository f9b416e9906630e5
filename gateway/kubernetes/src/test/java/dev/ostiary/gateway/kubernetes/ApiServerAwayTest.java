package dev.ostiary.gateway.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.GrantStoreContract;
import dev.ostiary.gateway.server.store.RecordKey;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import dev.ostiary.gateway.server.store.StoredRecord;
import dev.ostiary.testing.ApiServer;
import dev.ostiary.testing.Road;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The API server cannot be reached for a while, and has forgotten what was before. */
class ApiServerAwayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Backoff QUICK = new Backoff(Duration.ofMillis(50), Duration.ofMillis(500));

    private static ApiServer api;

    private Road road;
    private Config throughRoad;
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
    void prepare() throws IOException {
        URI direct = URI.create(api.config().getMasterUrl());
        road = new Road(new InetSocketAddress(InetAddress.getLoopbackAddress(), direct.getPort()));
        throughRoad = new ConfigBuilder(api.config())
                .withMasterUrl("https://127.0.0.1:" + road.port() + "/")
                .build();
        namespace = api.newNamespace();
        operator = new Written(api.admin(), namespace, "engineering");
    }

    @AfterEach
    void close() throws IOException {
        road.close();
    }

    @Test
    void aReplicaGoesOnAndCatchesUp() throws Exception {
        RuntimeSecret.Content first = operator.write();
        try (Replica replica = replica()) {
            await().atMost(PATIENCE).untilAsserted(() -> assertReported(first));

            road.cut();
            RuntimeSecret.Content missed =
                    operator.write(Written.route("notes", URI.create("http://127.0.0.1:9/missed")));

            assertThat(replica.notReadyReason()).isNull();
            assertThat(replica.revision()).isEqualTo(first.config().revision());

            road.mend();
            await().atMost(PATIENCE).untilAsserted(() -> assertReported(missed));
        }
    }

    @Test
    void afterTheStatedTimeItNoLongerAsksForRequests() throws Exception {
        operator.maxStaleness = Duration.ofSeconds(1);
        RuntimeSecret.Content content = operator.write();
        try (Replica replica = replica()) {
            await().atMost(PATIENCE).untilAsserted(() -> assertReported(content));
            assertThat(replica.notReadyReason()).isNull();

            road.cut();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(replica.notReadyReason()).contains("spec.maxStaleness"));
            assertThat(replica.revision()).isEqualTo(content.config().revision());

            road.mend();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(replica.notReadyReason()).isNull());
        }
    }

    @Test
    void oneThatStartsMeanwhileWaits() throws Exception {
        RuntimeSecret.Content content = operator.write();
        road.cut();
        try (Replica replica = replica()) {
            assertThat(replica.notReadyReason()).isEqualTo("no configuration yet");

            road.mend();
            await().atMost(PATIENCE).untilAsserted(() -> assertReported(content));
            assertThat(replica.notReadyReason()).isNull();
        }
    }

    @Test
    void aStoreSaysSoAndComesBack() throws Exception {
        try (GrantStore store = new ClusterGrants(
                        throughRoad, new ReplicaIdentity(namespace, "engineering", "pod-a", "uid"))
                .open(Clock.systemUTC())) {
            RecordKey key = GrantStoreContract.grant();
            store.create(key, null, "value", GrantStoreContract.later());

            road.cut();
            assertThatThrownBy(() -> store.get(key)).isInstanceOf(StoreUnavailableException.class);

            road.mend();
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(StoreUnavailableException.class)
                    .untilAsserted(() -> assertThat(store.get(key))
                            .extracting(StoredRecord::value)
                            .isEqualTo("value"));
        }
    }

    /** Without its cache the API server asks etcd, which forgets what was before each compaction: 410 Gone. */
    @Test
    void aPlaceInHistoryThatIsGoneEndsTheWatch() throws Exception {
        try (ApiServer forgetful = ApiServer.start(List.of("--watch-cache=false", "--etcd-compaction-interval=1s"));
                KubernetesClient client = ClusterClient.open(forgetful.config(), 5_000);
                RuntimeSecretWatch watch = new RuntimeSecretWatch(
                        client,
                        "default",
                        "engineering-runtime",
                        new Ignoring(),
                        new RuntimeSecretWatch.Pace(Duration.ofSeconds(1), Duration.ofMinutes(3), QUICK))) {
            await().atMost(PATIENCE).until(() -> !watch.follow("1"));
        }
    }

    private static final class Ignoring implements RuntimeSecretWatch.Listener {
        @Override
        public void found(Secret secret) {}

        @Override
        public void missing() {}
    }

    private Replica replica() throws IOException {
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return Replica.start(
                new Replica.Settings(
                        new ReplicaIdentity(namespace, "engineering", "pod-a", "uid-of-pod-a"),
                        free,
                        free,
                        throughRoad,
                        new ByteArrayOutputStream()),
                new RuntimeSecretWatch.Pace(Duration.ofMinutes(5), Duration.ofMinutes(3), QUICK));
    }

    private void assertReported(RuntimeSecret.Content content) {
        McpGatewayReplica replica = api.admin()
                .resources(McpGatewayReplica.class)
                .inNamespace(namespace)
                .withName("pod-a")
                .get();
        assertThat(replica).isNotNull();
        assertThat(replica.getSpec().runtimeHash()).isEqualTo(content.hash());
    }
}
