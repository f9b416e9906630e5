package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A workload that speaks HTTP+SSE is to clients as any other: Streamable HTTP, judged, filtered and audited. */
class SseTransportTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"write\"}}";
    private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"tools/list\"}";
    private static final String TOOLS = "{\"tools\":[{\"name\":\"write\",\"inputSchema\":{}},"
            + "{\"name\":\"read\",\"inputSchema\":{},\"annotations\":{\"readOnlyHint\":true}}]}";

    private GatewayFixture gateway;
    private SseWorkload old;

    @BeforeEach
    void start() throws IOException {
        old = new SseWorkload(SseTransportTest::answer);
        gateway = new GatewayFixture(
                (request, reply) -> reply.empty(500), GatewayFixture.WRITERS_MAY, GatewayFixture.READ_TOOLS);
        gateway.credentials = Credentials.NONE.with(Map.of("mcp/notes/key", "s3cret"));
        gateway.apply(route(old.url()), gateway.route("other"));
    }

    @AfterEach
    void stop() {
        old.close();
        gateway.close();
    }

    private static void answer(JsonNode message, SseWorkload.Stream stream) throws IOException {
        String id = message.path("id").toString();
        switch (message.path("method").asText()) {
            case "initialize" -> result(stream, id, GatewayFixture.INITIALIZED);
            case "tools/list" -> result(stream, id, TOOLS);
            case "tools/call" -> {
                stream.message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\","
                        + "\"params\":{\"level\":\"info\",\"data\":\"at work\"}}");
                result(stream, id, "{\"content\":[]}");
            }
            default -> {}
        }
    }

    private static void result(SseWorkload.Stream stream, String id, String result) throws IOException {
        stream.message("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}");
    }

    @Test
    void aSessionIsAStreamThere() throws Exception {
        String session = gateway.initialize("ben", "notes");
        HttpResponse<String> called = post("ben", CALL, session);

        assertThat(called.statusCode()).isEqualTo(200);
        assertThat(called.body()).contains("at work").contains("\"id\":7,\"result\":{\"content\":[]}");
        assertThat(old.streams).hasSize(1);
        assertThat(gateway.metric("ostiary_httpsse_sessions")).isEqualTo(1);
        assertThat(gateway.auditLines()).contains("\"tools/call\"");
        assertThat(old.credentials).isNotEmpty().allMatch(said -> said.endsWith(" s3cret"));

        assertThat(delete("ben", session).statusCode()).isEqualTo(200);
        await().atMost(LONG)
                .untilAsserted(() ->
                        assertThat(post("ben", CALL, session).statusCode()).isEqualTo(404));
        assertThat(gateway.metric("ostiary_httpsse_sessions")).isZero();
    }

    @Test
    void whatIsNotPermittedNeverArrivesAndIsNotListed() throws Exception {
        String session = gateway.initialize("anna", "notes");

        assertThat(post("anna", CALL, session).body()).contains("\"error\"");
        assertThat(post("anna", LIST, session).body()).contains("\"read\"").doesNotContain("\"write\"");
        assertThat(old.posted).noneMatch(body -> body.contains("tools/call"));
    }

    @Test
    void aSessionIsItsUsersAlone() throws Exception {
        String session = gateway.initialize("ben", "notes");

        assertThat(post("anna", LIST, session).statusCode()).isEqualTo(404);
    }

    @Test
    void whatTheWorkloadSaysByItselfIsHeardByWhoListens() throws Exception {
        String session = gateway.initialize("ben", "notes");
        try (Events heard = gateway.listen("ben", "notes", session)) {
            assertThat(heard.head().statusCode()).isEqualTo(200);
            old.only().message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");

            assertThat(heard.next()).contains("list_changed");
        }
    }

    @Test
    void aSessionServesAnyNumberOfCallsOneAfterTheOtherAndThenStillHearsTheWorkload() throws Exception {
        String session = gateway.initialize("ben", "notes");
        // More than may wait at one time.
        for (int call = 0; call < 300; call++) {
            assertThat(post("ben", LIST, session).statusCode())
                    .as("call %d", call)
                    .isEqualTo(200);
        }
        try (Events heard = gateway.listen("ben", "notes", session)) {
            assertThat(heard.head().statusCode()).isEqualTo(200);
            old.only().message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");

            assertThat(heard.next()).contains("list_changed");
        }
    }

    @Test
    void whatTheWorkloadAsksIsAnsweredUnderItsOwnId() throws Exception {
        String session = gateway.initialize("ben", "notes");
        try (Events heard = gateway.listen("ben", "notes", session)) {
            assertThat(heard.head().statusCode()).isEqualTo(200);
            old.only().message("{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"method\":\"roots/list\"}");
            String id = Events.id(heard.next());
            assertThat(id).isNotEqualTo("\"7\"");
            String answer = "{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":{\"roots\":[]}}";

            assertThat(post("ben", answer, session).statusCode()).isEqualTo(400);
            assertThat(post("ben", answer.replace("\"7\"", id), session).statusCode())
                    .isEqualTo(202);
            await().atMost(LONG).untilAsserted(() -> assertThat(old.posted).contains(answer));

            old.only()
                    .message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                            + "\"params\":{\"requestId\":\"7\"}}");
            assertThat(heard.next()).contains("\"requestId\":" + id);
        }
    }

    @Test
    void messagesAreSentToTheStreamsOwnOriginAlone() throws Exception {
        try (SseWorkload elsewhere = new SseWorkload(SseTransportTest::answer)) {
            old.endpoint = elsewhere.url().resolve("/messages").toString() + "?session=";
            HttpResponse<String> refused = gateway.post("ben", "notes", GatewayFixture.INITIALIZE);

            assertThat(refused.statusCode()).isEqualTo(502);
            assertThat(elsewhere.posted).isEmpty();
            assertThat(gateway.metric("ostiary_httpsse_sessions")).isZero();
        }
    }

    @Test
    void aStreamThatEndsTakesItsSessionAlong() throws Exception {
        String session = gateway.initialize("ben", "notes");
        old.only().end();

        await().atMost(LONG)
                .untilAsserted(() ->
                        assertThat(post("ben", CALL, session).statusCode()).isEqualTo(404));
    }

    @Test
    void aRequestOutsideASessionMakesClientsInitialize() throws Exception {
        assertThat(gateway.post("ben", "notes", LIST).statusCode()).isEqualTo(400);
    }

    @Test
    void moreSessionsThanAreAllowedAreRefused() throws Exception {
        Route route = route(old.url());
        gateway.apply(
                new Route(
                        route.name(),
                        route.workload(),
                        route.workloadUid(),
                        route.displayName(),
                        null,
                        route.upstream(),
                        route.upstreamAuth(),
                        route.policies(),
                        route.tools(),
                        new dev.ostiary.gateway.config.SessionSettings(1, Duration.ofMinutes(30), false)),
                gateway.route("other"));
        gateway.initialize("ben", "notes");

        assertThat(gateway.post("ben", "notes", GatewayFixture.INITIALIZE).statusCode())
                .isEqualTo(503);
    }

    private Route route(URI url) {
        Route route = gateway.route("notes", GatewayFixture.WRITERS_MAY, GatewayFixture.READ_TOOLS);
        return GatewayFixture.shown(
                GatewayFixture.with(
                        route,
                        route.workloadUid(),
                        new Upstream(url, Upstream.Transport.SSE, true),
                        route.policies(),
                        route.tools()),
                new UpstreamAuth.Secret("X-Api-Key", "mcp/notes/key"));
    }

    private HttpResponse<String> post(String user, String body, String session)
            throws IOException, InterruptedException {
        return gateway.post(user, "notes", body, "Mcp-Session-Id", session);
    }

    private HttpResponse<String> delete(String user, String session) throws IOException, InterruptedException {
        HttpRequest request = gateway.request(user, "notes")
                .header("Mcp-Session-Id", session)
                .DELETE()
                .build();
        return gateway.http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
