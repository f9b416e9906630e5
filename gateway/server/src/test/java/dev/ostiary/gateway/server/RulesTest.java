package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds for decisions, seen from a client. */
class RulesTest extends GatewayScenario {

    private static final String FORBID_ERRING =
            "forbid(principal, action, resource) when { context.input.missing == 1 };";

    @Test
    void whereNoPolicyIsAttachedNothingMayBeDone() throws Exception {
        for (String body : List.of(
                READ,
                request(4, "prompts/get", "{\"name\":\"p\"}"),
                request(5, "resources/read", "{\"uri\":\"note://1\"}"),
                request(
                        6,
                        "completion/complete",
                        "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"p\"},\"argument\":{}}"))) {
            HttpResponse<String> response = gateway.post("ben", "other", body);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("-32003").contains("NoPermit");
        }
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void aForbidThatCannotBeEvaluatedDenies() throws Exception {
        gateway.apply(
                gateway.route("notes", GatewayFixture.WRITERS_MAY, FORBID_ERRING),
                gateway.route("other", GatewayFixture.WRITERS_MAY));
        assertThat(gateway.post("ben", "notes", DELETE).body())
                .contains("-32003")
                .doesNotContain("mcp/p1");
        assertThat(gateway.post("ben", "other", DELETE).body()).contains("\"result\"");
        await().untilAsserted(() -> assertThat(gateway.auditLines()).contains("\"errors\":[\"mcp/p1#0:"));
    }

    @Test
    void aShadowPolicyIsWrittenDownAndDecidesNothing() throws Exception {
        Route route = gateway.route("notes", GatewayFixture.WRITERS_MAY, "forbid(principal, action, resource);");
        RoutePolicies loud = route.policies();
        List<RoutePolicies.PolicyEntry> call = new ArrayList<>();
        for (RoutePolicies.PolicyEntry entry : loud.call()) {
            call.add(new RoutePolicies.PolicyEntry(
                    entry.id(), entry.cedar(), entry.id().startsWith("mcp/p1"), entry.groupNames()));
        }
        RoutePolicies shadowed = new RoutePolicies(
                loud.evaluation(), loud.numbers(), call, List.of(), loud.entities(), loud.groupIds(), false);
        gateway.apply(
                GatewayFixture.with(route, route.workloadUid(), route.upstream(), shadowed, List.of()),
                gateway.route("other"));

        assertThat(gateway.post("ben", "notes", DELETE).body()).contains("\"result\"");
        await().untilAsserted(() ->
                assertThat(gateway.auditLines()).contains("\"shadow\":\"deny\",\"shadowPolicies\":[\"mcp/p1#0\"]"));
    }

    @Test
    void tasksBelongToWhomTheyWereHandedTo() throws Exception {
        gateway.workload.script((request, reply) -> {
            switch (request.rpc()) {
                case "tools/call" -> reply.result(request, "{\"task\":{\"taskId\":\"t-1\",\"status\":\"working\"}}");
                case "tasks/list" -> reply.result(request, "{\"tasks\":[{\"taskId\":\"t-1\"},{\"taskId\":\"t-2\"}]}");
                default -> answering(request, reply);
            }
        });
        String[] version = {"MCP-Protocol-Version", "2025-11-25"};
        String call = request(2, "tools/call", "{\"name\":\"read_note\",\"arguments\":{},\"task\":{\"ttl\":1000}}");
        String get = request(3, "tasks/get", "{\"taskId\":\"t-1\"}");
        assertThat(gateway.post("ben", "notes", get, version).body()).contains("NotYourTask");
        assertThat(gateway.post("ben", "notes", call, version).body()).contains("t-1");

        assertThat(gateway.post("ben", "notes", get, version).body()).contains("\"result\"");
        assertThat(gateway.post("anna", "notes", get, version).body()).contains("NotYourTask");
        assertThat(gateway.post("ben", "notes", request(4, "tasks/list", "{}"), version)
                        .body())
                .contains("t-1")
                .doesNotContain("t-2");
        assertThat(gateway.post("anna", "notes", request(4, "tasks/list", "{}"), version)
                        .body())
                .contains("\"tasks\":[]");
        // A workload that hands the same task to another caller is not believed.
        assertThat(gateway.post("anna", "notes", call, version).statusCode()).isEqualTo(502);
    }
}
