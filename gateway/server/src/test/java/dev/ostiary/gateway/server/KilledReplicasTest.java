package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.server.McpUser.Tokens;
import dev.ostiary.gateway.server.store.RedisProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateways are processes here, and die by SIGKILL in the middle of what they do. */
class KilledReplicasTest {

    private static final String NOT_NOW = "not now";
    private static final int KILLS = 5;
    private static final int USERS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final KeyRing keys = KeyRing.generate(new SecureRandom(), Instant.now());
    private volatile boolean up;
    private volatile boolean over;
    private final AtomicInteger acknowledged = new AtomicInteger();

    private RuntimeConfig config(String url, EntraEmulator entra, Workload workload, String redis) {
        StoreSettings store = redis.isEmpty() ? new StoreSettings.File() : new StoreSettings.Redis(Replicas.STORE_URL);
        return RuntimeConfig.of(
                Replicas.snapshot(url, entra, workload.url(), store),
                keys,
                new Credentials(
                        Map.of("mcp/entra/secret", DemoDirectory.GATEWAY_CLIENT_SECRET, Replicas.STORE_URL, redis)));
    }

    private static EntraEmulator entra(String url) {
        return EntraEmulator.start(Settings.of(DemoDirectory.forGateway(url, List.of("notes", "other")))
                .withKeys(EmulatorKeys.copy()));
    }

    @Test
    void oneMachineThatIsKilledAgainAndAgainSignsNobodyOut() throws Exception {
        try (RoundRobin door = new RoundRobin();
                EntraEmulator entra = entra("http://localhost:" + door.port());
                Workload workload = new Workload(GatewayScenario::answering);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            String url = "http://localhost:" + door.port();
            RuntimeConfig config = config(url, entra, workload, "");
            Random random = new Random(20261121);
            List<Future<Tokens>> users = new ArrayList<>();
            ReplicaProcess running = started(door, config);
            try {
                for (int i = 0; i < USERS; i++) {
                    users.add(threads.submit(() -> signInAndRefresh(url)));
                }
                for (int kill = 0; kill < KILLS; kill++) {
                    int target = acknowledged.get() + 1 + random.nextInt(12);
                    await().atMost(PATIENCE)
                            .pollInterval(Duration.ofMillis(1))
                            .until(() -> acknowledged.get() >= target || failed(users));
                    up = false;
                    running.kill();
                    running = started(door, config);
                }
                over = true;
                for (Future<Tokens> user : users) {
                    McpUser anybody = new McpUser(url, "");
                    assertThat(anybody.call("notes", user.get().access(), GatewayScenario.READ)
                                    .statusCode())
                            .isEqualTo(200);
                }
            } finally {
                over = true;
                running.kill();
            }
            assertThat(acknowledged.get()).isGreaterThan(KILLS + USERS);
        }
    }

    private ReplicaProcess started(RoundRobin door, RuntimeConfig config) throws IOException {
        ReplicaProcess started = ReplicaProcess.start(folder, config);
        door.over(List.of(started.port()));
        up = true;
        return started;
    }

    private static boolean failed(List<Future<Tokens>> users) {
        return users.stream().anyMatch(user -> user.state() == Future.State.FAILED);
    }

    /** Signs in, twice over and again, and refreshes in between, until it is over; then once more. */
    private Tokens signInAndRefresh(String url) throws Exception {
        McpUser user = new McpUser(url, "ben@" + DemoDirectory.DOMAIN);
        Tokens tokens = signedIn(user);
        for (int i = 1; !over; i++) {
            tokens = refreshed(user, tokens);
            if (i % 10 == 0) {
                // An older grant stays good, too.
                Tokens older = tokens;
                tokens = signedIn(user);
                refreshed(user, older);
            }
        }
        return refreshed(user, tokens);
    }

    /** Whoever gets no answer begins again: what a code is good for ends with its first use. */
    private Tokens signedIn(McpUser user) throws Exception {
        while (true) {
            try {
                Tokens tokens = user.signIn("notes");
                acknowledged.incrementAndGet();
                return tokens;
            } catch (IOException | AssertionError interrupted) {
                if (up && !(interrupted instanceof IOException) && !lostCode(interrupted)) {
                    throw interrupted;
                }
                awaitUp();
            }
        }
    }

    private static boolean lostCode(Throwable answer) {
        return String.valueOf(answer.getMessage()).contains("invalid_grant")
                || String.valueOf(answer.getMessage()).startsWith("503");
    }

    /** Whoever gets no answer asks again with what it has, which must be good. */
    private Tokens refreshed(McpUser user, Tokens tokens) throws Exception {
        while (true) {
            try {
                HttpResponse<String> answer = user.refresh(tokens.refresh());
                if (answer.statusCode() == 503) {
                    throw new IOException(NOT_NOW);
                }
                Tokens next = McpUser.tokens(answer);
                acknowledged.incrementAndGet();
                return next;
            } catch (IOException noAnswer) {
                awaitUp();
            }
        }
    }

    private void awaitUp() {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> up || over);
    }

    @Test
    void twoProcessesOnOneRedisLoseNothingWhenOneIsKilled() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder);
                RoundRobin own = new RoundRobin();
                Workload workload = new Workload(GatewayScenario::answering)) {
            Optional<Path> program = Nginx.program();
            int port = program.isPresent() ? freePort() : own.port();
            String url = "http://localhost:" + port;
            try (EntraEmulator entra = entra(url)) {
                RuntimeConfig config = config(url, entra, workload, redis.url());
                Path first = Files.createDirectory(folder.resolve("first"));
                Path second = Files.createDirectory(folder.resolve("second"));
                try (ReplicaProcess one = ReplicaProcess.start(first, config);
                        ReplicaProcess other = ReplicaProcess.start(second, config)) {
                    own.over(List.of(one.port(), other.port()));
                    Nginx nginx = program.isPresent()
                            ? Nginx.start(program.get(), folder, port, List.of(one.port(), other.port()))
                            : null;
                    try {
                        surviveTheDeathOf(one, url);
                    } finally {
                        if (nginx != null) {
                            nginx.close();
                        }
                    }
                }
            }
        }
    }

    private static void surviveTheDeathOf(ReplicaProcess victim, String url) throws Exception {
        McpUser ben = new McpUser(url, "ben@" + DemoDirectory.DOMAIN);
        Tokens tokens = McpUser.tokens(ben.refresh(ben.signIn("notes").refresh()));
        String session = ben.call("notes", tokens.access(), GatewayFixture.INITIALIZE)
                .headers()
                .firstValue("mcp-session-id")
                .orElseThrow();
        String code = ben.code("other", step -> {});

        victim.kill();

        for (int i = 0; i < 4; i++) {
            assertThat(ben.call("notes", tokens.access(), GatewayScenario.READ, "Mcp-Session-Id", session)
                            .statusCode())
                    .isEqualTo(200);
            tokens = McpUser.tokens(ben.refresh(tokens.refresh()));
        }
        assertThat(ben.call(
                                "other",
                                McpUser.tokens(ben.redeem(code, step -> {})).access(),
                                GatewayScenario.READ)
                        .statusCode())
                .isEqualTo(200);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
