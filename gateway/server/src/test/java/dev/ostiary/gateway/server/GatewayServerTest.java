package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NettyLeakDetectorExtension.class)
class GatewayServerTest {

    private static final String TOOLS = """
            {"jsonrpc":"2.0","id":1,"result":{"tools":[\
            {"name":"read_note","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},\
            {"name":"delete_note","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":false}}]}}""";
    private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
    private static final String READ =
            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"read_note\",\"arguments\":{\"id\":\"1\"}}}";
    private static final String DELETE =
            "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"delete_note\",\"arguments\":{\"id\":\"1\"}}}";

    private GatewayFixture gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new GatewayFixture(
                (request, reply) -> {
                    if (request.body().contains("tools/list")) {
                        reply.json(
                                200,
                                TOOLS.replace(
                                        "\"id\":1",
                                        request.body().contains("ostiary-catalogue")
                                                ? "\"id\":\"ostiary-catalogue\""
                                                : "\"id\":1"));
                    } else {
                        String id = request.body().contains("\"id\":2") ? "2" : "3";
                        reply.json(200, "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{\"content\":[]}}");
                    }
                },
                GatewayFixture.READ_TOOLS,
                GatewayFixture.WRITERS_MAY);
        gateway.server.apply(gateway.config(
                gateway.route("notes", GatewayFixture.READ_TOOLS, GatewayFixture.WRITERS_MAY), gateway.route("other")));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void aReaderSeesAndCallsReadToolsOnly() throws Exception {
        HttpResponse<String> list = gateway.post("anna", "notes", LIST);
        assertThat(list.statusCode()).isEqualTo(200);
        assertThat(list.body()).contains("read_note").doesNotContain("delete_note");

        assertThat(gateway.post("anna", "notes", READ).body()).contains("\"result\"");
        HttpResponse<String> denied = gateway.post("anna", "notes", DELETE);
        assertThat(denied.statusCode()).isEqualTo(200);
        assertThat(denied.body()).contains("\"error\"").contains("group").contains("writers");
        assertThat(gateway.workload.received())
                .noneMatch(request -> request.body().contains("delete_note"));
    }

    @Test
    void aWriterSeesAndCallsEverything() throws Exception {
        assertThat(gateway.post("ben", "notes", LIST).body())
                .contains("read_note")
                .contains("delete_note");
        assertThat(gateway.post("ben", "notes", DELETE).body()).contains("\"result\"");
    }

    @Test
    void withoutATokenTheAnswerSaysWhereToSignIn() throws Exception {
        HttpResponse<String> response = gateway.post("", "notes", LIST);

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(value -> assertThat(value)
                        .contains("resource_metadata=\"" + gateway.publicUrl()
                                + "/.well-known/oauth-protected-resource/notes\""));
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void nothingIsOpenWithoutAPolicy() throws Exception {
        assertThat(gateway.post("ben", "other", LIST).body()).contains("\"tools\":[]");
        assertThat(gateway.post("ben", "other", READ).body()).contains("\"error\"");
    }

    @Test
    void theCallersTokenNeverReachesTheWorkload() throws Exception {
        gateway.post("ben", "notes", READ, "Cookie", "a=b", "X-Forwarded-User", "root", "Ostiary-Assertion", "forged");

        assertThat(gateway.workload.received()).isNotEmpty().allSatisfy(request -> {
            assertThat(request.header("Authorization")).isEmpty();
            assertThat(request.header("Cookie")).isEmpty();
            assertThat(request.header("X-forwarded-user")).isEmpty();
            assertThat(request.header("Ostiary-assertion")).isEmpty();
        });
    }

    @Test
    void everyDecisionIsWrittenDown() throws Exception {
        gateway.post("anna", "notes", DELETE);
        gateway.post("ben", "notes", DELETE);

        await().untilAsserted(() -> assertThat(gateway.auditLines())
                .contains("\"outcome\":\"deny\"")
                .contains("\"outcome\":\"allow\"")
                .contains("\"policies\":[\"mcp/p1#0\"]")
                .contains(gateway.server.revision()));
    }

    @Test
    void anUnknownPathIsNotFoundAndAnUnknownToolOfAKnownOneIsDenied() throws Exception {
        assertThat(gateway.post("ben", "nowhere", LIST).statusCode()).isEqualTo(404);
        assertThat(gateway.post("anna", "notes", READ.replace("read_note", "nothing"))
                        .body())
                .contains("ToolUnknown");
    }
}
