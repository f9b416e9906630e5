package dev.ostiary.gateway.bridge;

import static dev.ostiary.gateway.bridge.Bridge.call;
import static dev.ostiary.gateway.bridge.Bridge.rpc;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an honest client and an honest server may expect. */
class SessionTest {

    private static Bridge bridge;

    @BeforeAll
    static void start() throws Exception {
        bridge = Bridge.of();
    }

    @AfterAll
    static void stop() throws Exception {
        if (bridge != null) {
            bridge.close();
        }
    }

    @Test
    void aCallIsAnsweredUnderTheClientsIdWhateverItIs() throws Exception {
        String session = bridge.open("anna");
        for (String id : new String[] {"1", "\"1\"", "\"a\\\"b\\u00e9\"", "-7", "123456789012345678901234567890"}) {
            HttpResponse<String> response = bridge.post("anna", session, call(id, "echo", 5));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(response.body())
                    .isEqualTo(
                            "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{\"content\":[],\"echo\":{\"n\":5}}}");
        }
    }

    @Test
    void requestsOfTheSameIdAtOnceGetTheirOwnAnswers() throws Exception {
        String session = bridge.open("anna");
        CompletableFuture<HttpResponse<String>> slow = bridge.http.sendAsync(
                bridge.posting("anna", session, call("1", "sleep", 300)), HttpResponse.BodyHandlers.ofString());
        CompletableFuture<HttpResponse<String>> quick = bridge.http.sendAsync(
                bridge.posting("anna", session, call("1", "echo", 2)), HttpResponse.BodyHandlers.ofString());
        assertThat(slow.get().body()).contains("slept").contains("\"id\":1,");
        assertThat(quick.get().body()).contains("\"n\":2").contains("\"id\":1,");
    }

    @Test
    void progressComesOnTheStreamOfItsRequestWithTheClientsToken() throws Exception {
        String session = bridge.open("anna");
        String call = rpc(
                "7",
                "tools/call",
                "{\"name\":\"progress\",\"arguments\":{\"n\":3},\"_meta\":{\"progressToken\":\"mine\"}}");
        try (Bridge.Events events = bridge.stream("anna", session, call)) {
            assertThat(events.head.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            for (int i = 1; i <= 3; i++) {
                assertThat(events.next()).contains("\"progressToken\":\"mine\",\"progress\":" + i);
            }
            assertThat(events.next()).contains("\"id\":7").contains("done");
            assertThat(events.next()).isNull();
        }
    }

    @Test
    void aRequestOfTheServersReachesTheClientAndItsAnswerTheServer() throws Exception {
        String session = bridge.open("anna");
        try (Bridge.Events events = bridge.stream("anna", session, call("1", "ask", 0))) {
            assertThat(events.next()).contains("sampling/createMessage").contains("\"id\":\"ask-1\"");
            String answer = "{\"jsonrpc\":\"2.0\",\"id\":\"ask-1\",\"result\":{\"role\":\"assistant\"}}";
            assertThat(bridge.post("anna", session, answer).statusCode()).isEqualTo(202);
            assertThat(events.next()).contains("answered").contains("\"id\":1");
            assertThat(bridge.post("anna", session, answer).statusCode()).isEqualTo(400);
        }
    }

    @Test
    void whatTheServerSaysOnItsOwnComesOnTheSessionsStreamAndCanBeResumed() throws Exception {
        String session = bridge.open("anna");
        String last;
        try (Bridge.Events events = bridge.stream("anna", session, null)) {
            assertThat(bridge.post("anna", session, call("1", "change", 3)).body())
                    .contains("done");
            assertThat(events.next()).contains("list_changed").contains("\"i\":1");
            last = events.id();
            assertThat(events.next()).contains("\"i\":2");
        }
        try (Bridge.Events events = bridge.stream("anna", session, null, "Last-Event-ID", last)) {
            assertThat(events.next()).contains("\"i\":2");
            assertThat(events.next()).contains("\"i\":3");
        }
    }

    @Test
    void aNewerStreamEndsTheOneBefore() throws Exception {
        String session = bridge.open("anna");
        try (Bridge.Events first = bridge.stream("anna", session, null);
                Bridge.Events second = bridge.stream("anna", session, null)) {
            assertThat(first.next()).isNull();
            assertThat(bridge.post("anna", session, call("1", "change", 1)).body())
                    .contains("done");
            assertThat(second.next()).contains("list_changed");
        }
    }

    @Test
    void aCancellationNamesTheRequestAsTheServerKnowsIt() throws Exception {
        String session = bridge.open("anna");
        CompletableFuture<HttpResponse<String>> slow = bridge.http.sendAsync(
                bridge.posting("anna", session, call("\"x\"", "sleep", 5_000)), HttpResponse.BodyHandlers.ofString());
        String cancel =
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"x\",\"reason\":\"late\"}}";
        // Until the call has arrived there is nothing to cancel.
        String line = org.awaitility.Awaitility.await()
                .atMost(Bridge.PATIENCE)
                .until(
                        () -> {
                            assertThat(bridge.post("anna", session, cancel).statusCode())
                                    .isEqualTo(202);
                            return bridge.log.stream()
                                    .filter(text -> text.contains("cancelled: "))
                                    .findFirst()
                                    .orElse("");
                        },
                        text -> !text.isEmpty());
        assertThat(line).containsPattern("\"requestId\":[0-9]+,\"reason\":\"late\"");
        assertThat(slow.get().body()).contains("\"id\":\"x\"");
    }

    @Test
    void deletedIsGone() throws Exception {
        String session = bridge.open("anna");
        assertThat(bridge.delete("anna", session).statusCode()).isEqualTo(204);
        assertThat(bridge.post("anna", session, call("1", "echo", 1)).statusCode())
                .isEqualTo(404);
        assertThat(bridge.delete("anna", session).statusCode()).isEqualTo(404);
    }

    @Test
    void probesNeedNothing() throws Exception {
        assertThat(bridge.get("/livez").statusCode()).isEqualTo(200);
        assertThat(bridge.get("/readyz").statusCode()).isEqualTo(200);
        assertThat(bridge.get("/mcp").statusCode()).isEqualTo(401);
        for (String path : new String[] {"/livez", "/mcp"}) {
            HttpResponse<String> head = bridge.http.send(
                    HttpRequest.newBuilder(bridge.uri(path)).HEAD().build(), HttpResponse.BodyHandlers.ofString());
            assertThat(head.statusCode()).isEqualTo(path.equals("/livez") ? 200 : 401);
        }
        // Strangers write nothing into the log.
        assertThat(bridge.log).noneMatch(line -> line.contains("WARNING"));
    }
}
