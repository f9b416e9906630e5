package dev.ostiary.gateway.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis as it is run for availability: a cluster, and a primary that sentinels watch. */
class RedisTopologyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void aClusterKeepsEachGatewayOnTheNodeOfItsSlot() throws Exception {
        try (RedisProcess one =
                        RedisProcess.start(Files.createDirectory(folder.resolve("one")), "--cluster-enabled", "yes");
                RedisProcess two =
                        RedisProcess.start(Files.createDirectory(folder.resolve("two")), "--cluster-enabled", "yes")) {
            form(one, two);
            String url = "redis-cluster://127.0.0.1:" + one.port();
            for (int i = 0; i < 6; i++) {
                try (GrantStore store = new RedisGrantStore("tools/gateway-" + i, url, null)) {
                    usable(store);
                }
            }
            assertThat(keys(one)).as("gateways on the first node").isPositive();
            assertThat(keys(two)).as("gateways on the second node").isPositive();
        }
    }

    @Test
    void aClusterWhoseNodeComesBackIsUsedAgain() throws Exception {
        try (RedisProcess node =
                RedisProcess.start(folder, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf")) {
            form(node);
            try (GrantStore store =
                    new RedisGrantStore("tools/gateway", "redis-cluster://127.0.0.1:" + node.port(), null)) {
                usable(store);
                node.kill();
                assertUnavailable(store);
                node.start();
                await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> usable(store));
            }
        }
    }

    @Test
    void afterAFailoverTheNewPrimaryIsUsed() throws Exception {
        try (RedisProcess primary = RedisProcess.start(Files.createDirectory(folder.resolve("primary")));
                RedisProcess replica = RedisProcess.start(
                        Files.createDirectory(folder.resolve("replica")),
                        "--replicaof",
                        "127.0.0.1",
                        Integer.toString(primary.port()),
                        "--repl-diskless-sync",
                        "yes",
                        "--repl-diskless-sync-delay",
                        "0")) {
            await().atMost(PATIENCE).until(() -> info(primary).contains("state=online"));
            int port = RedisProcess.freePort();
            Path configuration = folder.resolve("sentinel.conf");
            Files.writeString(configuration, """
                    port %d
                    bind 127.0.0.1
                    dir %s
                    sentinel monitor grants 127.0.0.1 %d 1
                    sentinel down-after-milliseconds grants 500
                    sentinel failover-timeout grants 3000
                    """.formatted(port, folder, primary.port()));
            try (RedisProcess sentinel = RedisProcess.sentinel(port, configuration);
                    GrantStore store = new RedisGrantStore(
                            "tools/gateway", "redis-sentinel://127.0.0.1:" + port + "#grants", null)) {
                assertThat(sentinel.port()).isEqualTo(port);
                usable(store);
                await().atMost(PATIENCE).until(() -> sentinelKnowsReplicas(port));

                primary.kill();
                assertUnavailable(store);

                await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> usable(store));
                assertThat(keys(replica)).isPositive();
            }
        }
    }

    private static void usable(GrantStore store) throws StoreUnavailableException {
        RecordKey key = GrantStoreContract.grant();
        String version = Objects.requireNonNull(store.create(key, "owner", "1", GrantStoreContract.later()));
        assertThat(store.replace(key, version, "2", GrantStoreContract.later())).isNotNull();
        assertThat(store.list(RecordType.GRANT, "owner")).contains(key.id());
        assertThat(store.get(key)).isNotNull();
        assertThat(store.take(key)).isNotNull();
        store.deny(new DenyEntry(key.id(), GrantStoreContract.later()));
        assertThat(store.denials(null).entries()).extracting(DenyEntry::grantId).contains(key.id());
    }

    private static void assertUnavailable(GrantStore store) {
        assertThatThrownBy(() -> store.get(GrantStoreContract.grant())).isInstanceOf(StoreUnavailableException.class);
    }

    /** Shares the slots out and waits until every node says that the cluster is whole. */
    private static void form(RedisProcess... nodes) {
        int slots = 16_384 / nodes.length;
        for (int i = 0; i < nodes.length; i++) {
            try (RedisClient client = RedisClient.create(nodes[i].url());
                    StatefulRedisConnection<String, String> connection = client.connect()) {
                connection
                        .sync()
                        .clusterAddSlots(
                                IntStream.range(i * slots, (i + 1) * slots).toArray());
                if (i > 0) {
                    connection.sync().clusterMeet("127.0.0.1", nodes[0].port());
                }
            }
        }
        for (RedisProcess node : nodes) {
            try (RedisClient client = RedisClient.create(node.url());
                    StatefulRedisConnection<String, String> connection = client.connect()) {
                await().atMost(PATIENCE)
                        .until(() -> connection.sync().clusterInfo().contains("cluster_state:ok"));
            }
        }
    }

    private static long keys(RedisProcess node) {
        try (RedisClient client = RedisClient.create(node.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            return connection.sync().dbsize();
        }
    }

    private static String info(RedisProcess node) {
        try (RedisClient client = RedisClient.create(node.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            return connection.sync().info("replication");
        }
    }

    private static boolean sentinelKnowsReplicas(int port) {
        try (RedisClient client = RedisClient.create("redis://127.0.0.1:" + port);
                StatefulRedisConnection<String, String> connection = client.connect()) {
            return connection.sync().info("sentinel").contains("slaves=1");
        }
    }
}
