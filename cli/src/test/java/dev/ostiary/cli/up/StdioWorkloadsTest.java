package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stdio servers on one machine: real bridges, as children of this process, with a real server each session. */
class StdioWorkloadsTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";
    private static final String RESOURCES = """
            apiVersion: ostiary.dev/v1alpha1
            kind: McpGateway
            metadata: { name: stdio, namespace: mcp }
            spec:
              publicUrl: http://localhost:8080
              authorization: { entraTokens: { clients: [04b07795-8ddb-461a-bbee-02f9e1bf7b46] } }
            ---
            apiVersion: ostiary.dev/v1alpha1
            kind: McpWorkload
            metadata: { name: program, namespace: mcp }
            spec:
              gatewayRef: { name: stdio }
              transport: Stdio
              command: ["%s", "@%s"]
              args: ["--mode=$(MODE)"]
              env:
                - { name: MODE, value: quick }
                - { name: KEY, valueFrom: { secretKeyRef: { name: given, key: key } } }
                - { name: PLACE, valueFrom: { configMapKeyRef: { name: given, key: place } } }
            ---
            apiVersion: ostiary.dev/v1alpha1
            kind: McpWorkload
            metadata: { name: boxed, namespace: mcp }
            spec:
              gatewayRef: { name: stdio }
              transport: Stdio
              image: registry.example.com/boxed:1
              command: [/server]
              env: [{ name: MODE, value: boxed }]
            ---
            apiVersion: v1
            kind: Secret
            metadata: { name: given, namespace: mcp }
            stringData: { key: k-1 }
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: given, namespace: mcp }
            data: { place: here }
            ---
            apiVersion: ostiary.dev/v1alpha1
            kind: McpPolicy
            metadata: { name: writers, namespace: mcp }
            spec:
              targetRefs: [{ kind: McpGateway, name: stdio }]
              groups: { Writers: 3d4b0f7e-0000-4000-8000-000000000102 }
              cedar: permit(principal in Group::"Writers", action, resource);
            """;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final HttpClient http = HttpClient.newHttpClient();
    private Path file;
    private Path arguments;
    private @Nullable OneMachine machine;
    private RunningGateways gateways;

    @BeforeEach
    void write() throws IOException {
        gateways = new RunningGateways(folder.resolve("running"));
        file = Files.createDirectory(folder.resolve("resources")).resolve("all.yaml");
        // A class path can be longer than a word of a command may be.
        arguments = Files.writeString(
                folder.resolve("arguments"), "-cp \"" + classPath() + "\" " + StdioProgram.class.getName());
        Files.writeString(file, RESOURCES.formatted(java(), arguments));
    }

    @AfterEach
    void end() {
        if (machine != null) {
            machine.close();
        }
        http.close();
    }

    @Test
    void aProgramOfThisMachineServesARouteWithItsOwnVariables() throws Exception {
        Map<String, URI> routes = start(Map.of());
        URI route = routes.get("program");

        assertThat(variable(route, "KEY")).contains("k-1 --mode=quick");
        assertThat(variable(route, "PLACE")).contains("here ");
        // Nothing else of what this process was told.
        String mine = System.getenv().keySet().stream()
                .filter(name -> !StdioServers.inherited().containsKey(name) && name.matches("[A-Za-z_]+"))
                .filter(name -> !List.of("PWD", "SHLVL", "_", "OLDPWD").contains(name))
                .findFirst()
                .orElseThrow();
        assertThat(variable(route, mine)).contains("null --mode=quick");
        assertThat(err()).contains("mcp/program: ").contains("the program has started");
        assertThat(err()).doesNotContain("k-1");
        assertThat(out()).contains(routes.get("boxed") + "   closed: NeedsCluster");
    }

    @Test
    void aCommandLineStandsInForAnImage() throws Exception {
        String line = "'" + java() + "' '@" + arguments + "' \"$MODE\" two";
        URI route = start(Map.of("boxed", line)).get("boxed");

        assertThat(variable(route, "MODE")).contains("boxed boxed two");
    }

    @Test
    void anEditStartsTheBridgeAnew() throws Exception {
        URI route = start(Map.of()).get("program");
        assertThat(variable(route, "KEY")).contains("k-1");

        Files.writeString(file, Files.readString(file).replace("key: k-1", "key: k-2"));

        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(variable(route, "KEY")).contains("k-2"));
    }

    @Test
    void aBridgeThatEndsIsStartedAgainAndNothingIsLeftAtTheEnd() throws Exception {
        URI route = start(Map.of()).get("program");
        assertThat(variable(route, "KEY")).contains("k-1");
        ProcessHandle bridge = bridges().getFirst();
        bridge.destroyForcibly();

        await().atMost(LONG).ignoreExceptions().untilAsserted(() -> {
            assertThat(variable(route, "KEY")).contains("k-1");
            assertThat(bridges()).isNotEmpty().doesNotContain(bridge);
        });
        List<ProcessHandle> children = ProcessHandle.current().descendants().toList();
        machine.close();

        await().atMost(LONG).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** Java processes that a shell has started; those of sessions have been started by a bridge. */
    private static List<ProcessHandle> bridges() {
        return ProcessHandle.current()
                .descendants()
                .filter(child -> isJava(child)
                        && !child.parent().map(StdioWorkloadsTest::isJava).orElse(true))
                .toList();
    }

    private static boolean isJava(ProcessHandle process) {
        return process.info().command().orElse("").endsWith("java");
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private Map<String, URI> start(Map<String, String> commands) throws Exception {
        Terminal terminal = new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        machine = new OneMachine(
                new UpOptions(file.getParent(), 0, null, null, commands, Map.of(), null, null),
                new Installation(null, null, "ostiary"),
                terminal,
                gateways);
        return machine.start(false);
    }

    /** A variable as the server sees it, in a session of its own. */
    private String variable(URI route, String name) throws Exception {
        String token = token(route);
        HttpResponse<String> opened = post(route, token, INITIALIZE, null);
        String session = opened.headers()
                .firstValue("mcp-session-id")
                .orElseThrow(() -> new AssertionError(opened.statusCode() + " " + opened.body()));
        assertThat(post(route, token, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", session)
                        .statusCode())
                .isEqualTo(202);
        return post(
                        route,
                        token,
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"variable\","
                                + "\"arguments\":{\"name\":\"" + name + "\"}}}",
                        session)
                .body();
    }

    private HttpResponse<String> post(URI route, String token, String body, @Nullable String session) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(route)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (session != null) {
            request.header("Mcp-Session-Id", session);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String token(URI route) throws Exception {
        RunningGateway gateway = gateways.find(null);
        return new CodeSignIn(
                        gateway.emulator().authority(),
                        gateway.emulator().tenantId(),
                        FirstPartyApps.AZURE_CLI_ID,
                        new SecureRandom())
                .accessToken(
                        "ben@" + gateway.emulator().domain(),
                        route + "/mcp." + route.getPath().substring(1));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
