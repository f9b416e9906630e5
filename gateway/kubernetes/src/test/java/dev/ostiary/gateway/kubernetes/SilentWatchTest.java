package dev.ostiary.gateway.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.testing.ApiServer;
import dev.ostiary.testing.Road;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A connection that stays open and brings nothing any more: what was missed on it is read all the same. */
class SilentWatchTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void aWatchThatHasGoneSilentIsOpenedAnew() throws Exception {
        try (ApiServer api = ApiServer.start();
                Road road = new Road(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(),
                        URI.create(api.config().getMasterUrl()).getPort()));
                KubernetesClient client = ClusterClient.open(
                        new ConfigBuilder(api.config())
                                .withMasterUrl("https://127.0.0.1:" + road.port() + "/")
                                .build(),
                        2_000)) {
            String namespace = api.newNamespace();
            write(api.admin(), namespace, "MQ==");
            List<String> found = new CopyOnWriteArrayList<>();
            try (RuntimeSecretWatch watch = new RuntimeSecretWatch(
                    client,
                    namespace,
                    "engineering-runtime",
                    new RuntimeSecretWatch.Listener() {
                        @Override
                        public void found(Secret secret) {
                            found.add(secret.getData().get("value"));
                        }

                        @Override
                        public void missing() {
                            found.add("missing");
                        }
                    },
                    // Longer than the patience of this test: it is silence that ends the watch, not its time.
                    new RuntimeSecretWatch.Pace(
                            Duration.ofMinutes(10),
                            Duration.ofSeconds(3),
                            new Backoff(Duration.ofMillis(50), Duration.ofMillis(500))))) {
                watch.start();
                await().atMost(PATIENCE).until(() -> found.contains("MQ=="));
                await().atMost(PATIENCE).until(() -> watch.staleness().isZero());

                road.swallow();
                write(api.admin(), namespace, "Mg==");

                await().atMost(PATIENCE).untilAsserted(() -> assertThat(found).contains("Mg=="));
                write(api.admin(), namespace, "Mw==");
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(found).contains("Mw=="));
            }
        }
    }

    private static void write(KubernetesClient admin, String namespace, String value) {
        admin.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("engineering-runtime")
                        .endMetadata()
                        .addToData("value", value)
                        .build())
                .serverSideApply();
    }
}
