package dev.ostiary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.admin.AdminServer;
import dev.ostiary.operator.admin.OperatorMetrics;
import dev.ostiary.operator.world.WorldKeeper;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An operator whose loops are dead says so to its liveness probe, and to no other; one whose loops only rest does not. */
class CanaryTest {

    /** Longer than a heartbeat of the compile loop by much. */
    private static final Duration COMPILE_SILENCE = Duration.ofSeconds(20);

    private static final ResourceName ENGINEERING = new ResourceName("mcp", "engineering");

    private final KubernetesClient client = new KubernetesClientBuilder().build();
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicBoolean broken = new AtomicBoolean();
    private final AtomicBoolean leading = new AtomicBoolean(true);

    /** What a failed native library is, for one: nothing that a repetition mends. */
    private final WorldKeeper world = new WorldKeeper(
            client,
            (image, credential) -> {
                throw new AssertionError("no image is looked up here");
            },
            workload -> null,
            measured -> {
                if (broken.get()) {
                    throw new LinkageError("the compiler is gone");
                }
            });

    @AfterEach
    void stop() {
        world.close();
        client.close();
        http.close();
    }

    @Test
    void aCompileLoopThatHasEndedIsNoticed() throws Exception {
        try (Probes probes = new Probes(Duration.ofHours(1))) {
            start();
            Instant begin = Instant.now();
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                assertThat(probes.answer("/livez")).as("it rests, and lives").isEqualTo("200 ok\n");
                return world.alive().isAfter(begin.plusSeconds(4));
            });

            broken.set(true);
            world.gateways().onResourceDeleted(gateway());

            await().dontCatchUncaughtExceptions()
                    .atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(probes.answer("/livez"))
                            .isEqualTo("503 the compile loop shows no sign of life\n"));
            assertThat(probes.answer("/readyz"))
                    .as("readiness is about watches: who cannot work is restarted, not hidden")
                    .isEqualTo("200 ok\n");
        }
    }

    @Test
    void aReconcileLoopThatTakesNothingUpIsNoticedWhereItShouldWork() throws Exception {
        try (Probes probes = new Probes(Duration.ofMillis(500))) {
            start();
            assertThat(probes.answer("/livez")).isEqualTo("200 ok\n");

            // Asked for, and nobody begins.
            world.gateways().trigger(ENGINEERING);
            await().untilAsserted(() -> assertThat(probes.answer("/livez"))
                    .isEqualTo("503 the reconcile loop of gateways-in-world shows no sign of life\n"));

            leading.set(false);
            assertThat(probes.answer("/livez"))
                    .as("who stands by has nothing to do")
                    .isEqualTo("200 ok\n");
            leading.set(true);
            world.gateways().begun(ENGINEERING);
            assertThat(probes.answer("/livez")).isEqualTo("200 ok\n");
        }
    }

    /** The sources have their caches, as controllers give them, and an executor that takes events and does nothing. */
    private void start() {
        world.gateways().of(new OneGateway());
        List.of(world.gateways(), world.workloads(), world.policies()).forEach(source -> {
            source.setEventHandler(event -> {});
            source.start();
        });
        world.start();
    }

    private static McpGateway gateway() {
        McpGateway gateway = new McpGateway();
        gateway.setMetadata(new ObjectMetaBuilder()
                .withNamespace(ENGINEERING.namespace())
                .withName(ENGINEERING.name())
                .withDeletionTimestamp("2026-11-21T12:00:00Z")
                .build());
        return gateway;
    }

    /** The probes as they are in the operator. */
    private final class Probes implements AutoCloseable {

        private final OperatorMetrics metrics = new OperatorMetrics();
        private final AdminServer admin;

        Probes(Duration queueSilence) throws Exception {
            OperatorHealth health = new OperatorHealth(
                    () -> "", new Canary(world, leading::get, Clock.systemUTC(), COMPILE_SILENCE, queueSilence));
            health.started();
            admin = AdminServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), health, metrics);
        }

        String answer(String path) throws Exception {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + admin.address().getPort() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        }

        @Override
        public void close() {
            admin.close();
            metrics.close();
        }
    }

    /** A cache with one gateway that is being deleted, so that it is compiled no more and still there. */
    private static final class OneGateway implements IndexerResourceCache<McpGateway> {

        @Override
        public Optional<McpGateway> get(ResourceID id) {
            return Optional.of(gateway());
        }

        @Override
        public Stream<ResourceID> keys() {
            return Stream.of(new ResourceID(ENGINEERING.name(), ENGINEERING.namespace()));
        }

        @Override
        public Stream<McpGateway> list(Predicate<McpGateway> predicate) {
            return Stream.of(gateway()).filter(predicate);
        }

        @Override
        public Stream<McpGateway> list(String namespace, Predicate<McpGateway> predicate) {
            return list(predicate);
        }

        @Override
        public void addIndexers(Map<String, Function<McpGateway, List<String>>> indexers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<McpGateway> byIndex(String index, String key) {
            throw new UnsupportedOperationException();
        }
    }
}
