package dev.ostiary.gateway.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class RedisFailuresTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String GATEWAY = "tools/gateway";
    private static final String SECRET = "s3cret-pass";

    @TempDir
    private Path folder;

    @Test
    void aStoppedRedisIsUnavailableAtOnceAndUsedAgainWhenItIsBack() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder);
                GrantStore store = new RedisGrantStore(GATEWAY, redis.url(), null)) {
            assertThat(store.create(GrantStoreContract.grant(), null, "value", GrantStoreContract.later()))
                    .isNotNull();
            redis.kill();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertUnavailable(store).hasMessageContaining("Redis cannot be reached"));
            // A thousand times nothing is waited for: with a timeout for each, this would take longer than a test may.
            for (int i = 0; i < 1000; i++) {
                assertUnavailable(store);
            }

            redis.start();
            await().atMost(PATIENCE).ignoreExceptions().until(() -> store.get(GrantStoreContract.grant()) == null);
            assertThat(store.create(GrantStoreContract.grant(), null, "value", GrantStoreContract.later()))
                    .isNotNull();
        }
    }

    @Test
    void aRedisThatIsNotThereYetIsUsedOnceItIs() throws Exception {
        int port = RedisProcess.freePort();
        try (GrantStore store = new RedisGrantStore(GATEWAY, "redis://127.0.0.1:" + port, null)) {
            assertUnavailable(store).hasMessageContaining("refused");
            try (RedisProcess redis = RedisProcess.start(port, folder)) {
                assertThat(redis.port()).isEqualTo(port);
                await().atMost(PATIENCE).ignoreExceptions().until(() -> store.get(GrantStoreContract.grant()) == null);
            }
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void aRedisThatStallsIsUnavailableAndUsedAgainWhenItGoesOn() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder);
                StallingProxy proxy = new StallingProxy(redis.port());
                GrantStore store = new RedisGrantStore(GATEWAY, "redis://127.0.0.1:" + proxy.port(), null)) {
            RecordKey key = GrantStoreContract.grant();
            assertThat(store.create(key, null, "value", GrantStoreContract.later()))
                    .isNotNull();
            proxy.stall();

            assertUnavailable(store).hasMessageContaining("did not answer in time");
            for (int i = 0; i < 4; i++) {
                assertUnavailable(store);
            }

            proxy.goOn();
            await().atMost(PATIENCE).ignoreExceptions().until(() -> store.get(key) != null);
        }
    }

    @Test
    void aWrongPasswordIsNamedAndAppearsNowhere() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        Level before = root.getLevel();
        root.setLevel(Level.DEBUG);
        root.addAppender(logged);
        try (RedisProcess redis = RedisProcess.start(folder, "--requirepass", "another");
                GrantStore store = new RedisGrantStore(
                        GATEWAY, "redis://somebody:" + SECRET + "@127.0.0.1:" + redis.port(), null)) {
            StringWriter text = new StringWriter();
            assertUnavailable(store)
                    .hasMessageContaining("WRONGPASS")
                    .satisfies(e -> e.printStackTrace(new PrintWriter(text)));
            assertThat(text.toString()).doesNotContain(SECRET);
        } finally {
            root.detachAppender(logged);
            root.setLevel(before);
        }
        assertThat(List.copyOf(logged.list)).isNotEmpty().allSatisfy(event -> {
            assertThat(event.getFormattedMessage()).doesNotContain(SECRET);
            if (event.getThrowableProxy() != null) {
                assertThat(ThrowableProxyUtil.asString(event.getThrowableProxy()))
                        .doesNotContain(SECRET);
            }
        });
    }

    @Test
    void aServerThatRefusesACommandIsNotQuoted() throws Exception {
        try (RedisProcess redis =
                        RedisProcess.start(folder, "--rename-command", "EVALSHA", "", "--rename-command", "EVAL", "");
                GrantStore store = new RedisGrantStore(GATEWAY, redis.url(), null)) {
            assertThatThrownBy(() -> store.create(GrantStoreContract.grant(), null, SECRET, GrantStoreContract.later()))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("it answered ERR")
                    .hasMessageNotContaining(SECRET)
                    .hasNoCause();
        }
    }

    @Test
    void aFullRedisIsUnavailable() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder, "--maxmemory", "1", "--maxmemory-policy", "noeviction");
                GrantStore store = new RedisGrantStore(GATEWAY, redis.url(), null)) {
            assertThatThrownBy(() -> store.create(GrantStoreContract.grant(), null, "v", GrantStoreContract.later()))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("OOM");
        }
    }

    @Test
    void tlsTakesACertificateThatTheBundleVouchesForAndNoOther() throws Exception {
        RedisCertificates certificates = new RedisCertificates("localhost");
        RedisCertificates strange = new RedisCertificates("localhost");
        Path certificate = Files.writeString(folder.resolve("tls.crt"), certificates.certificatePem(), UTF_8);
        Path key = Files.writeString(folder.resolve("tls.key"), certificates.keyPem(), UTF_8);
        int tlsPort = RedisProcess.freePort();
        try (RedisProcess redis = RedisProcess.start(
                folder,
                "--tls-port",
                Integer.toString(tlsPort),
                "--tls-cert-file",
                certificate.toString(),
                "--tls-key-file",
                key.toString(),
                "--tls-auth-clients",
                "no")) {
            assertThat(redis.port()).isNotEqualTo(tlsPort);
            String url = "rediss://localhost:" + tlsPort;
            try (GrantStore store = new RedisGrantStore(GATEWAY, url, certificates.certificatePem())) {
                assertThat(store.create(GrantStoreContract.grant(), null, "value", GrantStoreContract.later()))
                        .isNotNull();
            }
            try (GrantStore store = new RedisGrantStore(GATEWAY, url, strange.certificatePem())) {
                assertUnavailable(store).hasMessageContaining("TLS handshake failed");
            }
            try (GrantStore store = new RedisGrantStore(GATEWAY, url, null)) {
                assertUnavailable(store).hasMessageContaining("TLS handshake failed");
            }
            String otherName = "rediss://127.0.0.1:" + tlsPort;
            try (GrantStore store = new RedisGrantStore(GATEWAY, otherName, certificates.certificatePem())) {
                assertUnavailable(store).hasMessageContaining("TLS handshake failed");
            }
        }
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertUnavailable(GrantStore store) {
        return assertThatThrownBy(() -> store.get(GrantStoreContract.grant()))
                .isInstanceOf(StoreUnavailableException.class);
    }
}
