package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Upstream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that speaks HTTP+SSE alone, in front of servers of any transport. */
class LegacySseTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"write\"}}";
    private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"tools/list\"}";
    private static final String TOOLS = "{\"tools\":[{\"name\":\"write\",\"inputSchema\":{}},"
            + "{\"name\":\"read\",\"inputSchema\":{},\"annotations\":{\"readOnlyHint\":true}}]}";

    private GatewayFixture gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = new GatewayFixture(LegacySseTest::answer, GatewayFixture.WRITERS_MAY, GatewayFixture.READ_TOOLS);
        serve(true);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    /** A server of Streamable HTTP that keeps sessions, answers calls by stream and all else whole. */
    private static void answer(Workload.Received request, Workload.Reply reply) throws IOException {
        String result = "{\"jsonrpc\":\"2.0\",\"id\":" + request.id() + ",\"result\":";
        switch (request.method() + " " + request.rpc()) {
            case "POST initialize" -> {
                reply.header("Mcp-Session-Id", "one");
                reply.json(200, result + GatewayFixture.INITIALIZED + "}");
            }
            case "POST tools/list" -> reply.json(200, result + TOOLS + "}");
            case "POST tools/call" -> {
                OutputStream events = reply.events();
                events.write(("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\","
                                + "\"params\":{\"level\":\"info\",\"data\":\"at work\"}}\n\n"
                                + "data: " + result + "{\"content\":[]}}\n\n")
                        .getBytes(StandardCharsets.UTF_8));
            }
            case "DELETE " -> reply.empty(200);
            case "GET " -> reply.empty(405);
            default -> reply.empty(202);
        }
    }

    private void serve(boolean legacySse) {
        gateway.listener = new ListenerSettings(
                List.of(),
                List.of(),
                ListenerSettings.Limits.DEFAULT,
                ListenerSettings.Timeouts.DEFAULT,
                legacySse ? true : null);
        gateway.apply(
                gateway.route("notes", GatewayFixture.WRITERS_MAY, GatewayFixture.READ_TOOLS), gateway.route("other"));
    }

    @Test
    void whatIsPostedIsAnsweredOnTheStream() throws Exception {
        try (Events stream = open("ben")) {
            String endpoint = endpoint(stream);
            assertThat(post("ben", endpoint, GatewayFixture.INITIALIZE).statusCode())
                    .isEqualTo(202);
            assertThat(stream.next()).contains("\"serverInfo\"");
            assertThat(post("ben", endpoint, CALL).statusCode()).isEqualTo(202);
            assertThat(stream.next()).contains("at work");
            assertThat(stream.next()).contains("\"id\":7,\"result\":{\"content\":[]}");
            assertThat(gateway.metric("ostiary_legacysse_streams")).isEqualTo(1);
        }
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(gateway.workload.received())
                        .anyMatch(request -> request.method().equals("DELETE")
                                && request.header("Mcp-session-id").contains("one")));
        assertThat(gateway.metric("ostiary_legacysse_streams")).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeAnswerArrives(boolean asEvent) throws Exception {
        String large = "x".repeat(500_000);
        String content = "[{\"type\":\"text\",\"text\":\"" + large + "\"}]";
        String result = "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"content\":" + content + "}}";
        String call = CALL.replace("\"write\"", "\"write\",\"arguments\":{\"a\":\"" + large + "\"}");
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("tools/call")) {
                if (asEvent) {
                    reply.events().write(("data: " + result + "\n\n").getBytes(StandardCharsets.UTF_8));
                } else {
                    reply.json(200, result);
                }
            } else {
                answer(request, reply);
            }
        });
        try (Events stream = open("ben")) {
            String endpoint = endpoint(stream);
            post("ben", endpoint, GatewayFixture.INITIALIZE);
            assertThat(stream.next()).contains("\"serverInfo\"");
            assertThat(post("ben", endpoint, call).statusCode()).isEqualTo(202);

            assertThat(stream.next()).contains(large);
        }
    }

    @Test
    void callsAreDecidedAndListsFilteredAsEver() throws Exception {
        try (Events stream = open("anna")) {
            String endpoint = endpoint(stream);
            post("anna", endpoint, GatewayFixture.INITIALIZE);
            assertThat(stream.next()).contains("\"serverInfo\"");
            post("anna", endpoint, CALL);
            assertThat(stream.next()).contains("\"id\":7").contains("\"error\"");
            post("anna", endpoint, LIST);
            assertThat(stream.next()).contains("\"read\"").doesNotContain("\"write\"");
        }
        assertThat(gateway.workload.received())
                .noneMatch(request -> request.rpc().equals("tools/call"));
        assertThat(gateway.auditLines()).contains("\"tools/call\"");
    }

    @Test
    void aStreamIsOfUseToItsUserAlone() throws Exception {
        try (Events stream = open("ben")) {
            String endpoint = endpoint(stream);

            assertThat(post("anna", endpoint, GatewayFixture.INITIALIZE).statusCode())
                    .isEqualTo(404);
            assertThat(post("", endpoint, GatewayFixture.INITIALIZE).statusCode())
                    .isEqualTo(401);
            assertThat(post("ben", "/notes/sse?session=made-up", GatewayFixture.INITIALIZE)
                            .statusCode())
                    .isEqualTo(404);
            assertThat(gateway.workload.received()).isEmpty();
        }
    }

    @Test
    void whatTheServerAsksIsAnsweredUnderItsOwnId() throws Exception {
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("tools/call")) {
                reply.events()
                        .write(("data: {\"jsonrpc\":\"2.0\",\"id\":70,\"method\":\"elicitation/create\","
                                        + "\"params\":{\"message\":\"sure?\"}}\n\n")
                                .getBytes(StandardCharsets.UTF_8));
            } else {
                answer(request, reply);
            }
        });
        try (Events stream = open("ben")) {
            String endpoint = endpoint(stream);
            post("ben", endpoint, GatewayFixture.INITIALIZE);
            assertThat(stream.next()).contains("\"serverInfo\"");
            post("ben", endpoint, CALL);
            String asked = stream.next();
            assertThat(asked).contains("elicitation/create");
            String answer = "{\"jsonrpc\":\"2.0\",\"id\":70,\"result\":{\"action\":\"decline\"}}";
            post("ben", endpoint, answer.replace("70", Events.id(asked)));

            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(gateway.workload.received())
                            .anyMatch(request -> request.body().equals(answer)));
        }
    }

    @Test
    void strangersAreAskedToSignIn() throws Exception {
        HttpResponse<String> refused = gateway.http.send(get("").build(), HttpResponse.BodyHandlers.ofString());

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("www-authenticate")).isPresent();
    }

    @Test
    void unlessItIsEnabledThereIsNothingThere() throws Exception {
        try (Events stream = open("ben")) {
            endpoint(stream);
            serve(false);

            assertThat(stream.next()).isIn(Events.END, Events.BROKEN);
            assertThat(gateway.http
                            .send(get("ben").build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void theServerMaySpeakTheSameTransport() throws Exception {
        try (SseWorkload old = new SseWorkload((message, there) -> there.message("{\"jsonrpc\":\"2.0\",\"id\":"
                + message.path("id") + ",\"result\":" + GatewayFixture.INITIALIZED + "}"))) {
            Route route = gateway.route("notes", GatewayFixture.WRITERS_MAY);
            gateway.apply(
                    GatewayFixture.with(
                            route,
                            route.workloadUid(),
                            new Upstream(old.url(), Upstream.Transport.SSE, true),
                            route.policies(),
                            route.tools()),
                    gateway.route("other"));
            try (Events stream = open("ben")) {
                post("ben", endpoint(stream), GatewayFixture.INITIALIZE);

                assertThat(stream.next()).contains("\"serverInfo\"");
                await().atMost(LONG)
                        .untilAsserted(() -> old.only()
                                .message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}"));
                assertThat(stream.next()).contains("list_changed");
            }
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(gateway.metric("ostiary_httpsse_sessions"))
                            .isZero());
        }
    }

    private HttpRequest.Builder get(String user) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.publicUrl() + "/notes/sse"))
                .header("Accept", "text/event-stream");
        return user.isEmpty() ? request : request.header("Authorization", "Bearer " + gateway.token(user, "notes"));
    }

    private Events open(String user) {
        return gateway.events(get(user).build());
    }

    /** The path and query that the first event names. */
    private static String endpoint(Events stream) throws InterruptedException {
        String event = stream.next();
        assertThat(event).startsWith("event: endpoint\ndata: /notes/sse?session=");
        return event.substring(event.indexOf("data: ") + 6).strip();
    }

    private HttpResponse<String> post(@Nullable String user, String endpoint, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.publicUrl() + endpoint))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (user != null && !user.isEmpty()) {
            request.header("Authorization", "Bearer " + gateway.token(user, "notes"));
        }
        return gateway.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
