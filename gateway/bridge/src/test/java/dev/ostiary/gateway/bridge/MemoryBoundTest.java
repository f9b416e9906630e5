package dev.ostiary.gateway.bridge;

import static dev.ostiary.gateway.bridge.Bridge.call;
import static dev.ostiary.gateway.bridge.Bridge.rpc;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients and servers may try to use up a bridge's memory, which all sessions share: its end would be that of all of them. */
@Timeout(300)
class MemoryBoundTest {

    private static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}";

    private Bridge bridge;

    @BeforeEach
    void start() throws Exception {
        bridge = Bridge.of("--close-timeout", "300ms", "--kill-timeout", "300ms");
    }

    @AfterEach
    void stop() throws Exception {
        bridge.close();
    }

    private static String[] headers(String method) {
        return new String[] {"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", method};
    }

    private void serves(String session) throws Exception {
        assertThat(bridge.post("anna", session, call("9", "echo", 9)).body()).contains("\"n\":9");
        assertThat(bridge.process.isAlive()).isTrue();
    }

    @Test
    void messagesOfVeryManyMembers() throws Exception {
        String session = bridge.open("anna");
        StringBuilder members = new StringBuilder("{");
        for (int i = 0; members.length() < 4_000_000; i++) {
            members.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(Integer.toString(i, 36))
                    .append("\":0");
        }
        String deep = rpc("1", "tools/call", "{\"name\":\"none\",\"arguments\":" + members + "}}");
        String flat = rpc("1", "tools/call", members + "}");
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (String message : List.of(deep, flat, deep, flat, deep, flat)) {
            answers.add(bridge.http.sendAsync(
                    bridge.posting("anna", session, message), HttpResponse.BodyHandlers.ofString()));
        }
        for (int i = 0; i < answers.size(); i++) {
            HttpResponse<String> answer = answers.get(i).get();
            assertThat(answer.statusCode()).isEqualTo(i % 2 == 0 ? 200 : 400);
            assertThat(answer.body()).contains(i % 2 == 0 ? "no such tool" : "more than 1000 members");
        }
        serves(session);
    }

    @Test
    void idsThatAreKeptWhileTheirRequestsAreOpen() throws Exception {
        String session = bridge.open("anna");
        String id = '"' + "x".repeat(1_000_000) + '"';
        HttpResponse<String> refused = bridge.post("anna", session, call(id, "echo", 1));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("an id or token of more than 1024 bytes");
        assertThat(bridge.post("anna", session, call("1", "ask-long-ids", 1_000_000))
                        .body())
                .startsWith("{")
                .contains("done");
        serves(session);
    }

    @Test
    void aSubscriptionThatIsLong() throws Exception {
        List<Bridge.Events> streams = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                String listen = rpc(
                        "\"s" + i + "\"",
                        "subscriptions/listen",
                        "{\"notifications\":{\"toolsListChanged\":true},\"x\":\"" + "x".repeat(1_000_000) + "\"," + META
                                + "}");
                Bridge.Events events = bridge.stream("anna", "none", listen, headers("subscriptions/listen"));
                streams.add(events);
                assertThat(events.next()).contains("acknowledged");
            }
            // There is room for large messages all the same.
            String session = bridge.open("ben");
            String large = rpc("1", "tools/call", "{\"name\":\"echo\",\"arguments\":\"" + "x".repeat(300_000) + "\"}");
            assertThat(bridge.post("ben", session, large).body()).hasSizeGreaterThan(300_000);
        } finally {
            for (Bridge.Events events : streams) {
                events.close();
            }
        }
    }

    @Test
    void subscriptionsThatAreNotRead() throws Exception {
        List<Bridge.Events> streams = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                String listen = rpc(
                        "\"s" + i + "\"",
                        "subscriptions/listen",
                        "{\"notifications\":{\"toolsListChanged\":true}," + META + "}");
                Bridge.Events events = bridge.stream("anna", "none", listen, headers("subscriptions/listen"));
                streams.add(events);
                assertThat(events.next()).contains("acknowledged");
            }
            String change =
                    rpc("1", "tools/call", "{\"name\":\"change-large\",\"arguments\":{\"n\":400}," + META + "}");
            assertThat(bridge.post("anna", null, change, headers("tools/call")).body())
                    .contains("done");
            serves(bridge.open("anna"));
        } finally {
            for (Bridge.Events events : streams) {
                events.close();
            }
        }
    }

    @Test
    void handshakesThatAreKept() throws Exception {
        try (Bridge boasting = Bridge.withHabit("boasts")) {
            String list = rpc("1", "tools/list", "{" + META + "}");
            for (int i = 0; i < 40; i++) {
                assertThat(boasting.post("user-" + i, null, list, headers("tools/list"))
                                .body())
                        .contains("the server answered initialize with more than 65536 bytes");
            }
            assertThat(boasting.process.isAlive()).isTrue();
        }
    }
}
