package dev.ostiary.gateway.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on one server, and what a Redis that others use as well asks for. */
class RedisGrantStoreTest extends GrantStoreContract {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    private static RedisProcess redis;

    @BeforeAll
    static void start() throws Exception {
        redis = RedisProcess.start(folder);
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Override
    protected GrantStore open() {
        return new RedisGrantStore("tools/gateway", redis.url(), null);
    }

    @Override
    protected GrantStore replicaOf(GrantStore store) {
        return open();
    }

    @Test
    void gatewaysDoNotSeeEachOther() throws Exception {
        try (GrantStore store = open();
                GrantStore other = new RedisGrantStore("tools/gateway2", redis.url(), null)) {
            RecordKey key = grant();
            String owner = fresh();
            String version = Objects.requireNonNull(store.create(key, owner, "value", later()));
            store.deny(new DenyEntry(key.id(), later()));

            assertThat(other.get(key)).isNull();
            assertThat(other.take(key)).isNull();
            assertThat(other.replace(key, version, "another", later())).isNull();
            assertThat(other.list(RecordType.GRANT, owner)).isEmpty();
            assertThat(other.denials(null).entries()).isEmpty();
            assertThat(store.get(key)).isEqualTo(new StoredRecord("value", version));
        }
    }

    @Test
    void whatOthersKeepInTheSameRedisStaysUntouched() throws Exception {
        try (RedisProcess own = RedisProcess.start(folder);
                GrantStore store = new RedisGrantStore("tools/gateway", own.url(), null);
                RedisClient client = RedisClient.create(own.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> commands = connection.sync();
            commands.set("theirs", "1");
            commands.set("ostiary:{tools/gatewa}:GRANT/1", "1");

            RecordKey key = grant();
            String version = Objects.requireNonNull(store.create(key, "owner", "1", later()));
            store.replace(key, version, "2", later());
            store.deny(new DenyEntry("grant", later()));
            store.create(grant(), "owner", "1", later());
            store.take(key);

            List<String> keys = commands.keys("*");
            assertThat(keys)
                    .contains("theirs", "ostiary:{tools/gatewa}:GRANT/1")
                    .hasSize(6);
            assertThat(keys)
                    .filteredOn(name -> !name.equals("theirs") && !name.contains("{tools/gatewa}"))
                    .allSatisfy(name -> {
                        assertThat(name).startsWith("ostiary:{tools/gateway}:");
                        assertThat(commands.pttl(name)).as(name).isBetween(3_000_000L, 3_600_000L);
                    });
        }
    }

    @Test
    void nothingStaysWhenEverythingHasExpired() throws Exception {
        try (RedisProcess own = RedisProcess.start(folder);
                GrantStore store = new RedisGrantStore("tools/gateway", own.url(), null);
                RedisClient client = RedisClient.create(own.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            store.create(grant(), "owner", "value", soon());
            store.create(grant(), "owner", "value", Instant.EPOCH);
            store.deny(new DenyEntry("grant", soon()));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(connection.sync().keys("*")).isEmpty());
        }
    }

    @Test
    void anOwnersIndexForgetsWhatHasExpired() throws Exception {
        try (RedisProcess own = RedisProcess.start(folder);
                GrantStore store = new RedisGrantStore("tools/gateway", own.url(), null);
                RedisClient client = RedisClient.create(own.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            RecordKey brief = grant();
            store.create(brief, "owner", "value", soon());
            await().atMost(PATIENCE).until(() -> store.get(brief) == null);
            store.create(grant(), "owner", "value", later());

            assertThat(connection.sync().zcard("ostiary:{tools/gateway}:owners:GRANT"))
                    .isEqualTo(1);
            assertThat(connection.sync().zcard("ostiary:{tools/gateway}:expiries:GRANT"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aServerThatForgotTheScriptsGetsThemAgain() throws Exception {
        try (GrantStore store = open();
                RedisClient client = RedisClient.create(redis.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            RecordKey key = grant();
            connection.sync().scriptFlush();
            String version = Objects.requireNonNull(store.create(key, "owner", "1", later()));
            connection.sync().scriptFlush();
            assertThat(store.replace(key, version, "2", later())).isNotNull();
            connection.sync().scriptFlush();
            assertThat(store.take(key)).isNotNull();
        }
    }

    @Test
    void aStreamOfDenyEntriesThatBeginsAgainIsReadFromItsBeginning() throws Exception {
        try (RedisProcess own = RedisProcess.start(folder);
                GrantStore store = new RedisGrantStore("tools/gateway", own.url(), null);
                RedisClient client = RedisClient.create(own.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            String stream = "ostiary:{tools/gateway}:denials";
            // As after a failover to a server whose clock was ahead, and then back.
            connection
                    .sync()
                    .xadd(
                            stream,
                            new XAddArgs().id("9999999999999-1"),
                            "g",
                            "ahead",
                            "e",
                            Long.toString(later().toEpochMilli()));
            Denials ahead = store.denials(null);
            assertThat(ahead.entries()).extracting(DenyEntry::grantId).containsExactly("ahead");
            connection.sync().del(stream);
            store.deny(new DenyEntry("next", later()));

            assertThat(store.denials(ahead.cursor()).entries())
                    .extracting(DenyEntry::grantId)
                    .containsExactly("next");
        }
    }

    @Test
    void aUserWithTheDocumentedRightsIsEnough() throws Exception {
        try (RedisProcess own = RedisProcess.start(folder, "--requirepass", "admin");
                RedisClient client = RedisClient.create("redis://:admin@127.0.0.1:" + own.port());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            connection
                    .sync()
                    .dispatch(
                            CommandType.ACL,
                            new StatusOutput<>(StringCodec.UTF8),
                            new CommandArgs<>(StringCodec.UTF8)
                                    .add("SETUSER")
                                    .add("ostiary")
                                    .add("on")
                                    .add(">p@ss/w:rd")
                                    .add("~ostiary:*")
                                    .add("+@connection")
                                    .add("+@read")
                                    .add("+@write")
                                    .add("+@scripting")
                                    .add("+time"));
            String url = "redis://ostiary:p%40ss%2Fw%3Ard@127.0.0.1:" + own.port() + "/0";
            try (GrantStore store = new RedisGrantStore("tools/gateway", url, null)) {
                RecordKey key = grant();
                String version = Objects.requireNonNull(store.create(key, "owner", "1", later()));
                assertThat(store.replace(key, version, "2", later())).isNotNull();
                assertThat(store.list(RecordType.GRANT, "owner")).containsExactly(key.id());
                assertThat(store.take(key)).isNotNull();
                store.deny(new DenyEntry("grant", later()));
                assertThat(store.denials(null).entries()).hasSize(1);
            }
        }
    }
}
