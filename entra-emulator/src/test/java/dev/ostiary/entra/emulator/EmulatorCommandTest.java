package dev.ostiary.entra.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.token.SigningKeys;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmulatorCommandTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final EmulatorCommand command = new EmulatorCommand(
            new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));

    private String running(Thread thread) {
        thread.start();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> out.toString(StandardCharsets.UTF_8).contains("tenant "));
        return out.toString(StandardCharsets.UTF_8).lines().skip(1).findFirst().orElseThrow();
    }

    @Test
    void itServesUntilInterruptedAndKeepsItsKeys() throws Exception {
        Path keys = folder.resolve("keys.pem");
        Path ca = folder.resolve("ca.pem");
        Path directory = folder.resolve("directory.json");
        Files.writeString(directory, """
                {"tenants":[{"id":"3d4b0f7e-0000-4000-8000-000000000009","domain":"file.example","displayName":"File",
                  "users":[{"oid":"u1","upn":"zoe@file.example","name":"Zoe"}],
                  "apps":[{"appId":"a1","displayName":"App","requestedAccessTokenVersion":2,
                    "secrets":[{"value":"s","expires":"2030-01-01T00:00:00Z"}]}]}]}
                """);
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        Thread thread = new Thread(() -> exit.complete(command.run(
                "--tls", "--ca-file", ca.toString(), "--directory", directory.toString(), "--keys", keys.toString())));
        String origin = running(thread);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("not for production", "zoe@file.example");
        try (HttpClient http = HttpClient.newBuilder()
                .sslContext(Browserless.trusting(Files.readString(ca)))
                .build()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(origin + "/file.example/discovery/v2.0/keys"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body())
                    .contains(SigningKeys.importPem(Files.readString(keys))
                            .active()
                            .kid());
        }
        assertThat(Files.getPosixFilePermissions(keys)).hasSize(2);
        thread.interrupt();
        assertThat(exit.get(20, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void itServesATenantWithoutApps() throws Exception {
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        Thread thread = new Thread(() -> exit.complete(command.run("--empty")));
        String origin = running(thread);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(EmptyTenant.ID, EmptyTenant.APPLICATION_ADMINISTRATOR.upn());
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(origin + "/v1.0/applications"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(401);
        }
        thread.interrupt();
        assertThat(exit.get(20, TimeUnit.SECONDS)).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--port x|--port needs a number",
                "--listen everywhere|--listen needs an IP address, not everywhere",
                "--port|--port needs a value",
                "--port 99999|port must be 0 to 65535",
                "--wat|unknown argument --wat",
                "--ca-file x|--ca-file needs --tls"
            })
    void wrongArgumentsAreNamed(String arguments, String message) {
        assertThat(command.run(arguments.split(" "))).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(message);
    }

    @Test
    void helpIsPrinted() {
        assertThat(command.run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("--directory FILE");
    }

    @Test
    void filesThatCannotBeReadAreNamed() throws Exception {
        assertThat(command.run("--directory", folder.resolve("none").toString()))
                .isEqualTo(1);
        Path broken = folder.resolve("broken.json");
        Files.writeString(broken, "{\"tenants\":[{\"id\":\"x\",\"colour\":\"red\"}]}");
        assertThat(command.run("--directory", broken.toString())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("none")
                .contains("broken.json")
                .contains("colour");
        Files.writeString(broken, "{\"tenants\":[]}");
        assertThatThrownBy(() -> DirectoryFile.read(broken)).hasMessageContaining("at least one tenant");
    }

    @Test
    void usersAndAppsOfAFileAreEnabledUnlessTheySayOtherwise() throws Exception {
        Path file = folder.resolve("directory.json");
        Files.writeString(file, """
                {"tenants":[{"id":"t","domain":"d.example","displayName":"D","users":[
                  {"oid":"1","upn":"a","name":"A"},{"oid":"2","upn":"b","name":"B","enabled":false}]}]}
                """);
        Directory directory = DirectoryFile.read(file);
        assertThat(directory.tenants().getFirst().users().get(0).enabled()).isTrue();
        assertThat(directory.tenants().getFirst().users().get(1).enabled()).isFalse();
    }
}
