package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModernEraTest extends GatewayScenario {

    private static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}";

    private static String modern(int id, String method, String params) {
        return request(id, method, "{" + params + (params.isEmpty() ? "" : ",") + META + "}");
    }

    private HttpResponse<String> post(String user, String method, String name, String body, String... more)
            throws Exception {
        return gateway.post(user, "notes", body, headers(method, name, more));
    }

    private static String[] headers(String method, String name, String... more) {
        List<String> headers =
                new java.util.ArrayList<>(List.of("MCP-Protocol-Version", "2026-07-28", "Mcp-Method", method));
        if (!name.isEmpty()) {
            headers.addAll(List.of("Mcp-Name", name));
        }
        headers.addAll(List.of(more));
        return headers.toArray(String[]::new);
    }

    @Test
    void aCallWithoutSessionIsDecidedAndItsHeadersReachTheWorkload() throws Exception {
        String call = modern(2, "tools/call", "\"name\":\"read_note\",\"arguments\":{}");
        assertThat(post("anna", "tools/call", "read_note", call, "Mcp-Param-Region", "eu", "Mcp-Session-Id", "junk")
                        .body())
                .contains("\"result\"");
        assertThat(gateway.workload.received().getLast()).satisfies(request -> {
            assertThat(request.body()).isEqualTo(call);
            assertThat(request.header("Mcp-method")).containsExactly("tools/call");
            assertThat(request.header("Mcp-name")).containsExactly("read_note");
            assertThat(request.header("Mcp-param-region")).containsExactly("eu");
            assertThat(request.header("Mcp-protocol-version")).containsExactly("2026-07-28");
            assertThat(request.header("Mcp-session-id")).isEmpty();
        });
        assertThat(post("anna", "tools/call", "delete_note", call.replace("read", "delete"))
                        .body())
                .contains("NoPermit");
    }

    @Test
    void whatAServerAsksForPassesAndTheNextRoundIsJudgedLikeTheCall() throws Exception {
        String asked =
                "{\"resultType\":\"input_required\",\"inputRequests\":{\"ask-1\":{\"method\":\"elicitation/create\","
                        + "\"params\":{\"message\":\"Who?\"}}},\"requestState\":\"pod-0.secret\"}";
        gateway.workload.script((request, reply) -> reply.result(request, asked));
        String call = modern(2, "tools/call", "\"name\":\"read_note\",\"arguments\":{}");
        assertThat(post("anna", "tools/call", "read_note", call).body()).isEqualTo(result(2, asked));

        String brings = ",\"inputResponses\":{\"ask-1\":{\"action\":\"accept\"}},\"requestState\":\"pod-0.secret\"";
        String next = modern(3, "tools/call", "\"name\":\"read_note\",\"arguments\":{}" + brings);
        assertThat(post("anna", "tools/call", "read_note", next).body()).isEqualTo(result(3, asked));
        assertThat(gateway.workload.received().getLast().body()).isEqualTo(next);

        int before = gateway.workload.received().size();
        String other = modern(4, "tools/call", "\"name\":\"delete_note\",\"arguments\":{}" + brings);
        assertThat(post("anna", "tools/call", "delete_note", other).body())
                .contains("NoPermit")
                .contains("\"id\":4");
        gateway.apply(gateway.route("notes"), gateway.route("other"));
        assertThat(post("anna", "tools/call", "read_note", next).body()).contains("NoPermit");
        assertThat(gateway.workload.received()).hasSize(before);
    }

    @Test
    void headersThatSayAnotherThingAreRefused() throws Exception {
        String call = modern(2, "tools/call", "\"name\":\"delete_note\",\"arguments\":{}");
        HttpResponse<String> response = post("ben", "tools/call", "read_note", call);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("-32020").contains("\"id\":2");
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void cacheHintsHoldForOneCallerAndOneMinute() throws Exception {
        gateway.workload.script((request, reply) ->
                reply.result(request, TOOLS.replaceFirst("}$", ",\"ttlMs\":3600000,\"cacheScope\":\"public\"}")));
        assertThat(post("ben", "tools/list", "", modern(1, "tools/list", "")).body())
                .contains("\"ttlMs\":60000")
                .contains("\"cacheScope\":\"private\"");
        gateway.workload.script(
                (request, reply) -> reply.result(request, "{\"ttlMs\":3600000,\"cacheScope\":\"public\",\"x\":1}"));
        assertThat(post("ben", "server/discover", "", modern(1, "server/discover", ""))
                        .body())
                .isEqualTo(result(1, "{\"ttlMs\":60000,\"cacheScope\":\"private\",\"x\":1}"));
    }

    @Test
    void unknownAndRemovedMethodsAreNotFound() throws Exception {
        for (String method : List.of("ping", "sessions/steal")) {
            HttpResponse<String> response = post("ben", method, "", modern(5, method, ""));
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.body()).contains("-32601").contains("\"id\":5");
        }
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void aLegacyServersRefusalIsStillAFourHundred() throws Exception {
        gateway.workload.script(
                (request, reply) -> reply.header("Content-Type", "text/plain").empty(400));
        HttpResponse<String> response = post("ben", "server/discover", "", modern(1, "server/discover", ""));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("\"id\":1").doesNotContain("-3202");
        gateway.workload.script((request, reply) -> reply.json(
                400, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"Bad Request\"}}"));
        assertThat(post("ben", "server/discover", "", modern(1, "server/discover", ""))
                        .body())
                .contains("-32000");
    }

    @Test
    void whoSubscribesMustBePermittedEveryResource() throws Exception {
        gateway.apply(
                gateway.route(
                        "notes",
                        "permit(principal, action == Action::\"read_resource\", resource == Resource::\"note://1\");"),
                gateway.route("other"));
        String listen = modern(
                9,
                "subscriptions/listen",
                "\"notifications\":{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"note://1\",\"note://2\"]}");
        assertThat(post("anna", "subscriptions/listen", "", listen).body())
                .contains("NoPermit")
                .contains("note://2");
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void aSubscriptionHearsWhatIsPermittedAndOfChangedPolicies() throws Exception {
        gateway.workload.script((request, reply) -> reply.handOver(streams));
        String one = "permit(principal, action == Action::\"read_resource\", resource == Resource::\"note://1\");";
        gateway.apply(gateway.route("notes", one), gateway.route("other"));
        String listen = modern(
                9,
                "subscriptions/listen",
                "\"notifications\":{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"note://1\"]}");
        Events events = gateway.stream("anna", "notes", listen, headers("subscriptions/listen", ""));
        Workload.Stream stream = stream();
        stream.message(notification("notifications/subscriptions/acknowledged", "{}"))
                .message(notification("notifications/resources/updated", "{\"uri\":\"note://2\"}"))
                .message(notification("notifications/resources/updated", "{\"uri\":\"note://1\"}"));
        assertThat(events.next()).contains("acknowledged");
        assertThat(events.next()).contains("note://1");

        gateway.apply(
                gateway.route("notes", one, "permit(principal, action == Action::\"get_prompt\", resource);"),
                gateway.route("other"));
        assertThat(events.next())
                .contains("notifications/tools/list_changed")
                .contains("\"io.modelcontextprotocol/subscriptionId\":9");
        events.next();
        events.next();
        gateway.apply(gateway.route("notes"), gateway.route("other"));
        assertThat(events.next()).contains("\"id\":9").contains("no longer permitted");
        assertThat(events.next()).isEqualTo(Events.END);
        stream.end();
    }

    @Test
    void getAndDeleteDoNotExist() throws Exception {
        Events events = gateway.listen("ben", "notes", "any", "MCP-Protocol-Version", "2026-07-28");
        assertThat(events.head().statusCode()).isEqualTo(405);
        assertThat(events.head().headers().firstValue("Allow")).hasValue("POST");
    }
}
