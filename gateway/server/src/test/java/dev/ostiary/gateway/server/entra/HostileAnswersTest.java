package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Lookup;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes back from the addresses of Entra and Graph, nobody gets in and nothing grows. */
class HostileAnswersTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    private static final String TOKEN =
            "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"abc\",\"refresh_token\":\"def\"}";

    private final ImpatientTime time = new ImpatientTime();
    private final KeySets keySets = new KeySets(KeySetSettings.DEFAULT, new ManualTime(), KeySetMetrics.NONE);
    private final CountingMetrics metrics = new CountingMetrics();
    private final EntraServices services = new EntraServices(
            time,
            metrics,
            new CallLimits(
                    Duration.ofMillis(800),
                    Duration.ofSeconds(30),
                    2,
                    Duration.ofMillis(10),
                    100,
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(1)),
            new GraphGroupLookup.Limits(Duration.ofMinutes(5), 10_000, 200, 100, 1_000),
            name -> null);

    @AfterEach
    void close() {
        services.close();
        keySets.close();
    }

    private EntraServices.Registration at(URI login, URI graph) {
        EntraSettings settings = SignInFixture.settings(login, graph, SignInFixture.BY_SECRET, Lookup.APP);
        return services.use(
                settings,
                SignInFixture.CREDENTIALS,
                EgressSettings.DIRECT,
                keySets.use(settings, EgressSettings.DIRECT));
    }

    private record Bad(String reason, String response) {
        @Override
        public String toString() {
            return reason + " " + response.substring(0, Math.min(120, response.length()));
        }
    }

    static List<Bad> badAnswers() {
        return List.of(
                new Bad("Unreachable", ""),
                new Bad("Unreachable", "HTTP/1.1 200 O"),
                new Bad("Unreachable", "\u0000\u0001\u0002\r\n\r\n"),
                new Bad("Unreachable", "SSH-2.0-OpenSSH_9.9\r\n"),
                new Bad("Unreachable", OK + "Content-Length: 100\r\n\r\n{\"half"),
                new Bad("UnusableAnswer", OK + "Content-Length: -1\r\n\r\n{}"),
                new Bad("Unreachable", OK + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"),
                new Bad("Unreachable", OK + "Content-Length: 600000\r\n\r\n{\"a\":\"" + "x".repeat(600_000) + "\"}"),
                new Bad("Unreachable", OK + "X-Filler: " + "x".repeat(2_000_000) + "\r\n\r\n{}"),
                new Bad(
                        "WrongStatus",
                        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
                new Bad("WrongStatus", "HTTP/1.1 304 Not Modified\r\n\r\n"),
                new Bad("NotJson", "HTTP/1.1 204 No Content\r\n\r\n"),
                new Bad("NotJson", OK + "Content-Length: 0\r\n\r\n"),
                new Bad("NotJson", OK.replace("json", "xml") + "Content-Length: 2\r\n\r\n{}"),
                new Bad("NotJson", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}"),
                new Bad("NotJson", "HTTP/1.1 200 OK\r\nContent-Length: " + TOKEN.length() + "\r\n\r\n" + TOKEN),
                new Bad("NotJson", RawServer.json("[]")),
                new Bad("NotJson", RawServer.json("{\"access_token\"")),
                new Bad("NotJson", RawServer.json(TOKEN + TOKEN)),
                new Bad("NotJson", RawServer.json("{\"access_token\":\"a\",\"access_token\":\"b\"}")),
                new Bad("NotJson", RawServer.json("{\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}")),
                new Bad("ServerError", RawServer.json(500, "{\"error\":\"invalid_grant\"}", "")),
                new Bad("ServerError", RawServer.json(503, "", "Retry-After: soon\r\n")),
                new Bad("Throttled", RawServer.json(429, "", "Retry-After: 99999999999999999999\r\n")),
                new Bad("UnusableAnswer", RawServer.json("{}")),
                new Bad("UnusableAnswer", RawServer.json(TOKEN.replace("Bearer", "mac"))),
                new Bad("UnusableAnswer", RawServer.json(TOKEN.replace("3600", "0"))),
                new Bad("UnusableAnswer", RawServer.json(TOKEN.replace("3600", "-1"))),
                new Bad("UnusableAnswer", RawServer.json(TOKEN.replace("3600", "1e9"))),
                new Bad("UnusableAnswer", RawServer.json(TOKEN.replace("3600", "99999999999"))),
                new Bad("UnusableAnswer", RawServer.json(TOKEN.replace("\"abc\"", "7"))),
                new Bad("UnusableAnswer", RawServer.json(TOKEN.replace("abc", "a\\nb"))),
                new Bad("UnusableAnswer", RawServer.json(TOKEN.replace("\"def\"", "{}"))),
                new Bad("UnusableAnswer", RawServer.json(400, "{}", "")),
                new Bad("UnusableAnswer", RawServer.json(403, "<html>", "")),
                new Bad("IdTokenMissing", RawServer.json(TOKEN)),
                new Bad("IdTokenNotAJws", RawServer.json(TOKEN.replace("}", ",\"id_token\":\"x.y.z\"}"))));
    }

    @ParameterizedTest
    @MethodSource("badAnswers")
    void aTokenEndpointThatMisbehavesSaysNothingAboutTheUser(Bad bad) throws IOException {
        try (RawServer server = RawServer.answering(bad.response())) {
            EntraSignIn signIn = at(server.origin(), server.origin()).signIn();
            EntraUnavailableException failure = SignInFixture.unavailable(() -> signIn.renew("the-refresh-token"));
            assertThat(failure.reason()).isEqualTo(bad.reason());
            assertThat(failure.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofHours(1));
            assertThat(String.valueOf(failure.getMessage()))
                    .doesNotContain("the-refresh-token")
                    .doesNotContain(Registrations.SECRET);
        }
    }

    @Test
    void anAnswerThatTricklesInIsGivenUpInTimeAndTheCodeIsNotSentAgain() throws IOException {
        try (RawServer server = new RawServer((request, out) -> {
            out.write((OK + "Content-Length: 100000\r\n\r\n{").getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write(' ');
                out.flush();
                Thread.sleep(20);
            }
        })) {
            EntraSignIn signIn = at(server.origin(), server.origin()).signIn();
            assertThat(SignInFixture.unavailable(
                                    () -> signIn.redeem(Registrations.CALLBACK, "code", "verifier", "nonce"))
                            .reason())
                    .isEqualTo("TimedOut");
            assertThat(tokenRequests(server)).isEqualTo(1);
        }
    }

    private static long tokenRequests(RawServer server) {
        return server.requests().stream()
                .filter(request -> request.startsWith("POST /" + Registrations.TENANT + "/oauth2/v2.0/token "))
                .count();
    }

    /** Graph answers as the script says; the token endpoint is well. */
    private GroupLookup graph(RawServer login, RawServer graph) {
        return at(login.origin(), graph.origin()).groups();
    }

    private static String page(String nextLink) {
        return RawServer.json(
                "{\"value\":[{\"id\":\"" + SampleDirectories.STAFF + "\"}],\"@odata.nextLink\":" + nextLink + "}");
    }

    static List<String> wrongLinks() {
        return List.of(
                "\"http://evil.example/v1.0/x\"",
                "\"//evil.example/v1.0/x\"",
                "\"/v1.0/me\"",
                "\"http://127.0.0.1:1/v1.0/x\"",
                "\"http://127.0.0.1@evil.example/v1.0/x\"",
                "\"http://user@ORIGIN/v1.0/x\"",
                "\"https://ORIGIN/v1.0/x\"",
                "\"http://ORIGIN/beta/x\"",
                "\"http://ORIGIN/v1.0/../admin\"",
                "\"http://ORIGIN.evil.example/v1.0/x\"",
                "\"ht tp://\"",
                "\"\"",
                "7",
                "{}");
    }

    @ParameterizedTest
    @MethodSource("wrongLinks")
    void theTokenGoesNowhereElseWithTheNextPage(String link) throws IOException {
        try (RawServer login = RawServer.answering(RawServer.json(TOKEN));
                RawServer graph = new RawServer((request, out) -> {
                    String host = request.substring(
                            request.indexOf("Host: ") + 6, request.indexOf("\r\n", request.indexOf("Host: ")));
                    out.write(page(link.replace("ORIGIN", host)).getBytes(StandardCharsets.UTF_8));
                })) {
            assertThat(SignInFixture.unavailable(() -> graph(login, graph).allOf(SampleDirectories.ALICE.oid(), null))
                            .reason())
                    .isEqualTo("WrongNextLink");
            assertThat(graph.requests()).hasSize(1);
        }
    }

    @Test
    void pagesWithoutEndEnd() throws IOException {
        try (RawServer login = RawServer.answering(RawServer.json(TOKEN));
                RawServer graph = new RawServer((request, out) -> {
                    String host = request.substring(
                            request.indexOf("Host: ") + 6, request.indexOf("\r\n", request.indexOf("Host: ")));
                    out.write(page("\"http://" + host + "/v1.0/again\"").getBytes(StandardCharsets.UTF_8));
                })) {
            assertThat(SignInFixture.unavailable(() -> graph(login, graph).allOf(SampleDirectories.ALICE.oid(), null))
                            .reason())
                    .isEqualTo("TooManyGroups");
            assertThat(graph.requests()).hasSize(11);
        }
    }

    static List<String> wrongMemberships() {
        return List.of(
                "{}",
                "{\"value\":null}",
                "{\"value\":{}}",
                "{\"value\":[1]}",
                "{\"value\":[null]}",
                "{\"value\":[\"Readers\"]}",
                "{\"value\":[{\"id\":\"" + SampleDirectories.STAFF + "\"}]}",
                "{\"value\":[\"" + SampleDirectories.EVERYBODY + "\"]}");
    }

    @ParameterizedTest
    @MethodSource("wrongMemberships")
    void aMembershipThatWasNotAskedForOrIsNoneIsNotBelieved(String body) throws IOException {
        try (RawServer login = RawServer.answering(RawServer.json(TOKEN));
                RawServer graph = RawServer.answering(RawServer.json(body))) {
            assertThat(SignInFixture.unavailable(() -> graph(login, graph)
                                    .memberOf(SampleDirectories.ALICE.oid(), Set.of(SampleDirectories.STAFF), null))
                            .reason())
                    .isEqualTo("UnusableAnswer");
        }
    }

    @Test
    void overageEndpointsAndRedirectsOfGraphAreNotFollowed() throws IOException {
        try (RawServer login = RawServer.answering(RawServer.json(TOKEN));
                RawServer elsewhere = RawServer.answering(RawServer.json("{\"value\":[]}"));
                RawServer graph = RawServer.answering(
                        "HTTP/1.1 307 x\r\nLocation: " + elsewhere.origin() + "/v1.0/x\r\nContent-Length: 0\r\n\r\n")) {
            assertThat(SignInFixture.unavailable(() -> graph(login, graph).allOf(SampleDirectories.ALICE.oid(), null))
                            .reason())
                    .isEqualTo("WrongStatus");
            assertThat(elsewhere.requests()).isEmpty();
        }
    }
}
