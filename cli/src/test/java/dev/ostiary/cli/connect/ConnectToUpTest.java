package dev.ostiary.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.cli.Terminal;
import dev.ostiary.cli.up.CodeSignIn;
import dev.ostiary.cli.up.Installation;
import dev.ostiary.cli.up.OneMachine;
import dev.ostiary.cli.up.RunningGateway;
import dev.ostiary.cli.up.RunningGateways;
import dev.ostiary.cli.up.UpOptions;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.examples.sampleserver.SampleServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ostiary connect} as a program, in front of all that {@code ostiary up} runs. */
class ConnectToUpTest {

    private static final String READ = "{\"name\":\"read_note\",\"arguments\":{\"id\":\"welcome\"}}";
    private static final String DELETE = "{\"name\":\"delete_note\",\"arguments\":{\"id\":\"welcome\"}}";

    @TempDir
    private Path folder;

    private Path programs;
    private Path files;
    private SampleServer notes;
    private OneMachine machine;
    private RunningGateways gateways;

    @BeforeEach
    void copyTheDemo() throws IOException {
        programs = Files.createDirectory(folder.resolve("bin"));
        notes = SampleServer.start(0);
        gateways = RunningGateways.ofThisUser(Map.of(
                "XDG_RUNTIME_DIR", Files.createDirectory(folder.resolve("run")).toString()));
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
    }

    private URI up(boolean facade) throws Exception {
        return up(facade, 0, null);
    }

    private URI up(boolean facade, int port, @Nullable Path state) throws Exception {
        Path gateway = files.resolve("gateway.yaml");
        String text = Files.readString(gateway);
        if (!facade && !text.contains("facade: Disabled")) {
            assertThat(text).contains("  authorization:\n");
            Files.writeString(gateway, text.replace("  authorization:\n", "  authorization:\n    facade: Disabled\n"));
        }
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        machine = new OneMachine(
                new UpOptions(
                        files,
                        port,
                        null,
                        null,
                        Map.of(),
                        Map.of("notes", notes.url().toString()),
                        null,
                        state),
                Installation.of(System.getProperties()),
                new Terminal(nowhere, nowhere, false),
                gateways);
        return machine.start(false).get("notes");
    }

    private RunningGateway.Emulator entra() throws Exception {
        return gateways.find(null).emulator();
    }

    private StdioClient connect(Map<String, String> more, String... arguments) throws IOException {
        Map<String, String> environment = new HashMap<>(Map.of("PATH", programs + ":/usr/bin:/bin"));
        environment.putAll(more);
        return StdioClient.start(folder, environment, arguments);
    }

    /** The emulator's own stand-in, whose sign-in is ben's; what it is called with is written down. */
    private Map<String, String> azIsInstalled() throws Exception {
        Path az = programs.resolve("az");
        Files.writeString(
                az,
                "#!/bin/sh\necho \"$@\" >>'" + folder.resolve("az.log") + "'\n"
                        + "[ \"$1\" != login ] || set -- \"$@\" --username ben@" + DemoDirectory.DOMAIN + "\n"
                        + "exec /bin/sh '" + Path.of("../entra-emulator/az/az").toRealPath() + "' \"$@\"\n");
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
        return Map.of("ENTRA_EMULATOR", entra().authority().toString());
    }

    /** Tokens that are in files now; there are some. */
    private List<String> keptSecrets() {
        List<String> secrets = new ArrayList<>();
        try (Stream<Path> kept = Files.list(folder.resolve(".local/state/ostiary/connect"))) {
            for (Path file :
                    kept.filter(path -> path.toString().endsWith(".json")).toList()) {
                JsonNode json = new ObjectMapper().readTree(file.toFile());
                secrets.add(json.path("accessToken").asText());
                secrets.add(json.path("refreshToken").asText());
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(secrets).hasSizeGreaterThanOrEqualTo(2).allMatch(secret -> secret.length() > 10);
        return secrets;
    }

    /** Of every process of this machine, as any user of it sees them. */
    private static List<String> commandLines() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes
                    .filter(path -> path.getFileName().toString().matches("[0-9]+"))
                    .toList()) {
                try {
                    lines.add(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    // It has ended.
                }
            }
        }
        return lines;
    }

    private List<String> azCalls() throws IOException {
        return Files.readAllLines(folder.resolve("az.log"));
    }

    private static String text(JsonNode answer) {
        return answer.path("result").path("content").path(0).path("text").asText();
    }

    private static void worksAsBen(StdioClient client) throws Exception {
        JsonNode initialized = client.initialize();
        assertThat(initialized.path("result").path("serverInfo").path("name").asText())
                .as("%s %s", initialized, client.errors())
                .isEqualTo("ostiary-sample-notes");
        assertThat(client.call("tools/list", "{}").toString()).contains("delete_note");
        assertThat(text(client.call("tools/call", READ))).contains("memory only");
    }

    @Test
    void azWithoutALoginSignsInOnceAndTenantAndScopeComeFromMetadata() throws Exception {
        URI route = up(false);
        try (StdioClient client = connect(azIsInstalled(), route.toString())) {
            worksAsBen(client);

            assertThat(client.end()).isZero();
            assertThat(client.errors()).contains("signing in with az");
        }
        String scope = route + "/mcp.notes";
        String tenant = entra().tenantId();
        assertThat(azCalls())
                .containsExactly(
                        "account get-access-token --output json --scope " + scope + " --tenant " + tenant,
                        "account get-access-token --output json --scope " + scope + " --tenant " + tenant,
                        "login --output none --allow-no-subscriptions --scope " + scope + " --use-device-code --tenant "
                                + tenant,
                        "account get-access-token --output json --scope " + scope + " --tenant " + tenant);
    }

