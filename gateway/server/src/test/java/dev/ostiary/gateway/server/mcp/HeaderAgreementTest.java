package dev.ostiary.gateway.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderAgreementTest {

    private static final String VERSION = "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"";
    private static final String CAPABILITIES = "\"io.modelcontextprotocol/clientCapabilities\":{}";
    private static final String META = "\"_meta\":{" + VERSION + "," + CAPABILITIES + "}";

    @ParameterizedTest
    @CsvSource({
        // header version, Mcp-Method, Mcp-Name, session version → version
        ", , , , 2025-03-26",
        "2025-03-26, , , , 2025-03-26",
        "2024-11-05, , , , 2024-11-05",
        "2025-06-18, , , , 2025-06-18",
        "2025-11-25, , , , 2025-11-25",
        "2025-11-25, tools/call, , , 2025-11-25",
        ", , , 2025-11-25, 2025-11-25",
        "2025-03-26, , , 2025-11-25, 2025-11-25",
        "2025-11-25, , other, , 2025-11-25"
    })
    void aRequestWithoutClaimIsLegacy(String version, String method, String name, String session, String expected) {
        Message message = request("tools/call", "{\"name\":\"x\"}");

        assertThat(HeaderAgreement.of(new McpHeaders(version, method, name, null), message, session))
                .isEqualTo(new HeaderAgreement.Agreed(Era.LEGACY, expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1900-01-01", "2025-13-45", "latest", "", "2026-07-27", "2025-11-25 "})
    void anUnknownVersionIsRefusedWithTheKnownOnes(String version) {
        HeaderAgreement agreement =
                HeaderAgreement.of(new McpHeaders(version, null, null, null), request("ping", "{}"), null);

        assertThat(agreement).isInstanceOfSatisfying(HeaderAgreement.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(-32022);
            assertThat(refused.requestedVersion()).isEqualTo(version);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "tools/call, '{\"name\":\"x\",%s}', x",
        "tools/call, '{\"name\":\"a b\",%s}', a b",
        "tools/call, '{\"name\":\"世界\",%s}', =?base64?5LiW55WM?=",
        "tools/call, '{\"name\":\"=?base64?eA==?=\",%s}', =?base64?PT9iYXNlNjQ/ZUE9PT89?=",
        "prompts/get, '{\"name\":\"x\",%s}', x",
        "resources/read, '{\"uri\":\"file:///x\",%s}', file:///x",
        "tasks/get, '{\"taskId\":\"t\",%s}', t",
        "tasks/update, '{\"taskId\":\"t\",%s}', t",
        "tasks/cancel, '{\"taskId\":\"t\",%s}', t",
        "tools/list, '{%s}', ",
        "tools/list, '{%s}', anything",
        "server/discover, '{%s}', ",
        "subscriptions/listen, '{%s}', ",
        "initialize, '{%s}', "
    })
    void aModernRequestAgreesWithItsHeaders(String method, String params, String name) {
        Message message = request(method, params.formatted(META));

        assertThat(HeaderAgreement.of(new McpHeaders("2026-07-28", method, name, null), message, "2025-11-25"))
                .isEqualTo(new HeaderAgreement.Agreed(Era.MODERN, "2026-07-28"));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-07-28, tools/call, , -32020, Mcp-Name is missing",
        "2026-07-28, tools/call, y, -32020, Mcp-Name does not match",
        "2026-07-28, tools/call, X, -32020, Mcp-Name does not match",
        "2026-07-28, tools/call, =?base64?eQ==?=, -32020, Mcp-Name does not match",
        "2026-07-28, tools/call, =?base64?eA?=, -32020, not encoded",
        "2026-07-28, tools/call, =?base64?eB==?=, -32020, not encoded",
        "2026-07-28, tools/call, =?base64?!!?=, -32020, not encoded",
        "2026-07-28, tools/call, =?base64?/w==?=, -32020, not encoded",
        "2026-07-28, tools/call, é, -32020, not encoded",
        "2026-07-28, tools/call, =?BASE64?eA==?=, -32020, Mcp-Name does not match",
        "2026-07-28, , x, -32020, Mcp-Method is missing",
        "2026-07-28, tools/list, x, -32020, Mcp-Method does not match",
        "2026-07-28, Tools/Call, x, -32020, Mcp-Method does not match",
        ", tools/call, x, -32020, MCP-Protocol-Version is missing",
        "2025-11-25, tools/call, x, -32020, MCP-Protocol-Version does not match",
        "2027-01-01, tools/call, x, -32020, MCP-Protocol-Version does not match"
    })
    void aModernRequestThatDisagreesIsRefused(String version, String method, String name, int code, String message) {
        HeaderAgreement agreement = HeaderAgreement.of(
                new McpHeaders(version, method, name, null),
                request("tools/call", "{\"name\":\"x\"," + META + "}"),
                null);

        assertThat(agreement).isInstanceOfSatisfying(HeaderAgreement.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.message()).contains(message);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | _meta",
                "{\"_meta\":{}} | protocolVersion",
                "{\"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":{}}} | protocolVersion",
                "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}} | clientCapabilities",
                "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                        + "\"io.modelcontextprotocol/clientCapabilities\":[]}} | clientCapabilities",
                "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":7,"
                        + "\"io.modelcontextprotocol/clientCapabilities\":{}}} | protocolVersion",
                "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                        + "\"io.modelcontextprotocol/clientInfo\":\"x\","
                        + "\"io.modelcontextprotocol/clientCapabilities\":{}}} | clientInfo"
            })
    void aModernRequestWithoutItsMetaIsRefused(String params, String member) {
        HeaderAgreement agreement =
                HeaderAgreement.of(new McpHeaders("2026-07-28", "ping", null, null), request("ping", params), null);

        assertThat(agreement).isInstanceOfSatisfying(HeaderAgreement.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(-32602);
            assertThat(refused.message()).contains(member);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"2027-01-01", "2025-11-25", "1900-01-01"})
    void aClaimOfAVersionThatIsNotModernOrNotKnownIsRefused(String version) {
        Message message = request(
                "ping",
                "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" + version + "\"," + CAPABILITIES + "}}");

        assertThat(HeaderAgreement.of(new McpHeaders(version, "ping", null, null), message, null))
                .isInstanceOfSatisfying(HeaderAgreement.Refused.class, refused -> {
                    assertThat(refused.code()).isEqualTo(-32022);
                    assertThat(refused.requestedVersion()).isEqualTo(version);
                });
    }

    @Test
    void initializeIsLegacyAndSpeaksWhatItOffers() {
        Message message = request("initialize", "{\"protocolVersion\":\"2025-11-25\"}");

        assertThat(HeaderAgreement.of(McpHeaders.NONE, message, null))
                .isEqualTo(new HeaderAgreement.Agreed(Era.LEGACY, "2025-11-25"));
        assertThat(HeaderAgreement.of(new McpHeaders("2024-11-05", null, null, null), message, null))
                .isEqualTo(new HeaderAgreement.Agreed(Era.LEGACY, "2025-11-25"));
        assertThat(HeaderAgreement.of(new McpHeaders("2026-07-28", null, null, null), message, null))
                .isInstanceOfSatisfying(
                        HeaderAgreement.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(-32020));
    }

    @Test
    void aHeaderThatComesTwiceHasNoValue() {
        Map<String, List<String>> headers =
                Map.of("MCP-Protocol-Version", List.of("2025-11-25"), "Mcp-Name", List.of("a", "a"));

        HeaderAgreement agreement = HeaderAgreement.of(
                McpHeaders.from(name -> headers.getOrDefault(name, List.of())),
                request("tools/call", "{\"name\":\"a\"}"),
                null);

        assertThat(agreement)
                .isInstanceOfSatisfying(
                        HeaderAgreement.Refused.class,
                        refused -> assertThat(refused.message()).contains("Mcp-Name is sent more than once"));
    }

    @Test
    void whiteSpaceAroundAHeaderIsNotPartOfIt() {
        McpHeaders headers = McpHeaders.from(name -> List.of("\t x "));

        assertThat(headers.protocolVersion()).isEqualTo("x");
        assertThat(headers.name()).isEqualTo("x");
    }

    @Test
    void aMethodHeaderMustNotLieInTheLegacyEraEither() {
        assertThat(HeaderAgreement.of(
                        new McpHeaders("2025-11-25", "ping", null, null),
                        request("tools/call", "{\"name\":\"x\"}"),
                        null))
                .isInstanceOf(HeaderAgreement.Refused.class);
    }

    @Test
    void aNotificationFollowsItsHeader() {
        Message message =
                message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");

        assertThat(HeaderAgreement.of(new McpHeaders("2026-07-28", null, null, null), message, null))
                .isEqualTo(new HeaderAgreement.Agreed(Era.MODERN, "2026-07-28"));
        assertThat(HeaderAgreement.of(McpHeaders.NONE, message, "2025-06-18"))
                .isEqualTo(new HeaderAgreement.Agreed(Era.LEGACY, "2025-06-18"));
        assertThat(HeaderAgreement.of(new McpHeaders("2027-01-01", null, null, null), message, null))
                .isInstanceOfSatisfying(
                        HeaderAgreement.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(-32022));
    }

    @Test
    void responsesAreNotPostedInTheModernEra() {
        Message message = message("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");

        assertThat(HeaderAgreement.of(new McpHeaders("2025-11-25", null, null, null), message, "2025-11-25"))
                .isEqualTo(new HeaderAgreement.Agreed(Era.LEGACY, "2025-11-25"));
        assertThat(HeaderAgreement.of(new McpHeaders("2026-07-28", null, null, null), message, null))
                .isInstanceOfSatisfying(
                        HeaderAgreement.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(-32600));
    }

    @ParameterizedTest
    @CsvSource({
        ", , true",
        "2025-03-26, , true",
        ", 2025-03-26, true",
        "2025-06-18, , false",
        ", 2025-11-25, false",
        "2025-03-26, 2025-11-25, false",
        "2026-07-28, , false"
    })
    void batchesAreForTheVersionThatHasThem(String header, String session, boolean agreed) {
        List<Message> batch = List.of(request("ping", "{}"));

        assertThat(
                        HeaderAgreement.ofBatch(new McpHeaders(header, null, null, null), batch, session)
                                instanceof HeaderAgreement.Agreed)
                .isEqualTo(agreed);
    }

    @Test
    void aBatchHasNoModernRequestAndNoInitialize() {
        assertThat(HeaderAgreement.ofBatch(
                        McpHeaders.NONE, List.of(request("ping", "{}"), request("ping", "{" + META + "}")), null))
                .isInstanceOf(HeaderAgreement.Refused.class);
        assertThat(HeaderAgreement.ofBatch(McpHeaders.NONE, List.of(request("initialize", "{}")), null))
                .isInstanceOf(HeaderAgreement.Refused.class);
    }

    @Test
    void aGetIsLegacyUnlessItsHeaderIsModern() {
        assertThat(HeaderAgreement.ofStream(McpHeaders.NONE, "2025-11-25"))
                .isEqualTo(new HeaderAgreement.Agreed(Era.LEGACY, "2025-11-25"));
        assertThat(HeaderAgreement.ofStream(new McpHeaders("2026-07-28", null, null, null), null))
                .isEqualTo(new HeaderAgreement.Agreed(Era.MODERN, "2026-07-28"));
    }

    private static Message request(String method, String params) {
        return message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}");
    }

    private static Message message(String body) {
        return ((McpMessages.Reading.Single) McpMessages.read(body.getBytes(UTF_8), 64, 1)).message();
    }
}
