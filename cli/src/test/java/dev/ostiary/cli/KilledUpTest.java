package dev.ostiary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.examples.sampleserver.SampleServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code up --state} is a process that dies by SIGKILL at any point and is started again at the same port; Entra is another
 * process, which lives on. Nobody has to sign in again.
 */
class KilledUpTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SERVES = "Ctrl-C ends it";
    private static final int KILLS = 4;
    private static final int USERS = 3;

    @TempDir
    private Path folder;

    private SampleServer notes;
    private CommandProcess entra;
    private @Nullable CommandProcess up;
    private int port;
    private boolean builtIn;
    private String gateway = "";
    private String tenant = "";

    @BeforeEach
    void aGatewayWithATenant() throws Exception {
        notes = SampleServer.start(0);
        port = freePort();
        gateway = "http://localhost:" + port;
        entra = CommandProcess.start(
                folder, List.of("emulator", "--port", "0", "--public-url", gateway, "--route", "notes"));
        URI listening = URI.create(entra.line("listening on ").replace("listening on ", ""));
        tenant = listening.getScheme() + "://" + listening.getAuthority();
        Path files = Files.createDirectory(folder.resolve("resources"));
        try (Stream<Path> demo = Files.list(Path.of("../examples/demo"))) {
            for (Path file : demo.toList()) {
                Files.copy(file, files.resolve(file.getFileName()));
            }
        }
        Path resource = files.resolve("gateway.yaml");
        Files.writeString(
                resource, Files.readString(resource).replace("publicUrl: http://localhost:8080", """
                                publicUrl: %s
                                  store: { type: File }
                                  entra:
                                    tenantId: %s
                                    clientId: %s
                                    authorityHost: %s
                                    graphHost: %s""".formatted(
                                gateway, DemoDirectory.TENANT_ID, DemoDirectory.GATEWAY_CLIENT_ID, tenant, tenant)));
        Path secret = folder.resolve("secret");
        Files.writeString(secret, DemoDirectory.GATEWAY_CLIENT_SECRET);
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    }

    @AfterEach
    void end() {
        if (up != null) {
            up.close();
        }
        entra.close();
        notes.close();
    }

    private CommandProcess begin() throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "up",
                "-f",
                folder.resolve("resources").toString(),
                "--state",
                folder.resolve("state").toString(),
                "--port",
                Integer.toString(port),
                "--url",
                "notes=" + notes.url()));
        if (!builtIn) {
            arguments.addAll(List.of("--credential", folder.resolve("secret").toString()));
        }
        up = CommandProcess.start(folder, arguments);
        return up;
    }

    private CommandProcess start() throws IOException {
        CommandProcess started = begin();
        started.line(SERVES);
        return started;
    }

    private SignedInUser user(String name) {
        return new SignedInUser(gateway, name);
    }

    /** With what the client has, as it is: the only thing to wait for is an answer. */
    private static void assertIsSignedIn(SignedInUser user) {
        answered(() -> {
            assertThat(user.list().body()).contains("read_note");
            return user;
        });
        refreshed(user);
        answered(() -> {
            assertThat(user.list().body()).contains("read_note");
            return user;
        });
    }

    @Test
    void whileNothingHappens() throws Exception {
        CommandProcess running = start();
        SignedInUser anna = user("anna").signIn();
        SignedInUser ben = user("ben").signIn();
        ben.refresh();
        for (int i = 0; i < 2; i++) {
            running.kill();
            running = start();
            assertIsSignedIn(anna);
            assertIsSignedIn(ben);
        }
    }

    @Test
    void withTheTenantThatIsBuiltIn() throws Exception {
        builtIn = true;
        Path resource = folder.resolve("resources").resolve("gateway.yaml");
        Files.writeString(
                resource, Files.readString(resource).replaceFirst("(?s)  entra:\n.*?(?=  authorization:)", ""));
        CommandProcess running = start();
        SignedInUser anna = user("anna").signIn();
        SignedInUser ben = user("ben");
        String callback = ben.callback();
        for (int i = 0; i < 2; i++) {
            running.kill();
            running = start();
            assertIsSignedIn(anna);
        }
        assertThat(Files.readString(folder.resolve("state/emulator.json"))).contains("refreshTokenKey");
        // A code of Entra's goes with the process that made it; whoever signs in just then begins again.
        assertThat(answered(() -> ben.get(callback).statusCode())).isNotEqualTo(500);
        assertIsSignedIn(user("ben").signIn());
    }

    @Test
    void whileItStarts() throws Exception {
        CommandProcess first = begin();
        Path keys = folder.resolve("state").resolve("keys.json");
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> Files.exists(keys));
        first.kill();
        CommandProcess running = start();
        SignedInUser anna = user("anna").signIn();
        running.kill();
        for (int i = 0; i < 2; i++) {
            CommandProcess starting = begin();
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(this::listens);
            starting.kill();
        }
        start();
        assertIsSignedIn(anna);
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Test
    void whileTokensAreRefreshed() throws Exception {
        CommandProcess running = start();
        AtomicInteger acknowledged = new AtomicInteger();
        AtomicInteger stop = new AtomicInteger();
        Random random = new Random(20261121);
        List<SignedInUser> users = new ArrayList<>();
        List<Future<?>> refreshing = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            users.add(user(i % 2 == 0 ? "ben" : "anna").signIn());
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (SignedInUser user : users) {
                    refreshing.add(threads.submit(() -> {
                        while (stop.get() == 0) {
                            refreshed(user);
                            acknowledged.incrementAndGet();
                        }
                        return null;
                    }));
                }
                for (int kill = 0; kill < KILLS; kill++) {
                    int target = acknowledged.get() + 1 + random.nextInt(20);
                    await().atMost(PATIENCE)
                            .pollInterval(Duration.ofMillis(1))
                            .until(() -> acknowledged.get() >= target || failed(refreshing));
                    running.kill();
                    running = start();
                }
            } finally {
                stop.set(1);
            }
            for (Future<?> each : refreshing) {
                each.get();
            }
        }
        for (SignedInUser user : users) {
            assertIsSignedIn(user);
        }
        assertThat(acknowledged.get()).isGreaterThan(KILLS);
    }

    private static boolean failed(List<Future<?>> tasks) {
        return tasks.stream().anyMatch(task -> task.state() == Future.State.FAILED);
    }

    /** Whoever gets no answer asks again with what it has, which must be good. */
    private static void refreshed(SignedInUser user) {
        answered(() -> {
            user.refresh();
            return user;
        });
    }

    @Test
    void whileSomebodySignsIn() throws Exception {
        CommandProcess running = start();
        SignedInUser anna = user("anna").signIn();

        // Between Entra and the callback.
        SignedInUser ben = user("ben");
        String callback = ben.callback();
        running.kill();
        running = start();
        String code = answered(() -> ben.code(callback));

        // Between the callback and the token.
        running.kill();
        running = start();
        answered(() -> {
            ben.redeem(code);
            return code;
        });
        assertIsSignedIn(ben);

        // In the middle of the callback: Entra has been asked to redeem the code, and has not answered.
        SignedInUser again = user("ben");
        String open = again.callback();
        admin("POST", "/faults", "{\"area\":\"TOKEN\",\"hang\":true,\"times\":1}");
        int before = tokenRequests();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> visit = threads.submit(() -> again.get(open));
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> tokenRequests() > before);
            assertThat(visit.state()).isEqualTo(Future.State.RUNNING);
            running.kill();
            await().atMost(PATIENCE).until(() -> visit.state() == Future.State.FAILED);
        }
        admin("DELETE", "/faults", "");
        start();
        assertIsSignedIn(anna);
        assertIsSignedIn(ben);
        // The browser reloads the page that never came.
        answered(() -> {
            again.redeem(again.code(open));
            return again;
        });
        assertIsSignedIn(again);
        assertIsSignedIn(ben);
    }

    private int tokenRequests() throws IOException, InterruptedException {
        return JSON.readTree(admin("GET", "/", ""))
                .path("requests")
                .path("TOKEN")
                .asInt();
    }

    /** Drives the emulator; its state. */
    private String admin(String method, String path, String body) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(tenant + "/_emulator" + path))
                            .header("Emulator-Admin", "1")
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return answer.body();
        }
    }

    @FunctionalInterface
    private interface Step<T> {
        T take() throws Exception;
    }

    /** The answer once there is one. */
    private static <T> T answered(Step<T> step) {
        return await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(step::take, answer -> true);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
