package dev.ostiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.cli.up.CodeSignIn;
import dev.ostiary.cli.up.Installation;
import dev.ostiary.cli.up.OneMachine;
import dev.ostiary.cli.up.RunningGateways;
import dev.ostiary.cli.up.UpOptions;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.token.SigningKeys;
import dev.ostiary.examples.sampleserver.SampleServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a tenant without registrations to a signed-in call, with nothing but {@code ostiary entra apply} and {@code ostiary up}. */
class EntraRegistrationTest {

    private static final User ADA = User.member("3d4b0f7e-0000-4000-8000-0000000002aa", "ada@ostiary.example", "Ada")
            .withRoles(DirectoryRole.GlobalAdministrator);
    private static final User ANNA =
            User.member(DemoDirectory.ANNA, "anna@ostiary.example", "Anna", DemoDirectory.READERS);
    private static final String WORKLOAD_TOKEN_APP = "3d4b0f7e-0000-4000-8000-0000000000b1";

    @TempDir
    private Path folder;

    private EntraEmulator entra;
    private SampleServer notes;
    private int port;
    private String gateway;
    private @Nullable OneMachine machine;

    /** Made once: a key pair takes longer than what is tested with it. */
    private static final SigningKeys KEYS = SigningKeys.generate();

    @BeforeEach
    void start() throws IOException {
        notes = SampleServer.start(0);
        entra = EntraEmulator.start(Settings.of(Directory.of(new Tenant(
                        DemoDirectory.TENANT_ID,
                        DemoDirectory.DOMAIN,
                        "Example",
                        List.of(ADA, ANNA),
                        List.of(new dev.ostiary.entra.emulator.directory.Group(
                                DemoDirectory.READERS, "Readers", List.of())),
                        List.of(AppRegistration.builder(WORKLOAD_TOKEN_APP, "Cluster")
                                .build()),
                        List.of(),
                        List.of())))
                .withKeys(KEYS.copy()));
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        gateway = "http://localhost:" + port;
        Files.writeString(
                folder.resolve("token"),
                entra.tokens()
                        .userToken(
                                ADA.oid(),
                                FirstPartyApps.AZURE_CLI_ID,
                                FirstPartyApps.GRAPH_ID,
                                "Application.ReadWrite.All",
                                "AppRoleAssignment.ReadWrite.All",
                                "DelegatedPermissionGrant.ReadWrite.All",
                                "Directory.AccessAsUser.All")
                        .build());
    }

    @AfterEach
    void end() {
        if (machine != null) {
            machine.close();
        }
        entra.close();
        notes.close();
    }

    @Test
    void withAFacadeAndAClientSecret() throws Exception {
        resources("type: ClientSecret\n      secretRef:\n        name: entra", "");
        List<Invocation> all = applied("--credential-file", file("credential"));

        up();
        assertThat(new SignedInUser(gateway, "anna").signIn().list().body()).contains("read_note");

        String secret = Files.readString(folder.resolve("credential")).strip();
        all.add(entra("plan", "--credential-file", file("credential")));
        all.add(entra("check", "--credential-file", file("credential"), "--output", "json"));
        for (Invocation one : all) {
            assertThat(one.exitCode()).as(one.out() + one.err()).isZero();
            assertThat(one.out() + one.err()).doesNotContain(secret).doesNotContain(token());
        }
    }

    @Test
    void withTheLoginOfTheAzureCli() throws Exception {
        resources("type: ClientSecret\n      secretRef:\n        name: entra", "");
        Path programs = Files.createDirectory(folder.resolve("bin"));
        Path az = Files.writeString(
                programs.resolve("az"),
                "#!/bin/sh\nexec /bin/sh '" + Path.of("../entra-emulator/az/az").toRealPath() + "' \"$@\"\n");
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
        Map<String, String> environment = Map.of(
                "PATH", programs + ":/usr/bin:/bin",
                "ENTRA_EMULATOR", entra.origin(),
                "AZURE_CONFIG_DIR", file("azure"));
        ProcessBuilder login = new ProcessBuilder(az.toString(), "login", "--username", ADA.upn())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("login").toFile());
        login.environment().putAll(environment);
        assertThat(login.start().waitFor())
                .as(Files.readString(folder.resolve("login")))
                .isZero();

        try (CommandProcess apply = CommandProcess.start(
                folder,
                List.of("entra", "apply", "-f", file("resources"), "--credential-file", file("credential")),
                environment)) {
            apply.line(" writes.");
        }

