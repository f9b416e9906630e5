package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.server.McpUser.Tokens;
import dev.ostiary.gateway.server.store.RedisProcess;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that starts while its Redis is down: as when a whole node comes back. */
class StoreDownAtStartTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private RedisProcess redis;
    private Replicas gateway;

    @BeforeEach
    void start() throws Exception {
        redis = RedisProcess.start(folder, "--appendonly", "yes", "--appendfsync", "always");
        gateway = new Replicas(1, redis.url(), null, GatewayScenario::answering);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        redis.close();
    }

    private static void assertTemporarilyUnavailable(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.body()).contains("temporarily_unavailable").doesNotContain("invalid_grant");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void itStartsServesCallsAndSignsInAgainWhenTheStoreIsBack() throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens tokens = ben.signIn("notes");
        Tokens ended = ben.signIn("notes");
        assertThat(ben.revoke(ended.refresh()).statusCode()).isEqualTo(200);
        gateway.kill(0);
        redis.kill();

        gateway.replace(0);
        GatewayServer server = gateway.running.getFirst();
        assertThat(server.notReadyReason()).as("calls can be served").isNull();
        assertThat(ben.call("notes", tokens.access(), GatewayScenario.READ).statusCode())
                .isEqualTo(200);
        assertThat(server.grantsFeedAge())
                .as("nobody has told it what has ended")
                .isPositive();
        Duration age = server.grantsFeedAge();
        await().until(() -> server.grantsFeedAge().compareTo(age.plusSeconds(1)) > 0);
        assertTemporarilyUnavailable(ben.refresh(tokens.refresh()));
        HttpResponse<String> page = gateway.user("anna").callback("notes", step -> {});
        assertThat(page.statusCode()).as(page.body()).isEqualTo(503);
        assertThat(page.headers().firstValue("Retry-After")).isPresent();

        redis.start();
        await().atMost(PATIENCE).until(() -> ben.refresh(tokens.refresh()).statusCode() == 200);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(ben.call("notes", ended.access(), GatewayScenario.READ)
                                .statusCode())
                        .as("what had ended is known again")
                        .isEqualTo(401));
        assertThat(server.grantsFeedAge()).isLessThan(PATIENCE);
        McpUser anna = gateway.user("anna");
        assertThat(anna.call("notes", anna.signIn("notes").access(), GatewayScenario.READ)
                        .statusCode())
                .isEqualTo(200);
    }
}
