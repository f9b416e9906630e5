package dev.ostiary.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.connect.settings.ConnectOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sign-ins at an authorization server that is not ours, with a browser that follows redirects. */
class SignInTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path home;

    private final OtherOAuthServer oauth = new OtherOAuthServer();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = ScriptedServer.start(oauth);
        program("xdg-open", "echo \"$1\" >>'" + home.resolve("opened") + "'\nexec curl -s -L -o /dev/null \"$1\"\n");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void program(String name, String body) throws IOException {
        Path program = Files.createDirectories(home.resolve("bin")).resolve(name);
        Files.writeString(program, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    private LocalClient client(String... variables) throws Exception {
        Map<String, String> environment = new HashMap<>(
                Map.of("HOME", home.toString(), "PATH", home.resolve("bin") + ":/usr/bin:/bin", "DISPLAY", ":0"));
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        InstantSource clock = now::get;
        return LocalClient.of(ConnectOptions.of(server.url().toString()), environment, clock);
    }

    private List<String> opened() throws IOException {
        Path opened = home.resolve("opened");
        return Files.exists(opened) ? Files.readAllLines(opened) : List.of();
    }

    private String refusal() throws Exception {
        try (LocalClient client = client()) {
            client.send(LocalClient.INITIALIZE);
            return client.message().path("error").path("message").asText();
        }
    }

    @Test
    void aSignInServesEveryProcessAndIsRefreshedByOne() throws Exception {
        try (LocalClient first = client();
                LocalClient second = client()) {
            assertThat(first.initialize().path("result").isObject()).isTrue();
            assertThat(second.initialize().path("result").isObject()).isTrue();
            assertThat(opened()).hasSize(1);

            now.set(now.get().plus(Duration.ofMinutes(56)));
            assertThat(first.call(1, "tools/list").has("result")).isTrue();
            assertThat(second.call(1, "tools/list").has("result")).isTrue();
            assertThat(oauth.grants).containsExactly("authorization_code", "refresh_token");
            assertThat(first.errors()).noneMatch(line -> line.contains("access-") || line.contains("refresh-"));
        }
        // A week with the lid closed.
        now.set(now.get().plus(Duration.ofDays(7)));
        try (LocalClient later = client()) {
            later.initialize();
            assertThat(later.errors()).isEmpty();
        }
        assertThat(oauth.grants).hasSize(3);
        assertThat(oauth.registrations).hasValue(1);
        try (Stream<Path> kept = Files.walk(home.resolve(".local/state/ostiary/connect"))) {
            for (Path path : kept.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .as(path.toString())
                        .endsWith("------");
            }
        }
    }

    /** By how much it is too far on cannot be known: the token may have expired long ago. */
    @Test
    void aClockThatIsSetBackMakesNoTokenLastLonger() throws Exception {
        try (LocalClient client = client()) {
            client.initialize();
            now.set(now.get().minus(Duration.ofDays(2)));
            assertThat(client.call(1, "tools/list").has("result")).isTrue();
            assertThat(client.call(2, "tools/list").has("result")).isTrue();
        }
        assertThat(oauth.grants).containsExactly("authorization_code", "refresh_token");
    }

    @Test
    void aTokenRefusedInMidSessionIsRefreshed() throws Exception {
        try (LocalClient client = client()) {
            client.initialize();
            oauth.refuseTokens();
            assertThat(client.call(1, "tools/list").has("result")).isTrue();
        }
        assertThat(oauth.grants).containsExactly("authorization_code", "refresh_token");
        assertThat(opened()).hasSize(1);
    }

    @Test
    void aSignInThatHasEndedIsDoneAgainWithTheSameClient() throws Exception {
        try (LocalClient client = client()) {
            client.initialize();
            oauth.refreshFails = true;
            oauth.refuseTokens();
            assertThat(client.call(1, "tools/list").has("result")).isTrue();
            assertThat(client.errors()).anyMatch(line -> line.contains("the sign-in has ended (invalid_grant"));
        }
        assertThat(opened()).hasSize(2);
        assertThat(oauth.registrations).hasValue(1);
    }

    /** A browser that opens by itself at night, and again after every time-out, helps nobody. */
    @Test
    void nobodyIsAskedToSignInForWhatNobodyWaitsFor() throws Exception {
        oauth.session = "s";
        oauth.stream = new CountDownLatch(1);
        try (LocalClient client = client()) {
            client.initialize();
            await().atMost(SOON).until(() -> oauth.streams.get() == 1);
            // The sign-in ends: at the server, for good.
            oauth.refreshFails = true;
            oauth.refuseTokens();
            oauth.stream.countDown();
            await().atMost(SOON)
                    .until(() ->
                            client.errors().stream().anyMatch(line -> line.contains("a sign-in for " + server.url())));
            assertThat(client.call(1, "ping").path("error").path("message").asText())
                    .contains("is needed");
            client.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/roots/list_changed\"}");
            int refused = oauth.streams.get();
            assertThat(opened()).hasSize(1);
            // And nobody asks with the refresh token that was refused.
            assertThat(oauth.grants).containsExactly("authorization_code", "refresh_token");

            assertThat(client.call(2, "tools/list").has("result")).isTrue();
            assertThat(opened()).hasSize(2);
            await().atMost(SOON).until(() -> oauth.streams.get() > refused);
            oauth.refuseTokens();
            client.end();
        }
        assertThat(opened()).hasSize(2);
    }

    @Test
    void aClientOfDeviceCodesIsNotTakenToTheBrowser() throws Exception {
        oauth.offersDevice = true;
        try (LocalClient client = client("DISPLAY", "")) {
            assertThat(client.initialize().path("result").isObject()).isTrue();
        }
        oauth.refreshFails = true;
        oauth.refuseTokens();
        try (LocalClient client = client()) {
            assertThat(client.initialize().path("result").isObject()).isTrue();
        }
        assertThat(opened()).hasSize(1);
        assertThat(oauth.registrations).hasValue(2);
    }

    @Test
    void whatAnotherProcessSignedInForIsUsedAtOnce() throws Exception {
        oauth.denied = "access_denied";
        try (LocalClient first = client();
                LocalClient second = client()) {
            first.send(LocalClient.INITIALIZE);
            assertThat(first.message().path("error").path("message").asText()).contains("access_denied");
            oauth.denied = null;
            assertThat(second.initialize().path("result").isObject()).isTrue();
            assertThat(first.initialize().path("result").isObject()).isTrue();
        }
        assertThat(opened()).hasSize(2);
    }

    @Test
    void aTokenThatIsNoBearerTokenIsNotSentAsOne() throws Exception {
        oauth.tokenType = "DPoP";
        assertThat(refusal()).contains("issued what is no bearer token");
        assertThat(server.asked()).noneMatch(asked -> asked.header("Authorization") != null);
    }

    /** What a defect or somebody else left there is no reason to be silent. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"format\":1,\"clientId\":\"c\",\"refreshToken\":\"r\"}",
                "{\"format\":1,\"clientId\":\"c\",\"tokenEndpoint\":\"nowhere\",\"refreshToken\":\"r\",\"accessToken\":\"a\"}",
                "{\"format\":1,\"clientId\":\"c\",\"tokenEndpoint\":\"http://127.0.0.1:1/\",\"accessToken\":\"a\\nb\"}",
                "{\"format\":1,\"clientId\":\"c\",\"tokenEndpoint\":\"http://127.0.0.1:1/\",\"accessToken\":\"a\","
                        + "\"expiresAt\":9223372036854775807,\"issuedAt\":-9223372036854775807}",
            })
    void filesThatAreNoLongerWholeAreSignedInOver(String text) throws Exception {
        try (LocalClient client = client()) {
            client.initialize();
        }
        try (Stream<Path> kept = Files.list(home.resolve(".local/state/ostiary/connect"))) {
            Path file = kept.filter(path -> path.toString().endsWith(".json"))
                    .findFirst()
                    .orElseThrow();
            Files.writeString(file, text);
        }
        try (LocalClient client = client()) {
            assertThat(client.initialize().path("result").isObject()).isTrue();
            assertThat(client.errors()).noneMatch(line -> line.contains("should not have happened"));
        }
        assertThat(opened()).hasSize(2);
    }

    @Test
    void aServerThatRegistersNoScopesIsAskedWithoutThem() throws Exception {
        oauth.refusesScopes = true;
        try (LocalClient client = client()) {
            assertThat(client.initialize().path("result").isObject()).isTrue();
        }
        assertThat(oauth.registrations).hasValue(1);
        assertThat(opened().getFirst()).contains("&scope=notes");
    }

    @Test
    void aServerThatForgotTheClientGetsAnother() throws Exception {
        try (LocalClient client = client()) {
            client.initialize();
            oauth.forgetClients();
            oauth.refuseTokens();
            assertThat(client.call(1, "tools/list").has("result")).isTrue();
            assertThat(client.errors()).anyMatch(line -> line.contains("the sign-in has ended (invalid_client"));
        }
        assertThat(oauth.registrations).hasValue(2);
        assertThat(opened()).hasSize(2);
    }

    @Test
    void aServerThatGivesRefreshTokensOnConsentAloneIsAskedForIt() throws Exception {
        oauth.offersOffline = true;
        try (LocalClient client = client()) {
            assertThat(client.initialize().path("result").isObject()).isTrue();
        }
        assertThat(opened().getFirst()).contains("scope=notes+offline_access&").endsWith("&prompt=consent");
    }

    @Test
    void anAnswerOfAnotherServerIsRefused() throws Exception {
        oauth.iss = "http://127.0.0.1:1";
        assertThat(refusal()).contains("answered by another server").contains("RFC 9207");
        assertThat(oauth.grants).isEmpty();
    }

    @Test
    void whoSaysNoIsNotAskedAgainAtOnce() throws Exception {
        oauth.denied = "access_denied";
        try (LocalClient client = client()) {
            client.send(LocalClient.INITIALIZE);
            assertThat(client.message().path("error").path("message").asText()).contains("access_denied");
            client.send(LocalClient.INITIALIZE);
            client.message();
        }
        assertThat(opened()).hasSize(1);
    }

    @Test
    void metadataForAnotherServerIsRefused() throws Exception {
        oauth.resource = "http://127.0.0.1:1/mcp";
        assertThat(refusal()).contains("is for http://127.0.0.1:1/mcp, not for " + server.url());
        assertThat(opened()).isEmpty();
    }

    @Test
    void withoutAScreenACodeIsEnteredElsewhere() throws Exception {
        oauth.offersDevice = true;
        try (LocalClient client = client("DISPLAY", "")) {
            assertThat(client.initialize().path("result").isObject()).isTrue();
            assertThat(client.errors()).anyMatch(line -> line.contains("enter the code ABCD-EFGH"));
        }
        assertThat(oauth.devicePolls).hasValue(2);
        assertThat(opened()).isEmpty();
    }

    @Test
    void aKeychainKeepsTheTokensAndSeesThemOnStandardInputAlone() throws Exception {
        Path kept = home.resolve("keychain");
        program(
                "secret-tool",
                "echo \"$@\" >>'" + kept + ".calls'\n"
                        + "case $1 in\nstore) cat >'" + kept + "' ;;\nlookup) [ -e '" + kept + "' ] || exit 1; cat '"
                        + kept
                        + "' ;;\nesac\n");
        for (int i = 0; i < 2; i++) {
            try (LocalClient client = client("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")) {
                assertThat(client.initialize().path("result").isObject()).isTrue();
            }
        }
        assertThat(opened()).hasSize(1);
        assertThat(Files.readString(kept)).matches("1\\.[0-9a-f]{32}\\.[A-Za-z0-9+/=]+");
        assertThat(Files.readString(Path.of(kept + ".calls")))
                .contains("lookup service ostiary-connect key ")
                .doesNotContain(Files.readString(kept));
        try (Stream<Path> files = Files.list(home.resolve(".local/state/ostiary/connect"))) {
            assertThat(files).allMatch(file -> file.toString().endsWith(".lock"));
        }
    }
}
