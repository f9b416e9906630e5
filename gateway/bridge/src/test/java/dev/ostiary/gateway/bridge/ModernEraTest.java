package dev.ostiary.gateway.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests of the modern era in front of a server of the older one. */
class ModernEraTest {

    private static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}";
    private static final String INFO = "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"small\",\"version\":\"1\"}";

    private static Bridge bridge;

    @BeforeAll
    static void start() throws Exception {
        bridge = Bridge.of("--close-timeout", "300ms", "--kill-timeout", "300ms");
    }

    @AfterAll
    static void stop() throws Exception {
        if (bridge != null) {
            bridge.close();
        }
    }

    private static String modern(String id, String method, String params) {
        return Bridge.rpc(id, method, "{" + params + (params.isEmpty() ? "" : ",") + META + "}");
    }

    private static String call(String tool, long n) {
        return modern("4", "tools/call", "\"name\":\"" + tool + "\",\"arguments\":{\"n\":" + n + "}");
    }

    private static String[] headers(String method) {
        return new String[] {"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", method};
    }

    private static HttpResponse<String> post(Bridge where, String user, String method, String body) throws Exception {
        return where.post(user, null, body, headers(method));
    }

    @Test
    void discoverySaysWhatTheHandshakeSaid() throws Exception {
        HttpResponse<String> response = post(bridge, "anna", "server/discover", modern("\"d\"", "server/discover", ""));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Mcp-Session-Id")).isEmpty();
        assertThat(response.body())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"d\",\"result\":{\"resultType\":\"complete\","
                        + "\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{\"listChanged\":true}},"
                        + "\"ttlMs\":0,\"cacheScope\":\"private\",\"_meta\":{" + INFO + "}}}");
    }

    @Test
    void resultsAreCompletedForTheirEra() throws Exception {
        assertThat(post(bridge, "anna", "tools/list", modern("4", "tools/list", ""))
                        .body())
                .contains("\"resultType\":\"complete\"")
                .contains("\"ttlMs\":0")
                .contains("\"cacheScope\":\"private\"")
                .contains(INFO)
                .contains("\"name\":\"echo\"");
        assertThat(post(bridge, "anna", "tools/call", call("sleep", 0)).body())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{\"resultType\":\"complete\",\"_meta\":{" + INFO
                        + "},\"content\":[{\"type\":\"text\",\"text\":\"slept\"}]}}");
        assertThat(post(bridge, "anna", "prompts/list", modern("4", "prompts/list", ""))
                        .body())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":4,\"error\":{\"code\":-32601,\"message\":\"unknown method\"}}");
    }

    @Test
    void theServerDoesNotSeeWhatTheOlderEraDoesNotKnow() throws Exception {
        String request = Bridge.rpc("4", "tools/call", """
                {"name":"echo","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28", "traceparent" : "00-a-b-01",\
                "io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},"progressToken":"mine",\
                "example.com/x":[1,{"y":"\u00fc"}],"io.modelcontextprotocol/clientCapabilities":{}}}""");

        assertThat(post(bridge, "anna", "tools/call", request).body())
                .contains("\"echo\":{},\"_meta\":{" + INFO + ",\"traceparent\" : \"00-a-b-01\",\"progressToken\":")
                .doesNotContain("mine")
                .doesNotContain("protocolVersion")
                .doesNotContain("clientInfo")
                .contains(",\"example.com/x\":[1,{\"y\":\"ü\"}]}}");
    }

    @Test
    void aCallerHasOneProcessAndSharesItWithNobody() throws Exception {
        try (Bridge own = Bridge.of()) {
            post(own, "anna", "tools/call", call("echo", 1));
            post(own, "anna", "tools/call", call("echo", 2));
            assertThat(own.children()).hasSize(1);
            post(own, "ben", "tools/call", call("echo", 1));
            assertThat(own.children()).hasSize(2);
        }
        try (Bridge shared = Bridge.of("--stateless")) {
            post(shared, "anna", "tools/call", call("echo", 1));
            post(shared, "ben", "tools/call", call("echo", 1));
            assertThat(shared.children()).hasSize(1);
            // What names no caller goes to none.
            assertThat(post(shared, "ben", "tools/call", call("log", 2)).body())
                    .startsWith("{")
                    .contains("done");
        }
    }

    @Test
    void progressComesBeforeTheAnswer() throws Exception {
        String body = Bridge.rpc(
                "4",
                "tools/call",
                "{\"name\":\"progress\",\"arguments\":{\"n\":2},"
                        + META.replace("{}}", "{},\"progressToken\":\"mine\"}") + "}");
        HttpResponse<String> response = post(bridge, "anna", "tools/call", body);
        List<String> events = response.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .toList();
        assertThat(events).hasSize(3);
        assertThat(events.getFirst()).contains("\"progressToken\":\"mine\",\"progress\":1");
        assertThat(events.getLast()).contains("\"resultType\":\"complete\"").contains("done");
    }

    @Test
    void aServerThatAsksItsClientIsRefused() throws Exception {
        assertThat(post(bridge, "anna", "tools/call", call("ask", 0)).body()).contains("refused");
    }

    @Test
    void whatIsUnknownOrDoesNotAgreeIsRefused() throws Exception {
        HttpResponse<String> unknown = post(bridge, "anna", "ping", modern("4", "ping", ""));
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("-32601").contains("\"id\":4");
        assertThat(post(bridge, "anna", "tools/list", modern("4", "tools/call", ""))
                        .body())
                .contains("-32020");
        HttpResponse<String> other = bridge.post(
                "anna",
                null,
                modern("4", "tools/list", "").replace("2026-07-28", "2027-01-01"),
                "MCP-Protocol-Version",
                "2027-01-01",
                "Mcp-Method",
                "tools/list");
        assertThat(other.statusCode()).isEqualTo(400);
        assertThat(other.body())
                .contains("-32022")
                .contains("\"supported\":[\"2026-07-28\"],\"requested\":\"2027-01-01\"");
        assertThat(post(bridge, "anna", "tools/list", Bridge.rpc("4", "tools/list", "{}"))
                        .body())
                .contains("-32602");
    }

    @Test
    void whatAToolWantsMirroredMustBeMirrored() throws Exception {
        for (String n : new String[] {"5", "5.0", "=?base64?NQ==?="}) {
            assertThat(bridge.post("anna", null, call("mirror", 5), mirroring(n))
                            .body())
                    .contains("no such tool");
        }
        for (String n : new String[] {"", "6", "5 5", "=?base64?NQ?=", "5e0"}) {
            HttpResponse<String> refused = bridge.post("anna", null, call("mirror", 5), mirroring(n));
            assertThat(refused.statusCode()).as(n).isEqualTo(400);
            assertThat(refused.body())
                    .contains("-32020")
                    .contains("Mcp-Param-N")
                    .contains("\"id\":4");
        }
        HttpResponse<String> missing = post(bridge, "anna", "tools/call", call("mirror", 5));
        assertThat(missing.statusCode()).isEqualTo(400);
        // What is not marked is nobody's business.
        assertThat(bridge.post("anna", null, call("echo", 5), mirroring("6")).body())
                .contains("\"n\":5");
    }

    @Test
    void whatCannotBeComparedIsRefused() throws Exception {
        assertThat(post(bridge, "hannah", "tools/call", call("hide", 1)).body()).contains("done");

        HttpResponse<String> refused = bridge.post("hannah", null, call("mirror", 5), mirroring("6"));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("does not list its tools");
        // Nobody can be misled by headers that are not there.
        assertThat(post(bridge, "hannah", "tools/call", call("echo", 5)).body()).contains("\"n\":5");
    }

    private static String[] mirroring(String n) {
        return new String[] {
            "MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "mirror", "Mcp-Param-N", n
        };
    }

    @Test
    void aSubscriptionHearsWhatItAskedFor() throws Exception {
        String listen = modern(
                "\"s\"",
                "subscriptions/listen",
                "\"notifications\":{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"note://1\"]}");
        try (Bridge.Events events = bridge.stream("carl", "unused", listen, headers("subscriptions/listen"))) {
            assertThat(events.next())
                    .isEqualTo(
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":"
                                    + "{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":\"s\"},"
                                    + "\"notifications\":{\"toolsListChanged\":true}}}");
            assertThat(post(bridge, "carl", "tools/call", call("change", 1)).body())
                    .contains("done");
            assertThat(events.next())
                    .contains("list_changed")
                    .contains("\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":\"s\"}");
            long pid = bridge.pidOf("carl");
            assertThat(post(bridge, "carl", "tools/call", call("exit", 3)).body())
                    .contains("exit code 3");
            assertThat(events.next()).contains("\"id\":\"s\"").contains("\"resultType\":\"complete\"");
            await().atMost(Bridge.PATIENCE).until(() -> !Bridge.isAlive(pid));
        }
        assertThat(post(bridge, "carl", "tools/call", call("echo", 5)).body()).contains("\"n\":5");
    }

    @Test
    void logMessagesReachWhoAsksForThemAtTheirLevel() throws Exception {
        String log = call("log", 2);
        assertThat(post(bridge, "emma", "tools/call", log).body())
                .startsWith("{")
                .contains("done");
        HttpResponse<String> heard = post(
                bridge, "emma", "tools/call", log.replace("{}}", "{},\"io.modelcontextprotocol/logLevel\":\"info\"}"));
        assertThat(heard.body().lines().filter(line -> line.contains("notifications/message")))
                .hasSize(2);
        bridge.awaitLog(line -> line.contains("level set: ") && line.contains("\"level\":\"info\""));
        assertThat(post(
                                bridge,
                                "emma",
                                "tools/call",
                                log.replace("{}}", "{},\"io.modelcontextprotocol/logLevel\":\"error\"}"))
                        .body())
                .startsWith("{")
                .contains("done");
        assertThat(post(
                                bridge,
                                "emma",
                                "tools/call",
                                log.replace("{}}", "{},\"io.modelcontextprotocol/logLevel\":\"loud\"}"))
                        .body())
                .contains("-32602")
                .contains("\"id\":4");
    }

    @Test
    void theEndOfTheStreamIsTheCancellation() throws Exception {
        try (Bridge.Events events = bridge.stream(
                "dora",
                "unused",
                modern("4", "tools/call", "\"name\":\"log\",\"arguments\":{\"n\":1}")
                        .replace("{}}", "{},\"io.modelcontextprotocol/logLevel\":\"info\"}"),
                headers("tools/call"))) {
            assertThat(events.next()).contains("notifications/message");
        }
        try (Bridge.Events events = bridge.stream(
                "dora",
                "unused",
                // That the client has gone is seen by the third comment, after some fifteen seconds.
                modern("5", "tools/call", "\"name\":\"sleep\",\"arguments\":{\"n\":40000}"),
                headers("tools/call"))) {
            assertThat(events.head.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        }
        bridge.awaitLog(line -> line.contains("cancelled: ") && line.contains("the client is gone"));
    }
}
