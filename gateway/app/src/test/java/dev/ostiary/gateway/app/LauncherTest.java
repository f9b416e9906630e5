package dev.ostiary.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as the container image runs it: a process of its own, on a real API server. */
class LauncherTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String GATEWAY = "engineering";
    private static final String POD = "engineering-gateway-0";
    private static final Pattern ID = Pattern.compile("\"id\":([0-9]+)");
    private static final KeyRing KEYS = KeyRing.generate(new SecureRandom(), Instant.now());
    private static final String CALL = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":"
            + "{\"name\":\"echo\",\"arguments\":{}}}";

    @TempDir
    private Path folder;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port = freePort();
    private final int adminPort = freePort();
    private ApiServer api;
    private String namespace;
    private EntraEmulator entra;
    private HttpServer workload;
    private ExecutorService workloadThreads;
    private Process process;

    @BeforeEach
    void start() throws IOException {
        api = ApiServer.start();
        namespace = api.newNamespace();
        entra = EntraEmulator.start(dev.ostiary.entra.emulator.Settings.of(
                DemoDirectory.forGateway("http://localhost:" + port, List.of("notes"))));
        workload = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        workloadThreads = Executors.newVirtualThreadPerTaskExecutor();
        workload.setExecutor(workloadThreads);
        workload.createContext("/mcp", exchange -> {
            try (exchange) {
                String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                Matcher id = ID.matcher(request);
                if (!id.find()) {
                    exchange.sendResponseHeaders(405, -1);
                    return;
                }
                byte[] body = ("{\"jsonrpc\":\"2.0\",\"id\":" + id.group(1) + ",\"result\":{\"content\":[]}}")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        workload.start();
    }

    @AfterEach
    void stop() {
        if (process != null) {
            process.destroyForcibly();
        }
        if (workload != null) {
            workload.stop(0);
            workloadThreads.shutdownNow();
        }
        if (entra != null) {
            entra.close();
        }
        if (api != null) {
            api.close();
        }
        http.close();
    }

    @Test
    void itWaitsServesFollowsAndEndsWithoutLosingACall() throws Exception {
        launch();
        patiently().untilAsserted(() -> assertThat(admin("/livez")).isEqualTo("200 ok"));
        assertThat(admin("/readyz")).isEqualTo("503 no configuration yet");

        write(config(RoutePolicies.none()));
        patiently().untilAsserted(() -> assertThat(admin("/readyz")).isEqualTo("200 ok"));
        assertThat(call(0).body()).contains("\"error\"");

        RuntimeConfig permitting = config(everything());
        write(permitting);
        patiently().untilAsserted(() -> assertThat(revision()).isEqualTo(permitting.revision()));
        assertThat(call(1).body()).contains("\"result\"").doesNotContain("\"error\"");
        assertThat(process.isAlive()).isTrue();

        Queue<String> lost = new ConcurrentLinkedQueue<>();
        AtomicInteger answered = new AtomicInteger();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < 4; client++) {
                clients.submit(() -> callWhileReady(answered, lost));
            }
            patiently().until(() -> answered.get() > 20);
            process.destroy();
        }

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(log()).isZero();
        assertThat(lost).isEmpty();
        assertThat(Files.readString(folder.resolve("out"))).contains("\"echo\"");
    }

    @Test
    void anEnvironmentThatCannotBeUsedIsSaidSo() throws Exception {
        ProcessBuilder builder = program();
        builder.environment().remove("OSTIARY_GATEWAY");
        process = builder.start();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(log()).contains("OSTIARY_GATEWAY is not set");
    }

    /** As a client behind a Service does: until the replica is no longer among those that are ready. */
    private void callWhileReady(AtomicInteger answered, Queue<String> lost) {
        try {
            while (admin("/readyz").startsWith("200")) {
                HttpResponse<String> response = call(answered.get());
                if (response.statusCode() == 200 && response.body().contains("\"result\"")) {
                    answered.incrementAndGet();
                } else {
                    lost.add(response.statusCode() + " " + response.body());
                }
            }
        } catch (IOException | InterruptedException e) {
            lost.add(e.toString());
        }
    }

    private void launch() throws IOException {
        process = program().start();
    }

    private ProcessBuilder program() throws IOException {
        Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), api.kubeconfig());
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        GatewayMain.class.getName())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment()
                .putAll(Map.of(
                        "KUBECONFIG",
                        kubeconfig.toString(),
                        "OSTIARY_NAMESPACE",
                        namespace,
                        "OSTIARY_GATEWAY",
                        GATEWAY,
                        "OSTIARY_POD",
                        POD,
                        "OSTIARY_POD_UID",
                        "0f0f7a52-0000-4000-8000-000000000001",
                        "OSTIARY_LISTEN",
                        "127.0.0.1:" + port,
                        "OSTIARY_ADMIN",
                        "127.0.0.1:" + adminPort,
                        "OSTIARY_DRAIN_PROPAGATION",
                        "3s",
                        "OSTIARY_DRAIN_DEADLINE",
                        "20s"));
        return builder;
    }

    private String revision() {
        McpGatewayReplica replica = api.admin()
                .resources(McpGatewayReplica.class)
                .inNamespace(namespace)
                .withName(POD)
                .get();
        return replica == null ? "" : String.valueOf(replica.getSpec().revision());
    }

    private void write(RuntimeConfig config) {
        Map<String, String> data = new TreeMap<>();
        RuntimeSecret.write(config)
                .forEach((key, value) -> data.put(key, Base64.getEncoder().encodeToString(value)));
        api.admin()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(GATEWAY + "-runtime")
                        .endMetadata()
                        .withData(data)
                        .build())
                .fieldManager("ostiary")
                .serverSideApply();
    }

    private RuntimeConfig config(RoutePolicies policies) {
        Route route = new Route(
                "notes",
                new ResourceName("tools", "notes"),
                "uid-of-notes",
                "Notes",
                null,
                new Upstream(
                        URI.create("http://127.0.0.1:" + workload.getAddress().getPort() + "/mcp"),
                        Upstream.Transport.STREAMABLE_HTTP,
                        false),
                new UpstreamAuth.None(),
                policies,
                List.of(),
                SessionSettings.DEFAULT);
        Snapshot snapshot = new Snapshot(
                SnapshotCodec.FORMAT,
                new ResourceName(namespace, GATEWAY),
                URI.create("http://localhost:" + port),
                null,
                new EntraSettings(
                        DemoDirectory.TENANT_ID,
                        DemoDirectory.GATEWAY_CLIENT_ID,
                        URI.create(entra.origin()),
                        URI.create(entra.issuerV1(DemoDirectory.TENANT_ID)
                                .replaceFirst("/" + DemoDirectory.TENANT_ID + "/$", "")),
                        URI.create(entra.graphOrigin()),
                        new EntraCredential.None(),
                        new EntraSettings.GroupSettings(
                                EntraSettings.GroupSettings.Overage.DENY, EntraSettings.GroupSettings.Lookup.APP),
                        List.of()),
                new AuthorizationSettings(
                        null,
                        new AuthorizationSettings.EntraTokens(List.of(FirstPartyApps.AZURE_CLI_ID), null, List.of()),
                        AuthorizationSettings.PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT),
                EgressSettings.DIRECT,
                new AuditSettings(AuditSettings.Arguments.NONE),
                List.of(route));
        return RuntimeConfig.of(snapshot, KEYS, Credentials.NONE);
    }

    private static RoutePolicies everything() {
        RoutePolicies.PolicyEntry permit = new RoutePolicies.PolicyEntry(
                "mcp/everything#0", "permit(principal, action, resource);", false, Map.of());
        return new RoutePolicies(
                RoutePolicies.Evaluation.FORBID_ERRORS_DENY,
                RoutePolicies.Numbers.NATIVE,
                List.of(permit),
                List.of(permit),
                "[]",
                List.of(),
                false);
    }

    private HttpResponse<String> call(int id) throws IOException, InterruptedException {
        String token = entra.tokens()
                .userToken(
                        "anna@" + DemoDirectory.DOMAIN,
                        FirstPartyApps.AZURE_CLI_ID,
                        DemoDirectory.GATEWAY_CLIENT_ID,
                        "mcp.notes")
                .build();
        return http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/notes"))
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, text/event-stream")
                        .header("MCP-Protocol-Version", "2025-06-18")
                        .header("Authorization", "Bearer " + token)
                        .POST(HttpRequest.BodyPublishers.ofString(CALL.formatted(id)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String admin(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body().strip();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("err"));
    }

    private static ConditionFactory patiently() {
        return await().atMost(PATIENCE).ignoreExceptionsInstanceOf(IOException.class);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
