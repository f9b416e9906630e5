package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.gateway.server.McpUser.Tokens;
import dev.ostiary.gateway.server.keys.QuestionIds;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a workload asks a client through one replica is answered at another. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuestionsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NOTE = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}";

    private static final String NOTIFIED = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/roots/list_changed\"}";

    /** Where a question travels. */
    enum Way {
        /** On the stream that answers a call. */
        CALL,
        /** On the stream that a client listens to. */
        LISTENING,
        /** In a batch, among others. */
        BATCH
    }

    private final BlockingQueue<Workload.Stream> streams = new LinkedBlockingQueue<>();
    private final List<Workload.Stream> begun = new ArrayList<>();
    private final List<HttpClient> clients = new ArrayList<>();
    private Replicas gateway;
    private Tokens ben;
    private Tokens benElsewhere;
    private Tokens anna;

    @BeforeAll
    void start() throws Exception {
        gateway = new Replicas(2, null, null, this::answer);
        Duration left = leftOfHalfDay(gateway.time.wallMillis());
        if (left.toMinutes() < 10) {
            // A question's id changes where the half-day does, and not in the middle of these tests.
            gateway.advance(left.plusSeconds(1));
        }
        // Grants are in the memory of this one.
        gateway.onlyReplica(0);
        ben = gateway.user("ben").signIn("notes");
        benElsewhere = gateway.user("ben").signIn("other");
        anna = gateway.user("anna").signIn("notes");
    }

    private static Duration leftOfHalfDay(long millis) {
        long half = QuestionIds.ANSWERABLE.toMillis();
        return Duration.ofMillis(half - millis % half);
    }

    @AfterEach
    void nothingIsLeft() {
        begun.addAll(streams);
        streams.clear();
        begun.forEach(Workload.Stream::end);
        begun.clear();
        clients.forEach(HttpClient::shutdownNow);
        clients.clear();
        gateway.workload.received().clear();
    }

    @AfterAll
    void stop() throws IOException {
        gateway.close();
    }

    private void answer(Workload.Received request, Workload.Reply reply) throws IOException {
        switch (request.method() + " " + request.rpc()) {
            case "POST initialize" ->
                reply.header("Mcp-Session-Id", "session-" + UUID.randomUUID())
                        .result(request, GatewayFixture.INITIALIZED.replace("2025-06-18", "2025-03-26"));
            case "POST tools/list" -> reply.result(request, GatewayScenario.TOOLS);
            case "GET ", "POST tools/call" -> reply.handOver(streams);
            default -> reply.empty(202);
        }
    }

    static Stream<Arguments> everyWayAndId() {
        List<String> ids = List.of(
                "0",
                "70",
                "-7",
                "9007199254740991",
                "-9007199254740991",
                "\"\"",
                "\"70\"",
                "\"a question\"",
                "\"é 🎉 \\u0061 \\ud800 \\\"\\\\\\/\"",
                '"' + "x".repeat(510) + '"',
                // The beginning of one that the gateway makes.
                "\"AQhzZWFsaW5nMQAAoRU3MA\"");
        return Stream.of(Way.values()).flatMap(way -> ids.stream().map(id -> Arguments.of(way, id)));
    }

    @ParameterizedTest
    @MethodSource("everyWayAndId")
    void whatOneReplicaPassesOnIsAnsweredAtTheOther(Way way, String id) throws Exception {
        String session = session("notes", ben);
        try (Events heard = hear(way, session)) {
            Workload.Stream workload = stream();
            say(way, workload, question(id));
            String asked = heard.next();

            assertThat(asked).contains("roots/list").contains("\"kept\": [1.0, \"\\u00e9\"]");
            String shown = shownId(asked);
            assertThat(shown).isNotEqualTo(id).matches("\"[A-Za-z0-9_-]+\"");
            gateway.onlyReplica(1);
            assertThat(post(ben, session, response(shown))).isEqualTo(202);
            assertThat(lastReceived()).isEqualTo(response(id));
        }
    }

    @Test
    void anIdLikeTheGatewaysOwnIsAnIdLikeAnyOther() throws Exception {
        String session = session("notes", ben);
        try (Events heard = hear(Way.CALL, session)) {
            Workload.Stream workload = stream();
            String shown = ask(workload, heard, "1");
            String again = ask(workload, heard, shown);

            assertThat(again).isNotEqualTo(shown);
            gateway.onlyReplica(1);
            assertThat(post(ben, session, response(again))).isEqualTo(202);
            assertThat(lastReceived()).isEqualTo(response(shown));
            assertThat(post(ben, session, response(shown))).isEqualTo(202);
            assertThat(lastReceived()).isEqualTo(response("1"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "1e2", "-0", "9007199254740992", "null", "true", "[1]", "{}"})
    void whatIsNoIdIsNotPassedOn(String id) throws Exception {
        assertNotPassedOn(id);
    }

    @Test
    void anIdThatIsTooLongIsNotPassedOn() throws Exception {
        assertNotPassedOn('"' + "x".repeat(511) + '"');
    }

    private void assertNotPassedOn(String id) throws Exception {
        String session = session("notes", ben);
        try (Events heard = hear(Way.LISTENING, session)) {
            stream().message(question(id)).message(NOTE);

            assertThat(heard.next()).contains("notifications/message");
        }
    }

    @Test
    void whatWasNotAskedHereIsNotAnswered() throws Exception {
        String session = session("notes", ben);
        String sessionToo = session("notes", ben);
        try (Events heard = hear(Way.CALL, session)) {
            String shown = ask(stream(), heard, "70");
            int received = gateway.workload.received().size();

            gateway.onlyReplica(1);
            assertThat(post(ben, session, response("70")))
                    .as("the workload's own id")
                    .isEqualTo(400);
            assertThat(post(ben, session, response("\"made-up\"")))
                    .as("made up")
                    .isEqualTo(400);
            for (int at : new int[] {1, 5, shown.length() / 2, shown.length() - 2}) {
                char other = shown.charAt(at) == 'x' ? 'y' : 'x';
                String altered = shown.substring(0, at) + other + shown.substring(at + 1);
                assertThat(post(ben, session, response(altered))).as(altered).isEqualTo(400);
            }
            assertThat(post(ben, sessionToo, response(shown)))
                    .as("another session")
                    .isEqualTo(400);
            assertThat(post(ben, null, response(shown))).as("no session").isEqualTo(400);
            assertThat(post(anna, session, response(shown)))
                    .as("somebody else's session")
                    .isEqualTo(404);
            assertThat(gateway.workload.received()).hasSize(received);
            String hers = session("notes", anna);
            String elsewhere = session("other", benElsewhere);
            gateway.onlyReplica(1);
            assertThat(post(anna, hers, response(shown))).as("somebody else").isEqualTo(400);
            assertThat(call("other", benElsewhere, elsewhere, response(shown)).statusCode())
                    .as("another route")
                    .isEqualTo(400);
            assertThat(gateway.workload.received())
                    .noneMatch(request -> request.body().contains("\"result\":"));

            assertThat(post(ben, session, response(shown))).isEqualTo(202);
        }
    }

    @Test
    void aReplicaTakesOneAnswer() throws Exception {
        String session = session("notes", ben);
        try (Events heard = hear(Way.CALL, session)) {
            Workload.Stream workload = stream();
            String shown = ask(workload, heard, "70");
            gateway.onlyReplica(1);
            HttpResponse<String> twice =
                    call("notes", ben, session, "[" + response(shown) + "," + response(shown) + "]");
            assertThat(twice.statusCode()).isEqualTo(400);
            assertThat(post(ben, session, response(shown))).isEqualTo(202);
            assertThat(post(ben, session, response(shown))).isEqualTo(400);
            assertThat(gateway.workload.received().stream()
                            .filter(request -> request.body().equals(response("70"))))
                    .hasSize(1);

            // To ask again under an id that was used is against the protocol, but no harm where the question passes.
            assertThat(ask(workload, heard, "70")).isEqualTo(shown);
            gateway.onlyReplica(0);
            assertThat(post(ben, session, response(shown))).isEqualTo(202);
        }
    }

    @Test
    void severalAnswersMayBeBatched() throws Exception {
        String session = session("notes", ben);
        try (Events heard = hear(Way.CALL, session)) {
            Workload.Stream workload = stream();
            String first = ask(workload, heard, "1");
            String second = ask(workload, heard, "\"two\"");
            gateway.onlyReplica(1);
            String batch = "[ " + response(second) + " ,\n" + NOTIFIED + ", " + response(first) + "]";

            assertThat(call("notes", ben, session, batch).statusCode()).isEqualTo(202);
            assertThat(lastReceived())
                    .isEqualTo("[ " + response("\"two\"") + " ,\n" + NOTIFIED + ", " + response("1") + "]");
        }
    }

    @Test
    void aResumedStreamRepeatsTheSameQuestion() throws Exception {
        String session = session("notes", ben);
        String shown;
        try (Events heard = hear(Way.LISTENING, session)) {
            Workload.Stream workload = stream();
            workload.send("id: 5\ndata: " + question("70") + "\n\n");
            shown = shownId(heard.next());
        }
        gateway.onlyReplica(1);
        try (Events resumed = hear(Way.LISTENING, session, "Last-Event-ID", "4")) {
            stream().send("id: 5\ndata: " + question("70") + "\n\n");
            String repeated = resumed.next();

            assertThat(repeated).startsWith("id: 5\n");
            assertThat(shownId(repeated)).isEqualTo(shown);
            gateway.onlyReplica(0);
            assertThat(post(ben, session, response(shown))).isEqualTo(202);
            assertThat(lastReceived()).isEqualTo(response("70"));
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatAWorkloadTakesBackThroughTheOtherReplicaTheClientRecognizes(Way way) throws Exception {
        String session = session("notes", ben);
        try (Events heard = hear(Way.CALL, session)) {
            String shown = ask(stream(), heard, "\"seventy\"");
            gateway.onlyReplica(1);
            try (Events other = hear(way, session)) {
                say(way, stream(), cancelled("\"seventy\""));

                assertThat(other.next()).contains(cancelled(shown)).doesNotContain("seventy");
                assertThat(post(ben, session, response(shown))).isEqualTo(400);
            }
        }
    }

    @Test
    void aQuestionDoesNotWaitForEver() throws Exception {
        try (Replicas later = new Replicas(2, null, null, this::answer)) {
            later.onlyReplica(0);
            McpUser user = later.user("ben");
            Tokens[] tokens = {user.signIn("notes")};
            String session = user.call("notes", tokens[0].access(), GatewayFixture.INITIALIZE)
                    .headers()
                    .firstValue("mcp-session-id")
                    .orElseThrow();
            List<String> shown = new ArrayList<>();
            try (Events heard = events(listening(later, tokens[0], session))) {
                Workload.Stream workload = stream();
                for (String id : List.of("1", "2")) {
                    workload.message(question(id));
                    shown.add(shownId(heard.next()));
                }
            }
            int[] expected = {202, 400};
            for (int i = 0; i < expected.length; i++) {
                later.advance(QuestionIds.ANSWERABLE);
                later.onlyReplica(0);
                tokens[0] = McpUser.tokens(user.refresh(tokens[0].refresh()));
                later.onlyReplica(1);
                assertThat(user.call("notes", tokens[0].access(), response(shown.get(i)), "Mcp-Session-Id", session)
                                .statusCode())
                        .as("after %d hours", 12 * (i + 1))
                        .isEqualTo(expected[i]);
            }
        }
    }

    // ---- the workload ----

    private static String question(String id) {
        return "{\"jsonrpc\":\"2.0\", \"method\":\"roots/list\",\"params\":{\"kept\": [1.0, \"\\u00e9\"]},  \"id\":"
                + id + " }";
    }

    private static String cancelled(String id) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + id
                + ",\"reason\":\"late\"}}";
    }

    private static void say(Way way, Workload.Stream stream, String message) throws IOException {
        stream.message(way == Way.BATCH ? "[" + NOTE + ", " + message + "]" : message);
    }

    private Workload.Stream stream() throws InterruptedException {
        Workload.Stream stream = streams.poll(30, TimeUnit.SECONDS);
        if (stream == null) {
            throw new AssertionError("the workload has begun no stream");
        }
        begun.add(stream);
        return stream;
    }

    private static String ask(Workload.Stream stream, Events heard, String id) throws Exception {
        stream.message(question(id));
        return shownId(heard.next());
    }

    private String lastReceived() {
        return gateway.workload.received().getLast().body();
    }

    // ---- the client ----

    private static String response(String id) {
        return "{\"jsonrpc\":\"2.0\",\"id\": " + id + " ,\"result\":{\"roots\":[]}}";
    }

    /** The id of the only request in an event, as JSON. */
    private static String shownId(String event) throws IOException {
        JsonNode message = JSON.readTree(event.substring(event.indexOf("data: ") + 6));
        for (JsonNode each : message.isArray() ? message : List.of(message)) {
            if (each.has("id")) {
                return each.path("id").toString();
            }
        }
        throw new AssertionError("nothing is asked in " + event);
    }

    /** A session that the first replica has opened. */
    private String session(String route, Tokens tokens) throws Exception {
        gateway.onlyReplica(0);
        return call(route, tokens, null, GatewayFixture.INITIALIZE)
                .headers()
                .firstValue("mcp-session-id")
                .orElseThrow();
    }

    private Events hear(Way way, String session, String... headers) {
        HttpRequest.Builder request = way == Way.CALL
                ? McpUser.mcp(gateway.url(), "notes", ben.access())
                        .header("Mcp-Session-Id", session)
                        .POST(HttpRequest.BodyPublishers.ofString(GatewayScenario.READ))
                : listening(gateway, ben, session);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return events(request);
    }

    /** On a connection of its own. */
    private Events events(HttpRequest.Builder request) {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        clients.add(client);
        return new Events(client, request.build());
    }

    private static HttpRequest.Builder listening(Replicas gateway, Tokens tokens, String session) {
        return McpUser.mcp(gateway.url(), "notes", tokens.access())
                .header("Mcp-Session-Id", session)
                .GET();
    }

    private int post(Tokens tokens, String session, String body) throws Exception {
        return call("notes", tokens, session, body).statusCode();
    }

    private HttpResponse<String> call(String route, Tokens tokens, String session, String body) throws Exception {
        McpUser user = new McpUser(gateway.url(), "");
        return session == null
                ? user.call(route, tokens.access(), body)
                : user.call(route, tokens.access(), body, "Mcp-Session-Id", session);
    }
}
