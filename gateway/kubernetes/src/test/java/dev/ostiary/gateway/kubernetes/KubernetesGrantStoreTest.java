package dev.ostiary.gateway.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ostiary.crds.McpGrant;
import dev.ostiary.gateway.server.store.DenyEntry;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.GrantStoreContract;
import dev.ostiary.gateway.server.store.RecordKey;
import dev.ostiary.gateway.server.store.RecordType;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import dev.ostiary.gateway.server.store.StoredRecord;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against a real API server. */
class KubernetesGrantStoreTest extends GrantStoreContract {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SELDOM = Duration.ofHours(1);
    private static final int PLENTY = 100_000;

    /** What a store promises does not depend on how busy this machine is. */
    private static final int UNHURRIED = 60_000;

    private static ApiServer api;
    private static String namespace;

    @BeforeAll
    static void start() {
        api = ApiServer.start();
        namespace = api.newNamespace();
    }

    @AfterAll
    static void stop() {
        if (api != null) {
            api.close();
        }
    }

    @Override
    protected GrantStore open() {
        return open("engineering", SELDOM, PLENTY);
    }

    @Override
    protected GrantStore replicaOf(GrantStore store) {
        return open();
    }

    private static GrantStore open(String gateway, Duration sweep, int capacity) {
        return grants(gateway, api.config()).open(Clock.systemUTC(), sweep, capacity, UNHURRIED);
    }

    private static ClusterGrants grants(String gateway, Config config) {
        return new ClusterGrants(config, new ReplicaIdentity(namespace, gateway, "pod", "uid"));
    }

    @Test
    void idsThatDifferInCaseAloneAreDifferentRecords() throws Exception {
        try (GrantStore store = open()) {
            RecordKey lower = new RecordKey(RecordType.GRANT, "case-" + fresh());
            RecordKey upper =
                    new RecordKey(RecordType.GRANT, "CASE" + lower.id().substring(4));
            store.create(lower, null, "lower", later());
            store.create(upper, null, "upper", later());

            assertThat(store.get(lower)).extracting(StoredRecord::value).isEqualTo("lower");
            assertThat(store.get(upper)).extracting(StoredRecord::value).isEqualTo("upper");
        }
    }

    @Test
    void gatewaysOfOneNamespaceSeeTheirOwnRecordsAlone() throws Exception {
        try (GrantStore one = open("one", SELDOM, PLENTY);
                GrantStore two = open("two", SELDOM, PLENTY)) {
            RecordKey key = grant();
            one.create(key, "owner", "value", later());
            one.deny(new DenyEntry(key.id(), later()));

            assertThat(two.get(key)).isNull();
            assertThat(two.list(RecordType.GRANT, "owner")).isEmpty();
            assertThat(two.denials(null).entries()).isEmpty();
            assertThat(two.create(key, null, "other", later())).isNotNull();
        }
    }

    @Test
    void whatHasExpiredIsRemoved() throws Exception {
        try (GrantStore store = open("swept", Duration.ofMillis(300), PLENTY)) {
            store.create(grant(), null, "value", soon());
            RecordKey kept = grant();
            store.create(kept, null, "value", later());
            store.deny(new DenyEntry(fresh(), soon()));

            await().atMost(PATIENCE).until(() -> objects("swept").size() == 2);

            assertThat(objects("swept"))
                    .extracting(object -> object.getSpec().type())
                    .containsExactlyInAnyOrder("GRANT", "FEED");
            assertThat(store.get(kept)).isNotNull();
        }
    }

    @Test
    void itIsFullRatherThanForgetful() throws Exception {
        try (GrantStore store = open("full", SELDOM, 2)) {
            RecordKey first = grant();
            store.create(first, null, "1", later());
            store.create(grant(), null, "2", later());

            assertThatThrownBy(() -> store.create(grant(), null, "3", later()))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("full");
            assertThat(store.get(first)).isNotNull();
        }
    }

    @Test
    void recordsGoWithTheirGatewayWhereThatIsWanted() throws Exception {
        ClusterGrants grants = grants("deleted", api.config());
        grants.goWith("6f0f7a52-0000-4000-8000-000000000001");
        try (GrantStore store = grants.open(Clock.systemUTC())) {
            store.create(grant(), null, "value", later());

            assertThat(objects("deleted"))
                    .singleElement()
                    .satisfies(object -> assertThat(object.getMetadata().getOwnerReferences())
                            .singleElement()
                            .satisfies(owner -> {
                                assertThat(owner.getKind()).isEqualTo("McpGateway");
                                assertThat(owner.getUid()).isEqualTo("6f0f7a52-0000-4000-8000-000000000001");
                            }));
        }
    }

    @Test
    void aReplacementIsOneWrite() throws Exception {
        try (GrantStore store = open("counted", SELDOM, PLENTY)) {
            RecordKey key = grant();
            String version = Objects.requireNonNull(store.create(key, "owner", "1", later()));
            store.replace(key, version, "2", later());
        }
        assertThat(changes("counted")).hasSize(1);
    }

    @Test
    void anApiServerThatIsAwayIsSaidSoInBoundedTime() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        Config away = new ConfigBuilder(api.config())
                .withMasterUrl("https://127.0.0.1:" + nobody + "/")
                .build();
        try (GrantStore store = grants("away", away).open(Clock.systemUTC())) {
            assertThatThrownBy(() -> store.get(grant())).isInstanceOf(StoreUnavailableException.class);
        }
    }

    @Test
    void anApiServerThatSwallowsEverythingIsGivenUp() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Config swallowing = new ConfigBuilder(api.config())
                    .withMasterUrl("https://127.0.0.1:" + silent.getLocalPort() + "/")
                    .build();
            try (GrantStore store = grants("away", swallowing).open(Clock.systemUTC())) {
                long began = System.nanoTime();

                assertThatThrownBy(() -> store.get(grant())).isInstanceOf(StoreUnavailableException.class);
                assertThatThrownBy(() -> store.create(grant(), null, "value", later()))
                        .isInstanceOf(StoreUnavailableException.class);

                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PATIENCE);
            }
        }
    }

    private static List<McpGrant> objects(String gateway) {
        return api.admin()
                .resources(McpGrant.class)
                .inNamespace(namespace)
                .withLabel(GrantObjects.GATEWAY, gateway)
                .list()
                .getItems();
    }

    /** Requests that changed records of this gateway after they were made, as the API server booked them. */
    private static List<String> changes(String gateway) {
        List<String> names = objects(gateway).stream()
                .map(object -> object.getMetadata().getName())
                .toList();
        return api.audit().get().stream()
                .filter(event ->
                        event.contains("\"mcpgrants\"") && names.stream().anyMatch(event::contains))
                .filter(event -> event.contains("\"verb\":\"patch\"")
                        || event.contains("\"verb\":\"update\"")
                        || event.contains("\"verb\":\"delete\""))
                .toList();
    }
}
