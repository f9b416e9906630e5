package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.derive.Derivation;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.graph.AccessToken;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.Pause;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.RegistrationOptions;
import dev.ostiary.entra.tenant.CredentialKeeper;
import dev.ostiary.entra.tenant.FileHolder;
import dev.ostiary.entra.tenant.RegistrationReader;
import dev.ostiary.entra.tenant.RegistrationWriter;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.compiler.files.ResourceFiles;
import dev.ostiary.gateway.server.registration.RegistrationState;
import dev.ostiary.gateway.server.registration.RegistrationState.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registration that {@code ostiary entra apply} made, as the gateway of {@code ostiary up} finds it and says it. */
class RegistrationOnOneMachineTest {

    private static final String TENANT = "3d4b0f7e-0000-4000-8000-000000000001";
    private static final String NO_CLIENT = "00000000-0000-0000-0000-000000000000";
    private static final User ADMIN = User.member("3d4b0f7e-0000-4000-8000-0000000002aa", "ada@ostiary.example", "Ada")
            .withRoles(DirectoryRole.GlobalAdministrator);

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<RegistrationState> states = new CopyOnWriteArrayList<>();
    private final Exchange exchange = new Exchange();
    private EntraEmulator entra;
    private OneMachine machine;
    private Path files;
    private Path credential;
    private GraphClient graph;
    private DesiredRegistration made;
    private int port;

    @BeforeEach
    void applyARegistration() throws Exception {
        entra = EntraEmulator.start(Settings.of(Directory.of(new Tenant(
                TENANT, "ostiary.example", "Example", List.of(ADMIN), List.of(), List.of(), List.of(), List.of()))));
        files = Files.createDirectory(folder.resolve("resources"));
        try (Stream<Path> demo = Files.list(Path.of("../examples/demo"))) {
            for (Path file : demo.toList()) {
                Files.copy(file, files.resolve(file.getFileName()));
            }
        }
        Path gateway = files.resolve("gateway.yaml");
        Files.writeString(
                gateway,
                Files.readString(gateway)
                        .replace(
                                "  publicUrl: http://localhost:8080\n",
                                "  publicUrl: http://localhost:8080\n  entra: { tenantId: " + TENANT + ", clientId: "
                                        + NO_CLIENT + ", authorityHost: \"" + entra.origin() + "\", graphHost: \""
                                        + entra.graphOrigin()
                                        + "\", credential: { type: ClientSecret, secretRef: { name: none } } }\n"));
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.writeString(gateway, Files.readString(gateway).replace("localhost:8080", "localhost:" + port));
        credential = folder.resolve("credential");
        Resources resources = ResourceFiles.read(files).resources();
        DesiredRegistration desired = Derivation.of(
                resources.gateways().getFirst(),
                resources.workloads(),
                resources.policies(),
                RegistrationOptions.DEFAULT);
        String token = entra.tokens()
                .userToken(
                        ADMIN.oid(),
                        FirstPartyApps.AZURE_CLI_ID,
                        FirstPartyApps.GRAPH_ID,
                        "Application.ReadWrite.All",
                        "AppRoleAssignment.ReadWrite.All",
                        "DelegatedPermissionGrant.ReadWrite.All",
                        "Directory.AccessAsUser.All")
                .build();
        graph = new GraphClient(
                exchange,
                URI.create(entra.graphOrigin()),
                AccessToken.of(token, "the emulator"),
                Pause.REAL,
                line -> {});
        FileHolder holder = new FileHolder(credential);
        made = new RegistrationWriter(
                        graph,
                        new RegistrationReader(graph),
                        new CredentialKeeper(desired, holder, InstantSource.system()),
                        line -> {})
                .apply(desired, false, true)
                .desired();
        Files.writeString(gateway, Files.readString(gateway).replace(NO_CLIENT, String.valueOf(made.clientId())));
    }

    @AfterEach
    void end() {
        if (machine != null) {
            machine.close();
        }
        exchange.close();
        entra.close();
    }

    private void up(int listen) throws Exception {
        Terminal terminal = new Terminal(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        RegistrationLines lines = new RegistrationLines(terminal);
        machine = new OneMachine(
                new UpOptions(
                        files,
                        listen,
                        null,
                        null,
                        Map.of(),
                        Map.of("notes", "http://127.0.0.1:1/mcp", "other", "http://127.0.0.1:1/mcp"),
                        credential,
                        null),
                new Installation(null, null, "ostiary"),
                terminal,
                new RunningGateways(folder.resolve("running")),
                NettyDataPlane.telling(state -> {
                    lines.known(state);
                    states.add(state);
                }),
                InstantSource.system());
        machine.start(false);
    }

    /** What an administrator may add, so that the gateway itself sees everything. */
    private void letItReadItself() throws Exception {
        String principal = graph.get("/servicePrincipals(appId='" + made.clientId() + "')")
                .path("id")
                .asText();
        ObjectNode ofGraph = graph.get("/servicePrincipals(appId='" + FirstPartyApps.GRAPH_ID + "')");
        String role = "";
        for (var one : ofGraph.path("appRoles")) {
            role = one.path("value").asText().equals("Application.Read.All")
                    ? one.path("id").asText()
                    : role;
        }
        graph.post(
                "/servicePrincipals/" + principal + "/appRoleAssignments",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("principalId", principal)
                        .put("resourceId", ofGraph.path("id").asText())
                        .put("appRoleId", role));
    }

    private void until(Outcome outcome) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(states)
                        .isNotEmpty()
                        .last()
                        .satisfies(state -> assertThat(state.outcome())
                                .as(states.toString())
                                .isEqualTo(outcome)));
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatApplyMakesIsWhatTheGatewayNeeds() throws Exception {
        letItReadItself();

        up(port);

        until(Outcome.READY);
        assertThat(states.getLast().findings()).isEmpty();
        assertThat(err()).doesNotContain("app registration");
    }

    @Test
    void anotherAddressThanTheRegisteredOneIsSaid() throws Exception {
        letItReadItself();

        up(0);

        until(Outcome.BROKEN);
        assertThat(err()).contains("app registration: error web.redirectUris: ").contains("/oauth/callback");
    }

    @Test
    void aCredentialThatDoesNotWorkIsSaidOnceAndSoIsThatItWasMended() throws Exception {
        String right = Files.readString(credential);
        Files.writeString(credential, "not~the~secret~of~this~registration");

        up(port);
        until(Outcome.BROKEN);
        assertThat(err().lines().filter(line -> line.contains("app registration: error passwordCredentials: ")))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line).contains("AADSTS7000215"));

        Files.writeString(credential, right);
        until(Outcome.NOT_ALLOWED_TO_READ);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> err().contains("app registration: passwordCredentials was mended"));
        assertThat(err()).doesNotContain("not~the~secret", right.strip());
    }
}
