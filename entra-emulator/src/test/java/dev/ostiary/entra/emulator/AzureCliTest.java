package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.SampleDirectories.ALICE;
import static dev.ostiary.entra.emulator.SampleDirectories.API;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stand-in for the Azure CLI, run as a program. */
class AzureCliTest {

    @TempDir
    private Path home;

    private EntraEmulator entra;

    private record Run(int exitCode, String out, String err) {}

    @BeforeEach
    void start() {
        entra = Flow.start();
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    private Run az(String... arguments) throws IOException, InterruptedException {
        Path out = home.resolve("out");
        Path err = home.resolve("err");
        List<String> command = new ArrayList<>(List.of("/bin/sh", "az/az"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("HOME", home.toString());
        builder.environment().put("TZ", TimeZone.getDefault().getID());
        builder.environment().put("ENTRA_EMULATOR", entra.origin());
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private void signIn() throws Exception {
        Run login = az("login", "--username", ALICE.upn());
        assertThat(login.err()).isEmpty();
        assertThat(login.exitCode()).isZero();
        assertThat(Browserless.JSON
                        .readTree(login.out())
                        .path("user")
                        .path("name")
                        .asText())
                .isEqualTo(ALICE.upn());
    }

    @Test
    @DisplayName("a token for a scope comes with the members of the real one [S azure-cli profile/custom.py]")
    void aTokenForAScope() throws Exception {
        signIn();
        Run run = az("account", "get-access-token", "--scope", Flow.READ);

        assertThat(run.err()).isEmpty();
        JsonNode answer = Browserless.JSON.readTree(run.out());
        assertThat(Flow.names(answer))
                .containsExactly("accessToken", "expiresOn", "expires_on", "subscription", "tenant", "tokenType");
        assertThat(answer.path("subscription").asText()).isEqualTo(Flow.TENANT);
        assertThat(answer.path("tenant").asText()).isEqualTo(Flow.TENANT);
        assertThat(answer.path("tokenType").asText()).isEqualTo("Bearer");
        Instant expires = Instant.ofEpochSecond(answer.path("expires_on").asLong());
        assertThat(expires).isAfter(Instant.now().plus(50, ChronoUnit.MINUTES));
        LocalDateTime local = LocalDateTime.parse(
                answer.path("expiresOn").asText(), DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS"));
        assertThat(local.atZone(ZoneId.systemDefault()).toInstant()).isEqualTo(expires);

        String token = answer.path("accessToken").asText();
        assertThat(new Browserless(entra).verifies(token, Flow.TENANT)).isTrue();
        JsonNode claims = Browserless.claims(token);
        assertThat(claims.path("aud").asText()).isEqualTo(API);
        assertThat(claims.path("scp").asText()).isEqualTo("mcp.read");
        assertThat(claims.path("azp").asText()).isEqualTo(FirstPartyApps.AZURE_CLI_ID);
        assertThat(claims.path("oid").asText()).isEqualTo(ALICE.oid());
    }

    @Test
    @DisplayName(
            "a resource means its default scope, and --tenant leaves the subscription out [S azure-cli _profile.py]")
    void aTokenForAResource() throws Exception {
        signIn();
        Run run = az(
                "account",
                "get-access-token",
                "--output",
                "json",
                "--resource",
                "api://" + API,
                "--tenant",
                Flow.TENANT);

        assertThat(run.err()).isEmpty();
        JsonNode answer = Browserless.JSON.readTree(run.out());
        assertThat(Flow.names(answer)).containsExactly("accessToken", "expiresOn", "expires_on", "tenant", "tokenType");
        assertThat(Browserless.claims(answer.path("accessToken").asText())
                        .path("scp")
                        .asText())
                .isEqualTo("mcp.read mcp.write");
    }

    @Test
    @DisplayName("--query and -o tsv print the token alone, as scripts want it")
    void theTokenAlone() throws Exception {
        signIn();
        Run run = az("account", "get-access-token", "--scope", Flow.READ, "--query", "accessToken", "-o", "tsv");
        assertThat(run.out().strip()).matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+");
    }

    @Test
    @DisplayName("without a sign-in it says what to run [S azure-cli _profile.py]")
    void notSignedIn() throws Exception {
        Run run = az("account", "get-access-token", "--scope", Flow.READ);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualTo("ERROR: Please run 'az login' to setup account.\n");

        signIn();
        assertThat(az("logout").exitCode()).isZero();
        assertThat(az("account", "show").err()).contains("az login");
    }

    @Test
    @DisplayName("an error of Entra is printed with what to run [S azure-cli auth/util.py; O AADSTS65001]")
    void anErrorOfEntra() throws Exception {
        signIn();
        Run run = az("account", "get-access-token", "--scope", "api://unconsented/data.read");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("ERROR: AADSTS65001: The user or administrator has not consented")
                .contains("named 'Microsoft Azure CLI'")
                .contains("Trace ID: ")
                .endsWith("Interactive authentication is needed. Please run:\n"
                        + "az login --scope api://unconsented/data.read\n");
    }

    @Test
    @DisplayName("tenant and subscription exclude each other, and others are unknown [S azure-cli profile/custom.py]")
    void tenantAndSubscription() throws Exception {
        signIn();
        assertThat(az("account", "get-access-token", "--tenant", Flow.TENANT, "--subscription", "x")
                        .err())
                .isEqualTo("ERROR: Please specify only one of subscription and tenant, not both\n");
        assertThat(az("account", "get-access-token", "--subscription", "x").err())
                .contains("Subscription 'x' not found. Check the spelling and casing and try again.");
    }

    @Test
    @DisplayName("somebody whom the tenant does not know cannot sign in")
    void unknownUsers() throws Exception {
        Run run = az("login", "--username", "nobody@contoso.example");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(home.resolve(".azure")).doesNotExist();
    }

    @Test
    @DisplayName("an emulator that is not there is said to be")
    void noEmulator() throws Exception {
        signIn();
        entra.close();
        Run run = az("account", "get-access-token", "--scope", Flow.READ);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("cannot be reached");
    }

    @Test
    @DisplayName("what it keeps is for its user alone")
    void theCacheIsPrivate() throws Exception {
        signIn();
        Path cache = home.resolve(".azure/msal_token_cache.emulator");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)))
                .isEqualTo("rw-------");
    }
}
