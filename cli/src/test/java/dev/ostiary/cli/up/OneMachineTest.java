package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.ExitCode;
import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.emulator.token.Pem;
import dev.ostiary.examples.sampleserver.SampleServer;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRotation;
import dev.ostiary.gateway.config.RuntimeConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneMachineTest {

    private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
    private static final String WRITE = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":"
            + "{\"name\":\"write_note\",\"arguments\":{\"id\":\"lunch\",\"text\":\"Sandwiches\"}}}";
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final HttpClient http = HttpClient.newHttpClient();
    private SampleServer notes;
    private Path files;
    private @Nullable OneMachine machine;
    private RunningGateways gateways;

    @BeforeEach
    void copyTheDemo() throws IOException {
        notes = SampleServer.start(0);
        gateways = new RunningGateways(folder.resolve("running"));
        files = Files.createDirectory(folder.resolve("resources"));
        try (Stream<Path> demo = Files.list(Path.of("../examples/demo"))) {
            for (Path file : demo.toList()) {
                Files.copy(file, files.resolve(file.getFileName()));
            }
        }
    }

    @AfterEach
    void end() {
        if (machine != null) {
            machine.close();
        }
        notes.close();
        http.close();
    }

    @Test
    void eachUserCallsWhatPolicyGrants() throws Exception {
        URI route = start(0).get("notes");

        assertThat(call(route, "anna", LIST)).contains("read_note").doesNotContain("write_note");
        assertThat(call(route, "anna", WRITE)).contains("Writers").contains("error");
        assertThat(call(route, "ben", LIST)).contains("delete_note");
        assertThat(call(route, "ben", WRITE)).contains("Wrote lunch.");
        assertThat(call(route, "carl", LIST)).contains("\"tools\":[]");
        assertThat(send(route, LIST, null).statusCode()).isEqualTo(401);
    }

    @Test
    void theCertificateThatTheResourcesNameServesThePort() throws Exception {
        Certificates.Identity authority = Certificates.authority("CN=Test CA");
        Certificates.Identity server = Certificates.server(authority, List.of("localhost"));
        Files.writeString(
                files.resolve("tls.yaml"),
                "apiVersion: v1\nkind: Secret\nmetadata: { name: port, namespace: demo }\nstringData:\n"
                        + "  tls.crt: |\n"
                        + Pem.certificate(server.certificate()).indent(4)
                        + "  tls.key: |\n"
                        + Pem.block("PRIVATE KEY", server.privateKey().getEncoded())
                                .indent(4));
        edit(
                "gateway.yaml",
                "publicUrl: http://localhost:8080",
                "publicUrl: https://localhost:8080\n  tls: { secretRef: { name: port } }");

        URI route = start(0).get("notes");

        assertThat(route.getScheme()).isEqualTo("https");
        try (HttpClient trusting =
                HttpClient.newBuilder().sslContext(trusting(authority)).build()) {
            HttpResponse<String> answer = trusting.send(
                    HttpRequest.newBuilder(route)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(LIST))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(401);
        }
    }

    private static SSLContext trusting(Certificates.Identity authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("ca", authority.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void anEditedPolicyIsEnforcedWithoutARestart() throws Exception {
        URI route = start(0).get("notes");
        String token = token(route, "anna");

        edit("policies.yaml", "when { resource has readOnlyHint && resource.readOnlyHint };", ";");

        await().atMost(SOON).until(() -> send(route, LIST, token).body().contains("write_note"));
        assertThat(err()).contains("Enforced: revision ");
    }

    @Test
    void aBrokenEditClosesWhatItTouchesAndNamesThePlace() throws Exception {
        Files.writeString(
                files.resolve("other.yaml"),
                Files.readString(files.resolve("notes.yaml")).replace("name: notes", "name: other"));
        Map<String, URI> routes = start(0);
        String token = token(routes.get("notes"), "ben");
        String otherToken = token(routes.get("other"), "ben");

        edit("policies.yaml", "permit(principal in Group::\"Writers\"", "permit(principal in in");

        await().atMost(SOON).until(() -> send(routes.get("notes"), LIST, token).statusCode() == 503);
        assertThat(err()).containsPattern("policies\\.yaml:\\d+:\\d+: error ");
        assertThat(send(routes.get("other"), LIST, otherToken).statusCode()).isEqualTo(200);
    }

    @Test
    void filesThatCannotBeReadLeaveWhatIsEnforced() throws Exception {
        URI route = start(0).get("notes");
        String token = token(route, "anna");

        Files.writeString(files.resolve("policies.yaml"), "\n]: [\n");

        await().atMost(SOON).until(() -> err().contains("what was enforced before stays"));
        assertThat(send(route, LIST, token).body()).contains("read_note");
    }

    @Test
    void aRouteThatAppearsCanBeSignedInTo() throws Exception {
        URI route = start(0).get("notes");
        String before = token(route, "anna");

        Files.writeString(
                files.resolve("other.yaml"),
                Files.readString(files.resolve("notes.yaml")).replace("name: notes", "name: other"));

        await().atMost(SOON).until(() -> gateways.find(null).routes().contains("other"));
        URI other = URI.create(route.toString().replace("/notes", "/other"));
        assertThat(send(other, LIST, token(other, "anna")).statusCode()).isEqualTo(200);
        assertThat(send(route, LIST, before).statusCode()).isEqualTo(200);
    }

    @Test
    void keysThatAreKeptOutliveTheProcess() throws Exception {
        Path state = folder.resolve("state");
        start(new UpOptions(files, 0, null, null, Map.of(), urls(), null, state));

        assertThat(state.resolve("keys.json")).exists();
    }

    @Test
    void keysThatAreRotatedOnTheSideAreUsedWithoutARestart() throws Exception {
        Path state = folder.resolve("state");
        List<RuntimeConfig> applied = new CopyOnWriteArrayList<>();
        URI route = start(new UpOptions(files, 0, null, null, Map.of(), urls(), null, state), applied)
                .get("notes");
        String token = token(route, "anna");
        KeyRing first = applied.getFirst().keys();
        KeyRotation rotation = new KeyRotation(new SecureRandom());

        new KeyRingFile(state).update(ring -> rotation.begin(ring, KeyRotation.everything(), Instant.now()));

        await().atMost(SOON)
                .until(() -> !applied.getLast()
                        .keys()
                        .active(KeyRing.Purpose.SEALING)
                        .equals(first.active(KeyRing.Purpose.SEALING)));
        KeyRing rotated = applied.getLast().keys();
        assertThat(rotated.find(
                        KeyRing.Purpose.SEALING,
                        first.active(KeyRing.Purpose.SEALING).id()))
                .isNotNull();
        assertThat(rotated.active(KeyRing.Purpose.SIGNING))
                .as("whoever verifies may have read the old list of keys a moment ago")
                .isEqualTo(first.active(KeyRing.Purpose.SIGNING));
        edit("policies.yaml", "when { resource has readOnlyHint && resource.readOnlyHint };", ";");
        await().atMost(SOON).until(() -> send(route, LIST, token).body().contains("write_note"));
        assertThat(applied.getLast().keys().version()).isGreaterThanOrEqualTo(rotated.version());
    }

    @Test
    void workloadsFindTheKeysForAssertionsInTheStateFolderAsSoonAsOneAsksForThem() throws Exception {
        Path state = folder.resolve("state");
        Path published = state.resolve("assertion-keys.json");
        start(new UpOptions(files, 0, null, null, Map.of(), urls(), null, state));
        assertThat(published).doesNotExist();

        edit("notes.yaml", "spec:\n", "spec:\n  upstreamAuth: { type: IdentityAssertion }\n");
        await().atMost(SOON).until(() -> Files.exists(published));
        KeyRing keys = new KeyRingFile(state).readOrCreate(new SecureRandom(), Instant.now());
        assertThat(published)
                .content()
                .contains(keys.active(KeyRing.Purpose.ASSERTION).id())
                .doesNotContain("\"d\"");
        assertThat(err()).contains(published.toString());

        new KeyRingFile(state)
                .update(ring ->
                        new KeyRotation(new SecureRandom()).begin(ring, KeyRotation.everything(), Instant.now()));
        await().atMost(SOON).until(() -> Files.readString(published).split("\"kid\"", -1).length == 3);
    }

    @Test
    void withoutAStateFolderTheKeysForAssertionsGoWithTheProcess() throws Exception {
        edit("notes.yaml", "spec:\n", "spec:\n  upstreamAuth: { type: IdentityAssertion }\n");
        start(0);
        Matcher said = Pattern.compile("keys in (\\S+)").matcher(err());
        assertThat(said.find()).isTrue();
        Path published = Path.of(said.group(1));
        assertThat(published).content().contains("\"keys\"");
        machine.close();
        assertThat(published).doesNotExist();
    }

    @Test
    void stateThatCannotBeUsedIsOneLineAndStays() throws Exception {
        Path state = folder.resolve("state");
        new KeyRingFile(state).readOrCreate(new SecureRandom(), Instant.now());
        Files.writeString(state.resolve("keys.json"), "[]");

        assertThatThrownBy(() -> start(new UpOptions(files, 0, null, null, Map.of(), urls(), null, state)))
                .isInstanceOfSatisfying(CommandFailure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
                    assertThat(failure.getMessage())
                            .contains("keys.json", "restore it")
                            .doesNotContain("\n");
                });
        assertThat(state.resolve("keys.json")).hasContent("[]");
    }

    @Test
    void theEmulatorsRegistrationHasItsSecret() throws Exception {
        List<RuntimeConfig> applied = new CopyOnWriteArrayList<>();
        start(new UpOptions(files, 0, null, null, Map.of(), urls(), null, null), applied);

        RuntimeConfig config = applied.getFirst();
        assertThat(config.snapshot().entra().credential())
                .isInstanceOfSatisfying(
                        EntraCredential.ClientSecret.class,
                        secret -> assertThat(config.credentials().get(secret.credential()))
                                .isEqualTo(DemoDirectory.GATEWAY_CLIENT_SECRET));
    }

    @Test
    void aCredentialFileStandsInForTheResourcesAndIsFollowed() throws Exception {
        edit(
                "gateway.yaml",
                "publicUrl: http://localhost:8080",
                "publicUrl: http://localhost:8080\n  entra: { tenantId: 72f988bf-0000-4000-8000-2d7cd011db47,"
                        + " clientId: 6e74172b-0000-4000-8000-e66a39bb12e3,"
                        + " credential: { type: ClientSecret, secretRef: { name: not-on-this-machine } } }");
        Path file = Files.createTempFile(folder, "credential", "");
        Files.writeString(file, "first-secret\n");
        List<RuntimeConfig> applied = new CopyOnWriteArrayList<>();
        start(new UpOptions(files, 0, null, null, Map.of(), urls(), file, null), applied);

        assertThat(applied.getFirst().snapshot().closure()).isNull();
        assertThat(secretOf(applied.getFirst())).isEqualTo("first-secret");

        Files.writeString(file, "the-second-secret\n");
        await().atMost(SOON).until(() -> secretOf(applied.getLast()).equals("the-second-secret"));

        Files.writeString(file, "");
        await().atMost(SOON).until(() -> err().contains("must hold a client secret"));
        assertThat(secretOf(applied.getLast())).isEqualTo("the-second-secret");
        assertThat(err()).doesNotContain("first-secret", "the-second-secret");
    }

    @Test
    void aCredentialFileThatHoldsNoneEndsTheStart() throws Exception {
        Path file = Files.createTempFile(folder, "credential", "");

        assertThatThrownBy(() -> start(new UpOptions(files, 0, null, null, Map.of(), urls(), file, null)))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE));
        assertThat(machine.isIdle()).isTrue();
    }

    private static String secretOf(RuntimeConfig config) {
        return config.credentials()
                .get(((EntraCredential.ClientSecret) config.snapshot().entra().credential()).credential());
    }

    @Test
    void probesAndMetricsAreServedWhereAskedForAndNowhereElse() throws Exception {
        start(new UpOptions(files, 0, null, null, Map.of(), urls(), null, null, 0));

        Matcher said = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)/livez").matcher(out());
        assertThat(said.find()).as(out()).isTrue();
        String admin = "http://127.0.0.1:" + said.group(1);
        for (String path : List.of("/livez", "/readyz", "/metrics")) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(admin + path)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
        }
    }

    @Test
    void withoutBeingAskedThereIsNoAdminPort() throws Exception {
        start(0);
        assertThat(out()).doesNotContain("livez");
    }

    @Test
    void aTakenAdminPortIsOneLineAndNothingStays() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(
                            new UpOptions(files, 0, null, null, Map.of(), urls(), null, null, taken.getLocalPort())))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("port " + taken.getLocalPort());
        }
        assertThat(machine.isIdle()).isTrue();
    }

    @Test
    void aTakenPortIsOneLineAndNothingStays() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(taken.getLocalPort()))
                    .isInstanceOfSatisfying(CommandFailure.class, failure -> {
                        assertThat(failure.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
                        assertThat(failure).hasMessageContaining("port " + taken.getLocalPort());
                    });
        }
        assertThat(machine.isIdle()).isTrue();
    }

    @Test
    void filesThatCannotBeReadAtTheStartAreAnError() throws Exception {
        Files.writeString(files.resolve("policies.yaml"), "\n]: [\n");

        assertThatThrownBy(() -> start(0)).isInstanceOfSatisfying(CommandFailure.class, failure -> {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(failure).hasMessageContaining("policies.yaml:2");
        });
        assertThat(machine.isIdle()).isTrue();
    }

    @Test
    void amongSeveralGatewaysOneMustBeChosen() throws Exception {
        Files.writeString(
                files.resolve("second.yaml"),
                Files.readString(files.resolve("gateway.yaml")).replace("name: demo", "name: second"));

        assertThatThrownBy(() -> start(0))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--gateway")
                .hasMessageContaining("demo/second");
        assertThatThrownBy(() -> start(new UpOptions(files, 0, null, "third", Map.of(), urls(), null, null)))
                .hasMessageContaining("there is no gateway third");
        assertThat(start(new UpOptions(files, 0, null, "demo", Map.of(), urls(), null, null)))
                .containsKey("notes");
    }

    @Test
    void nothingIsLeftAfterClosing() throws Exception {
        URI route = start(0).get("notes");

        machine.close();

        assertThatThrownBy(() -> send(route, LIST, null)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> gateways.find(null)).hasMessageContaining("no gateway of yours is running");
        assertThat(machine.isIdle()).isTrue();
    }

    private Map<String, URI> start(int port) throws Exception {
        return start(new UpOptions(files, port, null, null, Map.of(), urls(), null, null));
    }

    private Map<String, String> urls() {
        return Map.of("notes", notes.url().toString(), "other", notes.url().toString());
    }

    private Map<String, URI> start(UpOptions options) throws Exception {
        return start(options, new CopyOnWriteArrayList<>());
    }

    /** With the real data plane, remembering what it was told. */
    private Map<String, URI> start(UpOptions options, List<RuntimeConfig> applied) throws Exception {
        Terminal terminal = new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        DataPlane.Start planes = (address, adminPort, state, config, tls, audit) -> {
            applied.add(config);
            DataPlane real = NettyDataPlane.telling(new RegistrationLines(terminal))
                    .start(address, adminPort, state, config, tls, audit);
            return new DataPlane() {
                @Override
                public List<String> apply(RuntimeConfig next) {
                    applied.add(next);
                    return real.apply(next);
                }

                @Override
                public int adminPort() {
                    return real.adminPort();
                }

                @Override
                public void close() {
                    real.close();
                }
            };
        };
        machine = new OneMachine(
                options, new Installation(null, null, "ostiary"), terminal, gateways, planes, InstantSource.system());
        return machine.start(false);
    }

    private void edit(String file, String from, String to) throws IOException {
        Path path = files.resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(from);
        Files.writeString(path, text.replace(from, to));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String token(URI route, String user) throws Exception {
        RunningGateway gateway = gateways.find(null);
        String name = route.getPath().substring(1);
        return new CodeSignIn(
                        gateway.emulator().authority(),
                        gateway.emulator().tenantId(),
                        FirstPartyApps.AZURE_CLI_ID,
                        new SecureRandom())
                .accessToken(user + "@" + gateway.emulator().domain(), route + "/mcp." + name);
    }

    private String call(URI route, String user, String message) throws Exception {
        HttpResponse<String> answer = send(route, message, token(route, user));
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private HttpResponse<String> send(URI route, String message, @Nullable String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(route)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(message));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
