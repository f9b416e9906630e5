package dev.ostiary.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ostiary.connect.az.AzRequest;
import dev.ostiary.connect.az.AzTokens;
import dev.ostiary.connect.az.AzureCli;
import dev.ostiary.connect.az.SharedTokens;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.settings.ConnectOptions;
import dev.ostiary.connect.state.OwnFiles;
import dev.ostiary.connect.state.Secrets;
import dev.ostiary.connect.token.WantedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens of {@code az}: every way in which there is none is said with its cause and what to do. */
class AzureCliTest {

    private static final String TRACE =
            " Trace ID: 00000000-0000-0000-0000-000000000000 Correlation ID: x Timestamp: 2026-11-20 14:50:47Z";
    private static final String INTERACTIVE =
            "\nInteractive authentication is needed. Please run:\naz login --scope s\n";

    @TempDir
    private Path home;

    private FakeAz az;
    private ScriptedServer server;
    private volatile String accepted = "az-token-";
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));

    @BeforeEach
    void start() throws IOException {
        az = FakeAz.in(home.resolve("bin"));
        server = ScriptedServer.start((asked, reply) -> {
            if (asked.path().startsWith("/.well-known/")) {
                reply.status(404);
            } else if (!("" + asked.header("Authorization")).startsWith("Bearer " + accepted)) {
                reply.header("WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"not this one\"")
                        .status(401);
            } else if (asked.method().equals("GET")) {
                reply.status(405);
            } else if (asked.rpc().equals("initialize")) {
                reply.initialized(asked, null);
            } else if (asked.json().has("id")) {
                reply.result(asked, "{}");
            } else {
                reply.status(202);
            }
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Map<String, String> environment(String... more) {
        Map<String, String> environment = new HashMap<>(az.environment(home));
        environment.put("MCP_ENTRA_SERVER_URL", server.url().toString());
        environment.put("MCP_ENTRA_RESOURCE", "api://notes");
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    private static ConnectOptions options() {
        return new ConnectOptions(
                null,
                ConnectOptions.Auth.AUTO,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                true,
                false,
                true,
                false);
    }

    private LocalClient client(Map<String, String> environment) throws Exception {
        InstantSource clock = now::get;
        return LocalClient.of(options(), environment, clock);
    }

    @Test
    void aResourceIsAskedForInTheGivenTenant() throws Exception {
        try (LocalClient client = client(environment("MCP_ENTRA_TENANT", "contoso.example"))) {
            assertThat(client.initialize().path("result").isObject()).isTrue();
            client.call(1, "tools/list");
        }
        assertThat(az.calls())
                .containsExactly(
                        "account get-access-token --output json --resource api://notes --tenant contoso.example");
    }

    /** Each case of what az prints, where no login helps or none is wanted. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ERROR: No subscription found. Run 'az account set' to select a subscription.  | az has no default subscription | az account set --subscription NAME
            ERROR: Subscription 'x' not found. Check the spelling and casing and try again. | Subscription 'x' not found | choose another subscription
            ERROR: Please run 'az login' to setup account.                                | az is not logged in            | run: az login --allow-no-subscriptions --scope api://notes/.default
            Can't find token from MSAL cache.\\nTo re-authenticate, please run:\\naz login | az is not logged in            | run: az login
            ERROR: AADSTS65001: The user or administrator has not consented.@ | does not know the Azure CLI as a client | 04b07795-8ddb-461a-bbee-02f9e1bf7b46
            ERROR: AADSTS500011: The resource principal named api://notes was not found.@ | does not know this resource | check MCP_ENTRA_RESOURCE
            ERROR: AADSTS90002: Tenant 'x' not found.@                        | wrong tenant                   | set MCP_ENTRA_TENANT
            ERROR: AADSTS50020: User account does not exist in tenant.@       | wrong tenant                   | set MCP_ENTRA_TENANT
            ERROR: AADSTS50105: The signed in user is not assigned to a role.@ | not assigned                  | enterprise application
            ERROR: AADSTS53003: Access has been blocked by Conditional Access policies.@ | conditional access policy | sign in from a device
            ERROR: AADSTS700082: The refresh token has expired due to inactivity.@ | has expired                | run: az login
            ERROR: AADSTS50076: you must use multi-factor authentication.@    | AADSTS50076                    | run: az login
            ERROR: AADSTS50076: claims.\\nInteractive authentication is needed. Please run:\\naz logout\\naz login --scope s | must be done again | run: az logout, then: az login
            ERROR: Tenant shouldn't be specified for managed identity account | managed identity               | leave MCP_ENTRA_TENANT
            ERROR: Connection error: Max retries exceeded                     | cannot reach the tenant        | check the network
            az: command not found                                             | az: command not found          | run it yourself
            ERROR: something new                                              | something new                  | run it yourself
            """)
    void whatAzSaysIsExplained(String printed, String cause, String fix) throws Exception {
        az.noToken(printed.replace("\\n", "\n").replace("@", TRACE + INTERACTIVE));
        Map<String, String> environment = environment("MCP_ENTRA_TENANT", "");
        ConnectOptions noLogin = new ConnectOptions(
                null,
                ConnectOptions.Auth.AUTO,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                false,
                false,
                true,
                false);
        try (LocalClient client = LocalClient.of(noLogin, environment)) {
            client.send(LocalClient.INITIALIZE);
            String answer = client.message().path("error").path("message").asText();

            assertThat(client.errors()).hasSize(1);
            assertThat(client.errors().getFirst())
                    .startsWith("ostiary connect: ")
                    .contains(cause)
                    .contains("Fix: ")
                    .contains(fix)
                    .doesNotContain("Trace ID");
            assertThat(answer).contains(cause).contains(fix);
        }
        assertThat(az.calls()).hasSize(1);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void aTenantFromMetadataIsLeftOutForAManagedIdentity() throws Exception {
        Files.writeString(home.resolve("bin/az"), """
                #!/bin/sh
                case "$*" in *--tenant*) echo "ERROR: Tenant shouldn't be specified for managed identity account" >&2; exit 1 ;; esac
                echo '{"accessToken":"az-token-mi","expires_on":4102444800}'
                """);
        try (ScriptedServer guarded = ScriptedServer.start((asked, reply) -> {
            String origin = "http://" + asked.header("Host");
            if (asked.path().startsWith("/.well-known/")) {
                reply.json(
                        200,
                        "{\"resource\":\"" + origin + "/mcp\",\"authorization_servers\":[\"" + origin
                                + "/contoso/v2.0\"],\"scopes_supported\":[\"" + origin + "/mcp/mcp.notes\"]}");
            } else if (asked.header("Authorization") == null) {
                reply.header("WWW-Authenticate", "Bearer").status(401);
            } else if (asked.method().equals("GET")) {
                reply.status(405);
            } else {
                reply.initialized(asked, null);
            }
        })) {
            Map<String, String> environment = environment();
            environment.remove("MCP_ENTRA_RESOURCE");
            environment.put("MCP_ENTRA_SERVER_URL", guarded.url().toString());
            try (LocalClient client = client(environment)) {
                assertThat(client.initialize().path("result").isObject()).isTrue();
            }
            assertThat(guarded.asked().stream().map(asked -> asked.header("Authorization")))
                    .contains("Bearer az-token-mi");
        }
    }

    /** Before azure-cli 2.54 there is the time of this machine alone, without a zone. */
    @Test
    void anOlderAzSaysTheExpiryInLocalTime() throws Exception {
        LocalDateTime expiry = LocalDateTime.ofInstant(now.get().plus(Duration.ofHours(1)), ZoneId.systemDefault());
        az.write(
                "token.out",
                "{\"accessToken\":\"az-token-old\",\"expiresOn\":\""
                        + expiry.format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS")) + "\"}");
        try (LocalClient client = client(environment())) {
            client.initialize();
            now.set(now.get().plus(Duration.ofMinutes(54)));
            client.call(1, "tools/list");
            assertThat(az.calls()).hasSize(1);
            now.set(now.get().plus(Duration.ofMinutes(2)));
            client.call(2, "tools/list");
            assertThat(az.calls()).hasSize(2);
        }
    }

    @Test
    void oneProcessAsksAzAndTheOthersUseWhatItGot() throws Exception {
        az.loggedInAs(home, "ben");
        List<LocalClient> windows = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                windows.add(client(environment()));
            }
            for (LocalClient window : windows) {
                window.send(LocalClient.INITIALIZE);
            }
            for (LocalClient window : windows) {
                assertThat(window.message().path("result").isObject()).isTrue();
            }
            assertThat(az.calls()).hasSize(1);
        } finally {
            for (LocalClient window : windows) {
                window.close();
            }
        }
        try (Stream<Path> kept = Files.walk(home.resolve(".local/state/ostiary/connect"))) {
            assertThat(kept.toList())
                    .hasSize(3)
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .endsWith("------"));
        }
    }

    @Test
    void anotherResourceOrTenantIsAnotherToken() throws Exception {
        az.loggedInAs(home, "ben");
        for (Map<String, String> environment : List.of(
                environment(), environment("MCP_ENTRA_RESOURCE", "api://b"), environment("MCP_ENTRA_TENANT", "t"))) {
            try (LocalClient client = client(environment)) {
                client.initialize();
            }
        }
        assertThat(az.calls()).hasSize(3);
    }

    @Test
    void aTokenOfAnotherLoginIsNobodys() throws Exception {
        for (String user : List.of("ben", "ben", "anna")) {
            az.loggedInAs(home, user);
            try (LocalClient client = client(environment())) {
                client.initialize();
            }
        }
        assertThat(az.calls()).hasSize(2);
        Files.delete(home.resolve(".azure/azureProfile.json"));
        try (LocalClient client = client(environment())) {
            client.initialize();
        }
        assertThat(az.calls()).hasSize(3);
    }

    @Test
    void aProcessThatRunsNoticesAnotherLogin() throws Exception {
        az.loggedInAs(home, "ben");
        try (LocalClient client = client(environment())) {
            client.initialize();
            client.call(1, "tools/list");
            assertThat(az.calls()).hasSize(1);
            az.loggedInAs(home, "somebody-else");
            client.call(2, "tools/list");
            assertThat(az.calls()).hasSize(2);
            // And when nobody is logged in any more, it has nothing to show.
            Files.delete(home.resolve(".azure/azureProfile.json"));
            az.noToken("ERROR: Please run 'az login' to setup account.\n");
            assertThat(client.call(3, "tools/list").has("error")).isTrue();
        }
        assertThat(server.asked("tools/list").getLast().header("Authorization")).isEqualTo("Bearer az-token-2");
        assertThat(server.asked("tools/list")).hasSize(2);
    }

    @Test
    void aSharedTokenThatIsRefusedIsAskedForAgainByOneAlone() throws Exception {
        az.loggedInAs(home, "ben");
        try (LocalClient first = client(environment());
                LocalClient second = client(environment())) {
            first.initialize();
            second.initialize();
            accepted = "az-token-2";
            assertThat(first.call(1, "tools/list").has("result")).isTrue();
            assertThat(second.call(1, "tools/list").has("result")).isTrue();
        }
        assertThat(az.calls()).hasSize(2);
    }

    @Test
    void aSharedTokenIsNotUsedWhenItIsAboutToExpire() throws Exception {
        az.loggedInAs(home, "ben");
        az.write("expires", String.valueOf(now.get().plus(Duration.ofHours(1)).getEpochSecond()));
        try (LocalClient client = client(environment())) {
            client.initialize();
        }
        now.set(now.get().plus(Duration.ofMinutes(56)));
        try (LocalClient client = client(environment())) {
            client.initialize();
        }
        assertThat(az.calls()).hasSize(2);
    }

    @Test
    void aLoginThatNobodyFinishesEndsInTime() throws Exception {
        az.noToken("ERROR: Please run 'az login' to setup account.\n")
                .write("login.err", "A web browser has been opened. Please continue the login in the web browser.\n")
                .write("login.hangs", "");
        Map<String, String> environment = environment();
        List<String> said = new CopyOnWriteArrayList<>();
        Diagnostics diagnostics = new Diagnostics(said::add);
        OwnFiles files = OwnFiles.ofThisUser(environment);
        AzTokens tokens = new AzTokens(
                new AzureCli(environment, Duration.ofSeconds(5), diagnostics),
                new AzRequest("api://notes", List.of(), null),
                false,
                AzTokens.Login.BROWSER,
                Duration.ofMinutes(5),
                new SharedTokens(
                        Secrets.of(environment, "Linux", false, files, diagnostics), files, environment, diagnostics),
                files,
                now::get,
                diagnostics);

        assertThatThrownBy(() -> tokens.current(WantedBy.A_CALL))
                .isInstanceOf(ConnectFailure.class)
                .hasMessageContaining("the sign-in with az was not finished within 5 s")
                .hasMessageContaining(
                        "start again: az login --output none --allow-no-subscriptions --scope api://notes/.default");
        assertThat(said).anyMatch(line -> line.contains("A web browser has been opened"));
        assertThat(az.calls()).filteredOn(call -> call.startsWith("login")).noneMatch(call -> call.contains("device"));
    }

    @Test
    void azMissingFromThePath() throws Exception {
        Map<String, String> environment = environment();
        environment.put("PATH", home.resolve("empty") + ":relative:");
        try (LocalClient client = client(environment)) {
            client.send(LocalClient.INITIALIZE);
            assertThat(client.message().path("error").path("message").asText()).contains("not in PATH");
            assertThat(client.errors().getFirst()).contains("install it");
        }
    }

    @Test
    void whatAzPrintsMayBeNoToken() throws Exception {
        az.write("token.out", "WARNING: something\n{}");
        try (LocalClient client = client(environment())) {
            client.send(LocalClient.INITIALIZE);
            assertThat(client.message().path("error").path("message").asText()).contains("not with a token");
            assertThat(client.errors().getFirst()).contains("AZURE_CORE_ONLY_SHOW_ERRORS");
        }
    }

    @Test
    void aMissingLoginIsMade() throws Exception {
        az.noToken("ERROR: Please run 'az login' to setup account.\n")
                .loginWorks()
                .write("login.err", "To sign in, use a web browser and enter the code ABC.\n");
        try (LocalClient client = client(environment())) {
            assertThat(client.initialize().path("result").isObject()).isTrue();
            assertThat(client.errors()).anyMatch(line -> line.contains("enter the code ABC"));
        }
        assertThat(az.calls())
                .contains(
                        "login --output none --allow-no-subscriptions --scope api://notes/.default --use-device-code");
    }

    @Test
    void aLoginThatIsCancelledIsSaidAndNotAskedForAgainAtOnce() throws Exception {
        az.noToken("ERROR: Please run 'az login' to setup account.\n");
        try (LocalClient client = client(environment())) {
            client.send(LocalClient.INITIALIZE);
            assertThat(client.message().path("error").path("message").asText())
                    .contains("failed or was cancelled")
                    .contains("run it yourself: az login");
            client.send(LocalClient.INITIALIZE);
            client.message();
        }
        assertThat(az.calls()).filteredOn(call -> call.startsWith("login")).hasSize(1);
    }

    @Test
    void aLoginMayBringNoTokenForThisResource() throws Exception {
        az.noToken("ERROR: Please run 'az login' to setup account.\n")
                .loginWorks()
                .write("token.stays", "")
                .write("token.after.err", "ERROR: AADSTS65001: not consented." + TRACE + INTERACTIVE);
        try (LocalClient client = client(environment())) {
            client.send(LocalClient.INITIALIZE);
            assertThat(client.message().path("error").path("message").asText())
                    .contains("logged in, but there is no token for api://notes");
        }
    }

    @Test
    void aTokenIsReplacedBeforeItExpiresAlsoWhenTheMachineSlept() throws Exception {
        az.write("expires", String.valueOf(now.get().plus(Duration.ofHours(1)).getEpochSecond()));
        try (LocalClient client = client(environment())) {
            client.initialize();
            now.set(now.get().plus(Duration.ofMinutes(54)));
            client.call(1, "tools/list");
            assertThat(az.calls()).hasSize(1);

            az.write(
                    "expires",
                    String.valueOf(now.get().plus(Duration.ofHours(1)).getEpochSecond()));
            now.set(now.get().plus(Duration.ofMinutes(2)));
            client.call(2, "tools/list");
            assertThat(az.calls()).hasSize(2);

            // A night with the lid closed.
            now.set(now.get().plus(Duration.ofHours(9)));
            az.write(
                    "expires",
                    String.valueOf(now.get().plus(Duration.ofHours(1)).getEpochSecond()));
            client.call(3, "tools/list");
        }
        assertThat(az.calls()).hasSize(3);
        assertThat(server.asked("tools/list").getLast().header("Authorization")).isEqualTo("Bearer az-token-3");
    }

    @Test
    void aRefreshThatFailsIsSaidAndTheTokenUsedAsLongAsItLasts() throws Exception {
        az.write("expires", String.valueOf(now.get().plus(Duration.ofHours(1)).getEpochSecond()));
        try (LocalClient client = client(environment())) {
            client.initialize();
            az.noToken("ERROR: Connection error: Max retries exceeded\n");
            now.set(now.get().plus(Duration.ofMinutes(57)));
            assertThat(client.call(1, "tools/list").has("result")).isTrue();
            assertThat(client.errors()).anyMatch(line -> line.contains("could not be refreshed"));
            now.set(now.get().plus(Duration.ofMinutes(4)));
            assertThat(client.call(2, "tools/list")
                            .path("error")
                            .path("message")
                            .asText())
                    .contains("cannot reach the tenant");
        }
    }

    @Test
    void aTokenRefusedInMidSessionIsReplacedOnce() throws Exception {
        try (LocalClient client = client(environment())) {
            client.initialize();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> server.asked().stream()
                            .anyMatch(asked -> asked.method().equals("GET")));
            accepted = "az-token-2";
            assertThat(client.call(1, "tools/list").has("result")).isTrue();
            accepted = "none";
            assertThat(client.call(2, "tools/list")
                            .path("error")
                            .path("message")
                            .asText())
                    .contains("refuses a token that was just renewed: not this one");
            assertThat(client.errors()).noneMatch(line -> line.contains("az-token"));
        }
        assertThat(server.asked("tools/list")).hasSize(4);
        assertThat(az.calls()).hasSize(3);
    }

    @Test
    void childrenGetNoSecrets() throws Exception {
        Files.writeString(
                home.resolve("bin/az"),
                "#!/bin/sh\nenv >'" + home.resolve("env")
                        + "'\necho '{\"accessToken\":\"az-token-x\",\"expires_on\":4102444800}'\n");
        Map<String, String> environment = environment("MCP_ENTRA_HEADERS", "{\"X-Api-Key\":\"hush\"}");
        try (LocalClient client = client(environment)) {
            client.initialize();
        }
        assertThat(Files.readString(home.resolve("env"))).contains("HOME=").doesNotContain("hush");
    }

    /** {@code az} reads {@code .azure/config} in the folder where it is started, and editors start servers in projects of strangers. */
    @Test
    void azIsNotStartedInTheFolderOfTheProject() throws Exception {
        Files.writeString(
                home.resolve("bin/az"),
                "#!/bin/sh\n{ pwd; echo \"$AZURE_CONFIG_DIR\"; } >'" + home.resolve("where")
                        + "'\necho '{\"accessToken\":\"az-token-x\",\"expires_on\":4102444800}'\n");
        try (LocalClient client = client(environment("AZURE_CONFIG_DIR", "relative"))) {
            client.initialize();
        }
        assertThat(Files.readAllLines(home.resolve("where")))
                .containsExactly("/", Path.of("relative").toAbsolutePath().toString());
    }

    /** A token of the environment is meant for some server; a choice on the command line for this one. */
    @ParameterizedTest
    @CsvSource({"AZ, Bearer az-token-1", "NONE, null"})
    void whatIsChosenIsNotOverruledByAVariable(ConnectOptions.Auth auth, String sent) throws Exception {
        ConnectOptions options = new ConnectOptions(
                null, auth, null, null, null, null, null, null, null, null, null, true, false, true, false);
        try (LocalClient client = LocalClient.of(options, environment("MCP_ENTRA_TOKEN", "of-another-server"))) {
            client.send(LocalClient.INITIALIZE);
            client.message();
        }
        assertThat(server.asked()).isNotEmpty().allMatch(asked -> ("" + asked.header("Authorization")).equals(sent));
    }

    @Test
    void neitherResourceNorTokenAndNoMetadata() throws Exception {
        Map<String, String> environment = environment();
        environment.remove("MCP_ENTRA_RESOURCE");
        try (LocalClient client = client(environment)) {
            client.send(LocalClient.INITIALIZE);
            assertThat(client.message().path("error").path("message").asText())
                    .contains("neither a resource nor a token is given")
                    .contains("set MCP_ENTRA_RESOURCE");
        }
        assertThat(az.calls()).isEqualTo(List.of());
    }
}