    @Test
    void withTheFacadeTheBrowserSignsInAndAllProcessesShareIt() throws Exception {
        URI route = up(true);
        try (DesktopBrowser browser = DesktopBrowser.in(programs, "ben")) {
            Map<String, String> desktop = Map.of("DISPLAY", ":0", "BROWSER", "none");
            try (StdioClient first = connect(desktop, route.toString());
                    StdioClient second = connect(desktop, route.toString())) {
                worksAsBen(first);
                worksAsBen(second);
                assertThat(commandLines())
                        .anyMatch(line -> line.contains(route.toString()))
                        .noneMatch(line -> keptSecrets().stream().anyMatch(line::contains));
                assertThat(first.end()).isZero();
                assertThat(second.end()).isZero();
                assertThat(first.errors() + second.errors()).contains("tokens are kept in " + folder);
            }
            try (StdioClient later = connect(Map.of(), route.toString())) {
                worksAsBen(later);
                assertThat(later.errors()).isEmpty();
                assertThat(later.terminate()).isEqualTo(143);
            }
            assertThat(browser.opened()).as(browser.trouble()).isEqualTo(1);
        }
        try (Stream<Path> kept = Files.walk(folder.resolve(".local/state/ostiary/connect"))) {
            for (Path path : kept.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .as(path.toString())
                        .endsWith("------");
            }
        }
    }

    /** {@code docs/connect.md}: "change the command and nothing else". */
    @Test
    void theDocumentedEntryOfMcpEntraAuthProxyWorksAsItIs() throws Exception {
        URI route = up(false);
        Matcher entry = Pattern.compile("## From mcp-entra-auth-proxy.*?```json\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../docs/connect.md")));
        assertThat(entry.find()).isTrue();
        JsonNode server = new ObjectMapper()
                .readTree(entry.group(1)
                        .replace("https://your-server.example.com/mcp/", route.toString())
                        .replace("your-azure-app-client-id", DemoDirectory.GATEWAY_CLIENT_ID)
                        .replace("your-tenant-id", entra().tenantId()))
                .path("mcpServers")
                .path("my-server");
        Map<String, String> environment = new HashMap<>(azIsInstalled());
        server.path("env")
                .properties()
                .forEach(variable ->
                        environment.put(variable.getKey(), variable.getValue().asText()));
        assertThat(server.path("args").toString()).isEqualTo("[\"connect\"]");

        try (StdioClient client = connect(environment)) {
            worksAsBen(client);
            assertThat(client.end()).isZero();
        }
        assertThat(azCalls())
                .last()
                .asString()
                .isEqualTo("account get-access-token --output json --resource api://" + DemoDirectory.GATEWAY_CLIENT_ID
                        + " --tenant " + entra().tenantId());
    }

    @Test
    void aGivenTokenIsUsedAsItIs() throws Exception {
        URI route = up(true);
        String token = new CodeSignIn(
                        entra().authority(), entra().tenantId(), FirstPartyApps.AZURE_CLI_ID, new SecureRandom())
                .accessToken("anna@" + entra().domain(), route + "/mcp.notes");

        try (StdioClient client = connect(Map.of("MCP_ENTRA_TOKEN", token, "MCP_ENTRA_SERVER_URL", route.toString()))) {
            client.initialize();
            assertThat(client.call("tools/call", DELETE)
                            .path("error")
                            .path("message")
                            .asText())
                    .contains("Writers");
            assertThat(client.end()).isZero();
            assertThat(client.errors()).isEmpty();
        }
        assertThat(Files.readString(folder.resolve("classes.log")))
                .contains("dev.ostiary.connect.Connect ")
                .doesNotContain("io.netty")
                .doesNotContain("cedar")
                .doesNotContain("dev.ostiary.gateway")
                .doesNotContain("picocli.CommandLine ");
        Path file = Files.writeString(folder.resolve("token"), token + "\n");
        try (StdioClient client = connect(Map.of(), "--token-file", file.toString(), route.toString())) {
            client.initialize();
            assertThat(client.call("tools/list", "{}").toString()).contains("read_note");
        }
    }

    @Test
    void aTokenThatIsRefusedIsSaidWithWhatToDo() throws Exception {
        URI route = up(true);
        try (StdioClient client = connect(Map.of("MCP_ENTRA_TOKEN", "secret-and-wrong"), route.toString())) {
            JsonNode answer = client.initialize();
            assertThat(answer.path("error").path("message").asText())
                    .contains("the server refuses the token from MCP_ENTRA_TOKEN")
                    .doesNotContain("secret-and-wrong");
            assertThat(client.end()).isZero();
            assertThat(client.errors()).contains("Fix: put a new token there").doesNotContain("secret-and-wrong");
        }
    }

    @Test
    void aRestartOfTheGatewayIsWaitedFor() throws Exception {
        Path state = Files.createDirectory(
                folder.resolve("state"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        URI route = up(false, 0, state);
        try (StdioClient client = connect(azIsInstalled(), route.toString())) {
            worksAsBen(client);
            machine.close();
            client.send(
                    "{\"jsonrpc\":\"2.0\",\"id\":\"while away\",\"method\":\"tools/call\",\"params\":" + READ + "}");

            up(false, route.getPort(), state);

            assertThat(client.answer("while away").path("result").isObject())
                    .as(client.errors())
                    .isTrue();
            assertThat(client.end()).isZero();
        }
    }
}
