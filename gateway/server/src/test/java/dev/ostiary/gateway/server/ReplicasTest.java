package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.McpUser.Tokens;
import dev.ostiary.gateway.server.store.RedisProcess;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two replicas, one real Redis, and a balancer that sends every connection to the other one. */
class ReplicasTest {

    @TempDir
    private Path folder;

    private RedisProcess redis;
    private Replicas gateway;

    @BeforeEach
    void start() throws Exception {
        redis = RedisProcess.start(folder);
        gateway = new Replicas(2, redis.url(), null, GatewayScenario::answering);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        redis.close();
    }

    @Test
    void everyStepMayLandOnTheOtherReplica() throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens first = ben.signIn("notes");
        assertThat(ben.call("notes", first.access(), GatewayScenario.DELETE).statusCode())
                .isEqualTo(200);
        Tokens second = McpUser.tokens(ben.refresh(first.refresh()));
        assertThat(ben.call("notes", second.access(), GatewayScenario.DELETE).statusCode())
                .isEqualTo(200);
        String session = ben.call("notes", second.access(), GatewayFixture.INITIALIZE)
                .headers()
                .firstValue("mcp-session-id")
                .orElseThrow();
        for (int i = 0; i < 4; i++) {
            assertThat(ben.call("notes", second.access(), GatewayScenario.READ, "Mcp-Session-Id", session)
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(ben.revoke(second.refresh()).statusCode()).isEqualTo(200);
        assertThat(ben.refresh(second.refresh()).body()).contains("invalid_grant");

        List<Integer> served = gateway.balancer.served();
        assertThat(served).hasSizeGreaterThan(12);
        for (int i = 1; i < served.size(); i++) {
            assertThat(served.get(i)).as("connection " + i).isNotEqualTo(served.get(i - 1));
        }
    }

    @ParameterizedTest
    @CsvSource({"authorize,0", "consent,1", "callback,0", "token,1"})
    void aReplicaThatDiesDuringASignInTakesNothingWithIt(String step, int dead) throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens tokens = ben.signIn("notes", next -> {
            if (next.equals(step)) {
                gateway.kill(dead);
            }
        });
        assertThat(ben.call("notes", tokens.access(), GatewayScenario.DELETE).statusCode())
                .isEqualTo(200);
    }

    @Test
    void refreshesAndSessionsGoOnWhileReplicasAreReplacedOneByOne() throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens tokens = ben.signIn("notes");
        String session = ben.call("notes", tokens.access(), GatewayFixture.INITIALIZE)
                .headers()
                .firstValue("mcp-session-id")
                .orElseThrow();
        for (int i = 0; i < 4; i++) {
            gateway.kill(i % 2);
            tokens = McpUser.tokens(ben.refresh(tokens.refresh()));
            assertThat(ben.call("notes", tokens.access(), GatewayScenario.READ, "Mcp-Session-Id", session)
                            .statusCode())
                    .isEqualTo(200);
            gateway.replace(i % 2);
        }
    }

    @Test
    void twoHundredRefreshesAtOnceThroughBothGetOneSuccessor() throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens tokens = ben.signIn("notes");
        gateway.advance(Duration.ofMinutes(6));
        List<Future<HttpResponse<String>>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                answers.add(threads.submit(() -> ben.refresh(tokens.refresh())));
            }
        }
        Set<String> successors = new HashSet<>();
        for (Future<HttpResponse<String>> answer : answers) {
            successors.add(McpUser.tokens(answer.get()).refresh());
        }
        assertThat(successors).hasSize(1);
        assertThat(new HashSet<>(gateway.balancer.served())).hasSize(2);
        assertThat(ben.refresh(successors.iterator().next()).statusCode()).isEqualTo(200);
    }
}