        assertThat(writes()).isPositive();
        assertThat(folder.resolve("credential")).isNotEmptyFile();
    }

    @Test
    void withAFacadeAndACertificate() throws Exception {
        resources("type: Certificate\n      secretRef:\n        name: entra", "");
        applied("--credential-file", file("credential"));

        up();
        assertThat(new SignedInUser(gateway, "anna").signIn().list().body()).contains("read_note");
    }

    @Test
    void withAFacadeAndAFederatedCredential() throws Exception {
        resources("type: WorkloadIdentity", "");
        applied("--issuer", entra.issuer(DemoDirectory.TENANT_ID));
        Files.writeString(
                folder.resolve("federated"),
                entra.tokens()
                        .appToken(WORKLOAD_TOKEN_APP, WORKLOAD_TOKEN_APP)
                        .audience("api://AzureADTokenExchange")
                        .claim("sub", "system:serviceaccount:demo:demo-gateway")
                        .build());

        try (CommandProcess process = CommandProcess.start(
                folder,
                List.of(
                        "up",
                        "-f",
                        file("resources"),
                        "--port",
                        Integer.toString(port),
                        "--url",
                        "notes=" + notes.url()),
                Map.of("AZURE_FEDERATED_TOKEN_FILE", file("federated")))) {
            process.line("Ostiary is running");
            assertThat(new SignedInUser(gateway, "anna").signIn().list().body()).contains("read_note");
        }
    }

    @Test
    void withoutAFacadeUnderTheIdOfVisualStudioCode() throws Exception {
        resources("type: None", """
                  authorization:
                    facade: Disabled
                    entraTokens:
                      clients: [%s]
                """.formatted(FirstPartyApps.VS_CODE_ID).indent(0));
        applied();

        machine = up(null);
        String token = new CodeSignIn(
                        URI.create(entra.origin()),
                        DemoDirectory.TENANT_ID,
                        FirstPartyApps.VS_CODE_ID,
                        new SecureRandom())
                .accessToken("anna@" + DemoDirectory.DOMAIN, gateway + "/notes/mcp.notes");
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(gateway + "/notes"))
                            .header("Content-Type", "application/json")
                            .header("Accept", "application/json, text/event-stream")
                            .header("Authorization", "Bearer " + token)
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).contains("read_note");
        }
    }

    @Test
    void checkAndThePageInTheBrowserNameTheSameField() throws Exception {
        resources("type: ClientSecret\n      secretRef:\n        name: entra", "");
        applied("--credential-file", file("credential"));
        Files.writeString(folder.resolve("credential"), "not-the-secret\n");

        Invocation checked = entra("check", "--credential-file", file("credential"));
        up();
        SignedInUser user = new SignedInUser(gateway, "anna");
        String page = user.get(user.callback()).body();

        String field = "Certificates &amp; secrets &gt; Client secrets";
        assertThat(checked.exitCode()).isEqualTo(2);
        assertThat(checked.out())
                .contains("(AADSTS7000215)")
                .contains("portal: Certificates & secrets > Client secrets");
        assertThat(page).contains(field).contains("AADSTS7000215");
    }

    @Test
    void onlyWhatApplyMadeIsDeleted() throws Exception {
        resources("type: ClientSecret\n      secretRef:\n        name: entra", "");
        applied("--credential-file", file("credential"));

        Invocation deleted = entra("delete", "--yes");

        assertThat(deleted.exitCode()).as(deleted.out() + deleted.err()).isZero();
        assertThat(entra("check").exitCode()).isEqualTo(2);

        Path resource = folder.resolve("resources/gateway.yaml");
        Files.writeString(
                resource, Files.readString(resource).replaceFirst("clientId: \\S+", "clientId: " + WORKLOAD_TOKEN_APP));
        Invocation foreign = entra("delete", "--yes");
        assertThat(foreign.exitCode()).isEqualTo(1);
        assertThat(foreign.err()).contains("was not made by");
    }

    @Test
    void onlyWhatIsDeletedForGoodMakesRoomForAnother() throws Exception {
        // Whose issuer is not asked for: it does not matter here.
        resources("type: WorkloadIdentity", "");
        Path resource = folder.resolve("resources/gateway.yaml");
        String unmade = Files.readString(resource);
        String issuer = entra.issuer(DemoDirectory.TENANT_ID);
        applied("--issuer", issuer);
        assertThat(entra("delete", "--yes").exitCode()).isZero();
        Files.writeString(resource, unmade);

        Invocation again = entra("apply", "--issuer", issuer);
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("Deleted applications").contains("--permanently");

        Invocation good = entra("delete", "--yes", "--permanently");
        assertThat(good.exitCode()).as(good.out() + good.err()).isZero();
        assertThat(good.out()).contains("for good");
        applied("--issuer", issuer);
        Invocation both = entra("delete", "--yes", "--permanently");
        assertThat(both.exitCode()).as(both.out() + both.err()).isZero();
        Files.writeString(resource, unmade);
        assertThat(entra("apply", "--issuer", issuer).exitCode()).isZero();
    }

    @Test
    void whatProgramsReadIsOneJsonValueWithTheDocumentedMembers() throws Exception {
        resources("type: ClientSecret\n      secretRef:\n        name: entra", "");
        String guide = Files.readString(Path.of("../docs/entra.md"));

        JsonNode plan = json(entra("plan", "--output", "json", "--credential-file", file("credential")), 2);
        documented(guide, plan);
        documented(guide, plan.path("changes").path(0));
        JsonNode apply =
                json(entra("apply", "--write", "--output", "JSON", "--credential-file", file("credential")), 0);
        documented(guide, apply);
        assertThat(apply.path("writes").asInt()).isPositive();
        Files.writeString(folder.resolve("credential"), "not-the-secret\n");
        JsonNode check = json(entra("check", "--output", "json", "--credential-file", file("credential")), 2);
        documented(guide, check.path(0));
        assertThat(check.path(0).path("code").asText()).isEqualTo("AADSTS7000215");
    }

    private static JsonNode json(Invocation invocation, int exitCode) throws IOException {
        assertThat(invocation.exitCode())
                .as(invocation.out() + invocation.err())
                .isEqualTo(exitCode);
        return new JsonMapper().readTree(invocation.out());
    }

    private static void documented(String guide, JsonNode object) {
        assertThat(object.size()).isPositive();
        object.fieldNames().forEachRemaining(name -> assertThat(guide).contains("`" + name + "`"));
    }

    @Test
    void aPlaceWhereNothingCanBeKeptIsSaidBeforeAnythingIsMade() throws Exception {
        resources("type: ClientSecret\n      secretRef:\n        name: entra", "");

        Invocation apply = entra("apply", "--credential-file", file("nowhere/credential"));

        assertThat(apply.exitCode()).isEqualTo(1);
        assertThat(apply.err()).contains("there is no folder");
        assertThat(writes()).isZero();
    }

    @Test
    void aTokenIsNoArgument() {
        Invocation invocation = Invocation.of(Map.of(), "entra", "plan", "-f", "x", "--token", "secret");
        assertThat(invocation.exitCode()).isEqualTo(1);
    }

    /** Applied twice: the second time changes nothing. */
    private List<Invocation> applied(String... more) {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.add("--write");
        Invocation first = entra("apply", arguments.toArray(String[]::new));
        assertThat(first.exitCode()).as(first.out() + first.err()).isZero();
        long writes = writes();
        Invocation second = entra("apply", more);
        assertThat(second.exitCode()).as(second.out() + second.err()).isZero();
        assertThat(second.out()).contains("0 writes.");
        assertThat(writes()).isEqualTo(writes).isPositive();
        return new ArrayList<>(List.of(first, second));
    }

    private long writes() {
        return entra.graphWrites().all().stream()
                .filter(write -> write.succeeded())
                .count();
    }

    private Invocation entra(String command, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("entra", command, "-f", file("resources"), "--token-file", file("token")));
        // The issuer is part of what is wanted, in every command.
        arguments.addAll(List.of(more));
        return Invocation.of(Map.of(), arguments.toArray(String[]::new));
    }

    private void up() throws Exception {
        machine = up(folder.resolve("credential"));
    }

    private OneMachine up(@Nullable Path credential) throws Exception {
        Terminal terminal = new Terminal(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                false);
        OneMachine started = new OneMachine(
                new UpOptions(
                        folder.resolve("resources"),
                        port,
                        null,
                        null,
                        Map.of(),
                        Map.of("notes", notes.url().toString()),
                        credential,
                        null),
                new Installation(null, null, "ostiary"),
                terminal,
                RunningGateways.ofThisUser(Map.of("XDG_RUNTIME_DIR", folder.toString())));
        started.start(false);
        return started;
    }

    private void resources(String credential, String authorization) throws IOException {
        Path files = Files.createDirectory(folder.resolve("resources"));
        Files.writeString(files.resolve("gateway.yaml"), """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpGateway
                metadata:
                  name: demo
                  namespace: demo
                spec:
                  publicUrl: %s
                  store:
                    type: Memory
                  entra:
                    tenantId: %s
                    clientId: 00000000-0000-0000-0000-000000000000
                    authorityHost: %s
                    graphHost: %s
                    credential:
                      %s
                %s""".formatted(
                gateway, DemoDirectory.TENANT_ID, entra.origin(), entra.graphOrigin(), credential, authorization));
        for (String name : List.of("notes.yaml", "policies.yaml")) {
            Files.copy(Path.of("../examples/demo").resolve(name), files.resolve(name));
        }
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private String token() throws IOException {
        return Files.readString(folder.resolve("token")).strip();
    }
}
