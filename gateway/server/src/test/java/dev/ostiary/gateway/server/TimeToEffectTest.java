package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRotation;
import dev.ostiary.gateway.server.McpUser.Tokens;
import dev.ostiary.gateway.server.store.RedisProcess;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long it takes until something holds on every replica. The bounds are generous; what was measured is written to {@code
 * target/time-to-effect.txt} for docs/operations.md.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TimeToEffectTest {

    private static final Duration REVOKED_WITHIN = Duration.ofSeconds(5);
    private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(60);
    private static final Duration CHECKED = Duration.ofMinutes(5).plusSeconds(1);

    private final BlockingQueue<Workload.Stream> streams = new LinkedBlockingQueue<>();
    private RedisProcess redis;
    private Replicas gateway;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        redis = RedisProcess.start(folder, "--appendonly", "yes", "--appendfsync", "always");
        gateway = new Replicas(2, redis.url(), null, (request, reply) -> {
            if (request.method().equals("GET")) {
                reply.handOver(streams);
            } else {
                GatewayScenario.answering(request, reply);
            }
        });
        // Both keys of Entra and connections to the store are there before anything is timed.
        gateway.user("ben").signIn("notes");
    }

    @AfterEach
    void everybodyServes() {
        streams.forEach(Workload.Stream::end);
        gateway.everyReplica();
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        redis.close();
    }

    private interface Revocation {
        void run() throws Exception;
    }

    private interface Preparation {
        Revocation of(McpUser user, Tokens tokens) throws Exception;
    }

    @Test
    void aRevocationEndsTokensStreamsAndSessionsOnTheOtherReplica() throws Exception {
        assertRevokes(
                "`/revoke`",
                (user, tokens) -> () ->
                        assertThat(user.revoke(tokens.refresh()).statusCode()).isEqualTo(200));
    }

    @Test
    void aGrantEndedByItsUserIsOverOnTheOtherReplica() throws Exception {
        assertRevokes("`/grants`", (user, tokens) -> {
            Map<String, String> form = user.openGrants();
            return () -> assertThat(user.form("/grants", form).statusCode()).isEqualTo(303);
        });
    }

    private void assertRevokes(String what, Preparation preparation) throws Exception {
        McpUser user = gateway.user("anna");
        Tokens tokens = user.signIn("notes");
        String session = session(user, tokens);
        gateway.onlyReplica(0);
        try (HttpClient http = HttpClient.newHttpClient();
                Events stream = new Events(
                        http,
                        McpUser.mcp(gateway.url(), "notes", tokens.access())
                                .header("Mcp-Session-Id", session)
                                .GET()
                                .build())) {
            assertThat(stream.head().statusCode()).isEqualTo(200);
            gateway.onlyReplica(1);
            Revocation revocation = preparation.of(user, tokens);
            long from = System.nanoTime();
            revocation.run();
            gateway.onlyReplica(0);
            Duration refused = until(
                    from,
                    () -> user.call("notes", tokens.access(), GatewayScenario.READ)
                                    .statusCode()
                            == 401);
            assertThat(user.call("notes", tokens.access(), GatewayScenario.READ, "Mcp-Session-Id", session)
                            .statusCode())
                    .isEqualTo(401);
            assertThat(user.refresh(tokens.refresh()).body()).contains("invalid_grant");
            assertThat(stream.next()).isIn(Events.END, Events.BROKEN);
            Duration ended = Duration.ofNanos(System.nanoTime() - from);
            measured(what + ": access token and MCP session, on the other replica", refused);
            measured(what + ": open event stream, on the other replica", ended);
            assertThat(refused).isLessThan(REVOKED_WITHIN);
            assertThat(ended).isLessThan(REVOKED_WITHIN);
        }
    }

    @Test
    void aDisabledUserIsOutWithTheNextRenewal() throws Exception {
        McpUser carl = gateway.user("carl");
        Tokens tokens = carl.signIn("notes");
        User now = directoryUser("carl");
        gateway.entra.change(now.disabled());
        try {
            gateway.advance(CHECKED);
            gateway.onlyReplica(0);
            long from = System.nanoTime();
            assertThat(carl.refresh(tokens.refresh()).body()).contains("invalid_grant");
            gateway.onlyReplica(1);
            Duration over = until(
                    from,
                    () -> carl.call("notes", tokens.access(), GatewayScenario.READ)
                                    .statusCode()
                            == 401);
            measured("user disabled: access tokens, after the refused refresh", over);
            assertThat(over).isLessThan(REVOKED_WITHIN);
        } finally {
            gateway.entra.change(now);
        }
    }

    @Test
    void aGroupThatWasTakenAwayIsGoneWithTheNextRenewal() throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens tokens = ben.signIn("notes");
        User now = directoryUser("ben");
        gateway.entra.change(now.withGroups(List.of(DemoDirectory.READERS)));
        try {
            Tokens sooner = McpUser.tokens(ben.refresh(tokens.refresh()));
            assertThat(delete(ben, sooner)).doesNotContain("error");
            gateway.advance(CHECKED);
            long from = System.nanoTime();
            Tokens later = McpUser.tokens(ben.refresh(sooner.refresh()));
            measured("group removed: one refresh that asks Entra", Duration.ofNanos(System.nanoTime() - from));
            assertThat(delete(ben, later)).contains("error");
            // What was said before holds until it expires.
            assertThat(delete(ben, sooner)).doesNotContain("error");
            gateway.advance(Duration.ofMinutes(15));
            assertThat(ben.call("notes", sooner.access(), GatewayScenario.READ).statusCode())
                    .isEqualTo(401);
        } finally {
            gateway.entra.change(now);
        }
    }

    @Test
    void aPlannedRotationOfKeysIsNoticedByNobody() throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens tokens = ben.signIn("notes");
        String session = session(ben, tokens);
        KeyRotation rotation = new KeyRotation(new SecureRandom());
        Instant now = Instant.ofEpochMilli(gateway.time.wallMillis());
        KeyRing published = rotation.begin(gateway.keys, KeyRotation.everything(), now);
        gateway.applyKeys(published);
        Instant later = now.plus(Duration.ofDays(1));
        KeyRing active = rotation.next(
                published,
                KeyPolicies.of(Duration.ofDays(30), null),
                new KeyRotation.Reported(published.version(), now),
                later);
        assertThat(active.active(KeyRing.Purpose.SIGNING).id())
                .isNotEqualTo(published.active(KeyRing.Purpose.SIGNING).id());
        long from = System.nanoTime();
        gateway.applyKeys(active);
        measured("keys rotated as planned: both replicas have them", Duration.ofNanos(System.nanoTime() - from));

        assertThat(ben.call("notes", tokens.access(), GatewayScenario.READ, "Mcp-Session-Id", session)
                        .statusCode())
                .isEqualTo(200);
        Tokens next = McpUser.tokens(ben.refresh(tokens.refresh()));
        assertThat(header(next)).isNotEqualTo(header(tokens));
        assertThat(ben.call("notes", next.access(), GatewayScenario.READ).statusCode())
                .isEqualTo(200);
    }

    @Test
    void anEmergencyRotationOfSigningKeysEndsAccessTokensAtOnceAndNobodysSignIn() throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens tokens = ben.signIn("notes");
        Instant now = Instant.ofEpochMilli(gateway.time.wallMillis());
        KeyRing next = new KeyRotation(new SecureRandom())
                .emergency(gateway.keys, Set.of(KeyRing.Purpose.SIGNING), now)
                .ring();
        long from = System.nanoTime();
        gateway.applyKeys(next);
        measured(
                "signing keys rotated in an emergency: both replicas have them",
                Duration.ofNanos(System.nanoTime() - from));
        for (int replica = 0; replica < 2; replica++) {
            gateway.onlyReplica(replica);
            assertThat(ben.call("notes", tokens.access(), GatewayScenario.READ).statusCode())
                    .isEqualTo(401);
        }
        Tokens anew = McpUser.tokens(ben.refresh(tokens.refresh()));
        assertThat(ben.call("notes", anew.access(), GatewayScenario.READ).statusCode())
                .isEqualTo(200);
    }

    @Test
    void anEmergencyRotationOfEverythingMakesUsersSignInAgain() throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens tokens = ben.signIn("notes");
        Instant now = Instant.ofEpochMilli(gateway.time.wallMillis());
        gateway.applyKeys(new KeyRotation(new SecureRandom())
                .emergency(gateway.keys, KeyRotation.everything(), now)
                .ring());
        assertThat(ben.call("notes", tokens.access(), GatewayScenario.READ).statusCode())
                .isEqualTo(401);
        assertThat(ben.refresh(tokens.refresh()).statusCode()).isIn(400, 401);
        McpUser again = gateway.user("ben");
        assertThat(again.call("notes", again.signIn("notes").access(), GatewayScenario.READ)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void withoutTheStoreCallsGoOnAndNobodyIsSignedOut() throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens tokens = ben.signIn("notes");
        String code = ben.code("other", step -> {});
        redis.kill();
        try {
            long from = System.nanoTime();
            assertTemporarilyUnavailable(ben.refresh(tokens.refresh()));
            assertTemporarilyUnavailable(ben.refresh(tokens.refresh()));
            measured("Redis stopped: two refreshes answered 503", Duration.ofNanos(System.nanoTime() - from));
            assertTemporarilyUnavailable(ben.redeem(code, step -> {}));
            assertThat(ben.get("/authorize?" + McpUser.encode(ben.request("notes")))
                            .statusCode())
                    .isIn(200, 503);
            for (int i = 0; i < 4; i++) {
                assertThat(ben.call("notes", tokens.access(), GatewayScenario.READ)
                                .statusCode())
                        .isEqualTo(200);
            }
        } finally {
            redis.start();
        }
        long from = System.nanoTime();
        Duration back = until(from, () -> {
            HttpResponse<String> answer = ben.refresh(tokens.refresh());
            assertThat(answer.body()).doesNotContain("invalid_grant");
            return answer.statusCode() == 200;
        });
        measured("Redis started again: first refresh that succeeds", back);
        assertThat(back).isLessThan(RECOVERED_WITHIN);
    }

    @Test
    void withoutEntraCallsGoOnAndNobodyIsSignedOut() throws Exception {
        McpUser ben = gateway.user("ben");
        Tokens tokens = ben.signIn("notes");
        gateway.entra.faults().status(Area.TOKEN, 503);
        try {
            Tokens sooner = McpUser.tokens(ben.refresh(tokens.refresh()));
            gateway.advance(CHECKED);
            assertTemporarilyUnavailable(ben.refresh(sooner.refresh()));
            assertTemporarilyUnavailable(ben.refresh(sooner.refresh()));
            assertThat(ben.call("notes", sooner.access(), GatewayScenario.READ).statusCode())
                    .isEqualTo(200);
            gateway.entra.faults().clearAll();
            long from = System.nanoTime();
            Duration back = until(from, () -> {
                HttpResponse<String> answer = ben.refresh(sooner.refresh());
                assertThat(answer.body()).doesNotContain("invalid_grant");
                return answer.statusCode() == 200;
            });
            measured("Entra back: first refresh that succeeds", back);
            assertThat(back).isLessThan(RECOVERED_WITHIN);
        } finally {
            gateway.entra.faults().clearAll();
        }
    }

    private static void assertTemporarilyUnavailable(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.body()).contains("temporarily_unavailable");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    private String delete(McpUser user, Tokens tokens) throws Exception {
        HttpResponse<String> answer = user.call("notes", tokens.access(), GatewayScenario.DELETE);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private static String session(McpUser user, Tokens tokens) throws Exception {
        return user.call("notes", tokens.access(), GatewayFixture.INITIALIZE)
                .headers()
                .firstValue("mcp-session-id")
                .orElseThrow();
    }

    private static String header(Tokens tokens) {
        return tokens.access().split("\\.", 2)[0];
    }

    private User directoryUser(String name) {
        return gateway.entra.directory().tenants().getFirst().users().stream()
                .filter(user -> user.upn().startsWith(name + "@"))
                .findFirst()
                .orElseThrow();
    }

    private static Duration until(long from, Callable<Boolean> condition) {
        await().atMost(RECOVERED_WITHIN).pollInterval(Duration.ofMillis(20)).until(condition);
        return Duration.ofNanos(System.nanoTime() - from);
    }

    private static void measured(String what, Duration took) throws Exception {
        Files.writeString(
                Path.of("target", "time-to-effect.txt"),
                what + ": " + took.toMillis() + " ms\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
