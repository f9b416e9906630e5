package dev.ostiary.gateway.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.mcp.JsonRpcErrors.Denial;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors.ErrorResponse;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors.Missing;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonRpcErrorsTest {

    private static final Target TOOL = new Target(Target.Type.TOOL, "delete \"all\"");

    @Test
    void aDenialNamesWhatIsMissingAndIsAnOrdinaryAnswer() {
        Denial denial = new Denial(
                TOOL,
                "NoPermit",
                List.of(new Missing("group", "0222-01", "writers"), new Missing("role", "Mcp.Admin", null)));

        ErrorResponse response = JsonRpcErrors.denied(id("\"\\u0061\""), denial, "c-1");

        assertThat(response.status()).isEqualTo(200);
        assertThat(text(response))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"\\u0061\",\"error\":{\"code\":-32003,\"message\":"
                        + "\"Not permitted: tool delete \\\"all\\\". It needs group \\\"writers\\\" or role \\\"Mcp.Admin\\\"\","
                        + "\"data\":{\"reason\":\"NoPermit\",\"target\":{\"type\":\"tool\",\"id\":\"delete \\\"all\\\"\"},"
                        + "\"missing\":[{\"kind\":\"group\",\"id\":\"0222-01\",\"name\":\"writers\"},"
                        + "{\"kind\":\"role\",\"id\":\"Mcp.Admin\"}],\"correlationId\":\"c-1\"}}}");
    }

    @Test
    void aDenialThatNothingHelpsSaysNothingMore() {
        assertThat(text(JsonRpcErrors.denied(MessageId.of(1), new Denial(TOOL, "Forbidden", List.of()), "c")))
                .contains("\"message\":\"Not permitted: tool delete \\\"all\\\"\"")
                .contains("\"missing\":[]");
    }

    @Test
    void anUnsupportedVersionIsAnsweredWithTheSupportedOnes() {
        HeaderAgreement.Refused refused = new HeaderAgreement.Refused(
                JsonRpcErrors.UNSUPPORTED_PROTOCOL_VERSION,
                "Unsupported protocol version",
                "1900-01-01",
                List.of("2025-11-25"));

        ErrorResponse response = JsonRpcErrors.disagreement(refused, MessageId.of(3));

        assertThat(response.status()).isEqualTo(400);
        assertThat(text(response))
                .contains("\"code\":-32022")
                .contains("\"supported\":[\"2025-11-25\"]")
                .contains("\"requested\":\"1900-01-01\"");
    }

    @Test
    void everyAnswerHasItsStatusAndCode() {
        assertThat(JsonRpcErrors.methodNotFound(Era.MODERN, MessageId.of(1)).status())
                .isEqualTo(404);
        assertThat(JsonRpcErrors.methodNotFound(Era.LEGACY, MessageId.of(1)).status())
                .isEqualTo(200);
        assertThat(text(JsonRpcErrors.methodNotFound(Era.LEGACY, MessageId.of(1))))
                .contains("-32601");
        assertThat(JsonRpcErrors.sessionNotFound(null).status()).isEqualTo(404);
        assertThat(text(JsonRpcErrors.sessionNotFound(null))).contains("\"id\":null");
        assertThat(text(JsonRpcErrors.invalidParams(MessageId.of(1), "params.name is missing")))
                .contains("-32602");
        assertThat(text(JsonRpcErrors.taskNotFound(MessageId.of(1)))).contains("-32602");
        assertThat(JsonRpcErrors.invalidRequest(null, "x").status()).isEqualTo(400);
        ErrorResponse failed = JsonRpcErrors.failed(502, MessageId.of(1), "The workload did not answer", "c-9");
        assertThat(failed.status()).isEqualTo(502);
        assertThat(text(failed)).contains("-32603").contains("\"correlationId\":\"c-9\"");
        ErrorResponse malformed =
                JsonRpcErrors.malformed((McpMessages.Reading.Malformed) McpMessages.read(new byte[] {'{'}, 4, 1));
        assertThat(malformed.status()).isEqualTo(400);
        assertThat(text(malformed)).contains("-32700").contains("at byte 1").contains("\"id\":null");
    }

    private static MessageId id(String json) {
        byte[] bytes = json.getBytes(UTF_8);
        return MessageId.read(bytes, 0, bytes.length);
    }

    private static String text(ErrorResponse response) {
        byte[] body = response.body();
        assertThat(McpMessages.readFromServer(body, 16, 1)).isInstanceOf(McpMessages.Reading.Single.class);
        return new String(body, UTF_8);
    }
}
