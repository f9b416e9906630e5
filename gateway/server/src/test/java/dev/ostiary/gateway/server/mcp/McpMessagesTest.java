package dev.ostiary.gateway.server.mcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.gateway.server.mcp.McpMessages.Reading;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class McpMessagesTest {

    private static final int PARSE = -32700;
    private static final int INVALID = -32600;

    /** A body, byte by byte (ISO 8859-1, so that any byte can be written), and the code and words of its refusal. */
    record Refusal(String what, String body, int code, String reason) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static String call(String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":" + params + "}";
    }

    private static String arguments(String value) {
        return call("{\"name\":\"x\",\"arguments\":{\"a\":" + value + "}}");
    }

    private static Refusal parse(String what, String body, String reason) {
        return new Refusal(what, body, PARSE, reason);
    }

    private static Refusal invalid(String what, String body, String reason) {
        return new Refusal(what, body, INVALID, reason);
    }

    static List<Refusal> refusals() {
        String deep = "[".repeat(62) + "]".repeat(62);
        return List.of(
                // Not JSON.
                parse("empty", "", "unexpected end"),
                parse("white space alone", " \n\t\r ", "unexpected end"),
                parse("byte-order mark", "\u00ef\u00bb\u00bf" + call("{}"), "byte-order mark"),
                parse("UTF-16", "\u0000{\u0000}", "expected a value"),
                parse("NUL", "\u0000", "expected a value"),
                parse("vertical tab as white space", "\u000b{}", "expected a value"),
                parse("no-break space", "{\u00a0\"a\":1}", "expected a member name"),
                parse("line separator as white space", "{\u00e2\u0080\u00a8}", "expected a member name"),
                parse("comment", "/* */{}", "expected a value"),
                parse("comment inside", "{/**/\"a\":1}", "expected a member name"),
                parse("hash comment", "{#\n\"a\":1}", "expected a member name"),
                parse("unclosed object", "{\"jsonrpc\":\"2.0\"", "unexpected end"),
                parse("unclosed array", "[{}", "unexpected end"),
                parse("unclosed string", "{\"jsonrpc", "without its closing quote"),
                parse("unclosed string after backslash", "{\"a\\", "without its closing quote"),
                parse("closed by the wrong bracket", "{\"a\":[1}", "comma or the end of the array"),
                parse("object closed as array", "{\"a\":1]", "comma or the end of the object"),
                parse("trailing comma in object", "{\"a\":1,}", "member name"),
                parse("trailing comma in array", arguments("[1,]"), "expected a value"),
                parse("leading comma in object", "{,\"a\":1}", "member name"),
                parse("leading comma in array", arguments("[,1]"), "expected a value"),
                parse("two commas", arguments("[1,,2]"), "expected a value"),
                parse("missing comma", "{\"a\":1 \"b\":2}", "comma or the end"),
                parse("missing comma in array", arguments("[1 2]"), "comma or the end"),
                parse("missing colon", "{\"a\" 1}", "colon"),
                parse("missing value", "{\"a\":}", "expected a value"),
                parse("name without quotes", "{a:1}", "member name"),
                parse("name in single quotes", "{'a':1}", "member name"),
                parse("number as name", "{1:1}", "member name"),
                parse("string in single quotes", arguments("'x'"), "expected a value"),
                parse("trailing text", call("{}") + "x", "data after the end"),
                parse("two messages", call("{}") + call("{}"), "data after the end"),
                parse("two messages on two lines", call("{}") + "\n" + call("{}"), "data after the end"),
                parse("trailing NUL", call("{}") + "\u0000", "data after the end"),
                parse("trailing bracket", call("{}") + "]", "data after the end"),
                parse("data after a batch", "[" + call("{}") + "]{}", "data after the end"),
                // Not these values.
                parse("NaN", arguments("NaN"), "expected a value"),
                parse("Infinity", arguments("Infinity"), "expected a value"),
                parse("minus Infinity", arguments("-Infinity"), "expected a digit"),
                parse("undefined", arguments("undefined"), "expected a value"),
                parse("capital True", arguments("True"), "expected a value"),
                parse("cut literal", arguments("tru"), "not a value"),
                parse("nul", arguments("nul "), "not a value"),
                parse("leading plus", arguments("+1"), "expected a value"),
                parse("leading zero", arguments("01"), "leading zero"),
                parse("leading zero after minus", arguments("-01"), "leading zero"),
                parse("hexadecimal", arguments("0x10"), "comma or the end"),
                parse("no digit before the point", arguments(".5"), "expected a value"),
                parse("no digit after the point", arguments("5."), "expected a digit"),
                parse("no digit in the exponent", arguments("1e"), "expected a digit"),
                parse("no digit after the exponent's sign", arguments("1e+"), "expected a digit"),
                parse("minus alone", arguments("-"), "expected a digit"),
                parse("number over 128 characters", arguments("1".repeat(129)), "too long"),
                parse("fraction over 128 characters", arguments("0." + "1".repeat(128)), "too long"),
                parse("exponent over three digits", arguments("1e1000"), "too large"),
                parse("huge exponent", arguments("1e99999999999999999999"), "too large"),
                parse("tiny exponent", arguments("1e-1000"), "too large"),
                // Not these strings.
                parse("line feed in a string", arguments("\"a\nb\""), "control character"),
                parse("tab in a string", arguments("\"a\tb\""), "control character"),
                parse("NUL in a string", arguments("\"a\u0000b\""), "control character"),
                parse("control character far into a string", arguments("\"0123456789abcdef\u001f\""), "control"),
                parse("unknown escape", arguments("\"\\x41\""), "unknown escape"),
                parse("escaped single quote", arguments("\"\\'\""), "unknown escape"),
                parse("short unicode escape", arguments("\"\\u12\""), "incomplete escape"),
                parse("unicode escape with a stranger", arguments("\"\\u12g4\""), "incomplete escape"),
                parse("unicode escape with a sign", arguments("\"\\u+123\""), "incomplete escape"),
                parse("capital U escape", arguments("\"\\U0041\""), "unknown escape"),
                parse("lone high surrogate", arguments("\"\\ud83d\""), "lone surrogate"),
                parse("lone low surrogate", arguments("\"\\ude00\""), "lone surrogate"),
                parse("high surrogate, then a letter", arguments("\"\\ud83dx\\ude00\""), "lone surrogate"),
                parse("two high surrogates", arguments("\"\\ud83d\\ud83d\""), "lone surrogate"),
                parse("high surrogate at the very end", "{\"a\":\"\\ud83d\\u", "incomplete escape"),
                // Not UTF-8 (RFC 3629).
                parse("continuation byte alone", arguments("\"\u0080\""), "not UTF-8"),
                parse("overlong slash, two bytes", arguments("\"\u00c0\u00af\""), "not UTF-8"),
                parse("overlong NUL", arguments("\"\u00c0\u0080\""), "not UTF-8"),
                parse("overlong quote", arguments("\"\u00c0\u00a2\""), "not UTF-8"),
                parse("overlong, C1", arguments("\"\u00c1\u00bf\""), "not UTF-8"),
                parse("overlong slash, three bytes", arguments("\"\u00e0\u0080\u00af\""), "not UTF-8"),
                parse("overlong slash, four bytes", arguments("\"\u00f0\u0080\u0080\u00af\""), "not UTF-8"),
                parse("surrogate in UTF-8", arguments("\"\u00ed\u00a0\u0080\""), "not UTF-8"),
                parse(
                        "surrogate pair in UTF-8 (CESU-8)",
                        arguments("\"\u00ed\u00a0\u00bd\u00ed\u00b8\u0080\""),
                        "not UTF-8"),
                parse("above U+10FFFF", arguments("\"\u00f4\u0090\u0080\u0080\""), "not UTF-8"),
                parse("five-byte form", arguments("\"\u00f8\u0088\u0080\u0080\u0080\""), "not UTF-8"),
                parse("FE", arguments("\"\u00fe\""), "not UTF-8"),
                parse("FF", arguments("\"\u00ff\""), "not UTF-8"),
                parse("two-byte form cut short", arguments("\"\u00c3\""), "not UTF-8"),
                parse("three-byte form cut short", arguments("\"\u00e2\u0082\""), "not UTF-8"),
                parse("four-byte form cut short", arguments("\"\u00f0\u009f\u0098\""), "not UTF-8"),
                parse("cut short by the end", "{\"a\":\"\u00f0\u009f", "not UTF-8"),
                parse("bad UTF-8 in a name", call("{\"na\u00c0\u00afme\":1}"), "not UTF-8"),
                parse("Latin-1 text", arguments("\"caf\u00e9\""), "not UTF-8"),
                // One name, one member.
                parse(
                        "method twice",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"method\":\"tools/call\"}",
                        "duplicate"),
                parse(
                        "params twice",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":{},\"params\":{}}",
                        "duplicate"),
                parse("id twice", "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}", "duplicate"),
                parse("tool name twice", call("{\"name\":\"safe\",\"name\":\"evil\"}"), "duplicate"),
                parse(
                        "tool name twice, once escaped",
                        call("{\"name\":\"safe\",\"n\\u0061me\":\"evil\"}"),
                        "duplicate"),
                parse("escaped twice", call("{\"n\\u0061me\":\"safe\",\"\\u006eame\":\"evil\"}"), "duplicate"),
                parse("slash escaped", call("{\"a/b\":1,\"a\\/b\":2}"), "duplicate"),
                parse("arguments twice", call("{\"name\":\"x\",\"arguments\":{},\"arguments\":{}}"), "duplicate"),
                parse("argument twice", arguments("1,\"a\":2"), "duplicate"),
                parse("deep duplicate", arguments("[{\"b\":{\"c\":1,\"d\":2,\"c\":3}}]"), "duplicate"),
                parse("empty name twice", arguments("{\"\":1,\"\":2}"), "duplicate"),
                parse("duplicate beyond ASCII", arguments("{\"\u00c3\u00a9\":1,\"\\u00e9\":2}"), "duplicate"),
                parse("duplicate among many", arguments("{" + members(40) + ",\"k7\":0}"), "duplicate"),
                parse("duplicate in _meta", call("{\"_meta\":{\"progressToken\":1,\"progressToken\":2}}"), "duplicate"),
                parse("duplicate in an unknown member", call("{\"other\":{\"x\":1,\"x\":1}}"), "duplicate"),
                parse(
                        "arguments that differ in case alone",
                        call("{\"arguments\":{\"path\":1,\"Path\":2}}"),
                        "duplicate"),
                parse(
                        "and by the Kelvin sign",
                        call("{\"arguments\":{\"key\":1,\"\u00e2\u0084\u00aaey\":2}}"),
                        "duplicate"),
                parse("and by the long s", call("{\"arguments\":{\"user\":1,\"u\\u017fer\":2}}"), "duplicate"),
                // A second spelling of a known name.
                invalid(
                        "Method",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"Method\":\"x\"}",
                        "JSON-RPC does not have"),
                invalid("params.Name", call("{\"name\":\"safe\",\"Name\":\"evil\"}"), "letter case"),
                invalid("params.NAME alone", call("{\"NAME\":\"evil\"}"), "letter case"),
                invalid("params.Arguments", call("{\"name\":\"x\",\"Arguments\":{}}"), "letter case"),
                invalid("params.argument\u017f", call("{\"name\":\"x\",\"argument\u00c5\u00bf\":{}}"), "letter case"),
                invalid("params.URI escaped", call("{\"\\u0055RI\":\"x\"}"), "letter case"),
                invalid(
                        "params.ref.Name",
                        call("{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"a\",\"Name\":\"b\"}}"),
                        "letter case"),
                invalid(
                        "_meta key",
                        call("{\"_meta\":{\"io.modelcontextprotocol/ProtocolVersion\":\"x\"}}"),
                        "letter case"),
                // Too much.
                parse("65 levels", arguments(deep), "nested too deeply"),
                parse(
                        "65 levels of objects",
                        arguments("{\"a\":".repeat(62) + "1" + "}".repeat(62)),
                        "nested too deeply"),
                parse("nothing but brackets", "[".repeat(100_000), "nested too deeply"),
                invalid("a batch of 101", "[" + (call("{}") + ",").repeat(100) + call("{}") + "]", "more than 100"),
                // Not JSON-RPC.
                invalid("a string", "\"ping\"", "expected a JSON object"),
                invalid("a number", "1", "expected a JSON object"),
                invalid("null", "null", "expected a JSON object"),
                invalid("an empty object", "{}", "jsonrpc"),
                invalid("an empty batch", "[]", "empty batch"),
                invalid("a batch of numbers", "[1]", "not an object"),
                invalid("a batch within a batch", "[[" + call("{}") + "]]", "not an object"),
                invalid("one bad message in a batch", "[" + call("{}") + ",{\"jsonrpc\":\"2.0\"}]", "no method"),
                invalid("no version", "{\"id\":1,\"method\":\"ping\"}", "jsonrpc"),
                invalid("version 1.0", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", "jsonrpc"),
                invalid("version as number", "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}", "jsonrpc"),
                invalid("version escaped", "{\"jsonrpc\":\"\\u0032.0\",\"id\":1,\"method\":\"ping\"}", "jsonrpc"),
                invalid("null id", "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", "id is not"),
                invalid("fractional id", "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", "id is not"),
                invalid("id with a zero fraction", "{\"jsonrpc\":\"2.0\",\"id\":1.0,\"method\":\"ping\"}", "id is not"),
                invalid("id with an exponent", "{\"jsonrpc\":\"2.0\",\"id\":1e3,\"method\":\"ping\"}", "id is not"),
                invalid("id minus zero", "{\"jsonrpc\":\"2.0\",\"id\":-0,\"method\":\"ping\"}", "id is not"),
                invalid(
                        "id over 53 bits",
                        "{\"jsonrpc\":\"2.0\",\"id\":9007199254740992,\"method\":\"ping\"}",
                        "id is not"),
                invalid(
                        "id of 30 digits",
                        "{\"jsonrpc\":\"2.0\",\"id\":" + "9".repeat(30) + ",\"method\":\"ping\"}",
                        "id is not"),
                invalid("boolean id", "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}", "id is not"),
                invalid("object id", "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", "id is not"),
                invalid("array id", "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"ping\"}", "id is not"),
                invalid(
                        "id over 1,024 bytes",
                        "{\"jsonrpc\":\"2.0\",\"id\":\"" + "a".repeat(1023) + "\",\"method\":\"ping\"}",
                        "id is not"),
                invalid("no method", "{\"jsonrpc\":\"2.0\",\"id\":1}", "no method"),
                invalid("method as number", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}", "method is not"),
                invalid("method null", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":null}", "method is not"),
                invalid("empty method", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}", "method is not"),
                invalid(
                        "endless method",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + "a".repeat(300) + "\"}",
                        "method is not"),
                invalid("params as array", call("[]"), "params is not an object"),
                invalid("params as string", call("\"x\""), "params is not an object"),
                invalid("params null", call("null"), "params is not an object"),
                invalid("_meta as string", call("{\"_meta\":\"x\"}"), "_meta is not an object"),
                invalid(
                        "result and error",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
                        "both a result and an error"),
                invalid(
                        "result and null error",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":null}",
                        "both a result and an error"),
                invalid(
                        "method and result",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"result\":{}}",
                        "both a method and"),
                invalid(
                        "method and error",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"error\":{}}",
                        "both a method and"),
                invalid(
                        "result and params",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"params\":{}}",
                        "params without a method"),
                invalid("response without id", "{\"jsonrpc\":\"2.0\",\"result\":{}}", "without an id"),
                invalid("error without id", "{\"jsonrpc\":\"2.0\",\"error\":{}}", "without an id"),
                invalid("error with null id", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{}}", "id is not"),
                invalid(
                        "result as string",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"x\"}",
                        "result is not an object"),
                invalid("result null", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}", "result is not an object"),
                invalid("error as string", "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"x\"}", "error is not an object"),
                invalid(
                        "a member of its own",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"auth\":\"x\"}",
                        "JSON-RPC does not have"));
    }

    private static String members(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":").append(i);
        }
        return text.toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void aBodyThatCouldBeReadInTwoWaysIsRefused(Refusal refusal) {
        Reading reading = McpMessages.read(refusal.body.getBytes(ISO_8859_1), 64, 100);

        assertThat(reading).isInstanceOfSatisfying(Reading.Malformed.class, malformed -> {
            assertThat(malformed.code()).isEqualTo(refusal.code);
            assertThat(malformed.reason()).contains(refusal.reason);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}",
                " \r\n\t{ \"jsonrpc\" : \"2.0\" , \"id\" : \"a\" , \"method\" : \"ping\" } \n",
                "{\"jsonrpc\":\"2.0\",\"id\":-9007199254740991,\"method\":\"ping\",\"params\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"x\",\"params\":{\"a\":[],\"b\":{},\"c\":[[],{}]}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":\"\",\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"no\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"n\":[0,-0,0.5,1e5,1E+05,-1.5e-300,1e999]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"s\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uD83D\\uDE00\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"s\":\"é€😀\u007f\uffff\udbff\udfff\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"systemPrompt\":1,\"Other\":2,\"other\":3}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"arguments\":{\"a\":{\"x\":1,\"X\":2}}}}"
            })
    void whatHasOneMeaningIsRead(String body) {
        assertThat(McpMessages.read(body.getBytes(UTF_8), 64, 100)).isInstanceOf(Reading.Single.class);
    }

    @Test
    void theDepthBoundCountsTheMessageItself() {
        byte[] body = arguments("[".repeat(61) + "]".repeat(61)).getBytes(UTF_8);

        assertThat(McpMessages.read(body, 64, 1)).isInstanceOf(Reading.Single.class);
        assertThat(McpMessages.read(body, 63, 1)).isInstanceOf(Reading.Malformed.class);
    }

    @Test
    void aCallSaysWhatADecisionNeeds() {
        Message message = single("{\"jsonrpc\":\"2.0\",\"id\":\"a-1\",\"method\":\"tools/call\",\"params\":{"
                + "\"name\":\"cr\\u00e9er\",\"uri\":\"file:///x\",\"arguments\":{\"n\":1.10,\"deep\":{\"b\":[true]}},"
                + "\"taskId\":\"t1\",\"task\":{\"ttl\":1},\"requestState\":\"s\",\"inputResponses\":{},"
                + "\"_meta\":{\"progressToken\":\"p\",\"traceparent\":\"00-ab\",\"tracestate\":\"x=y\","
                + "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"cli\",\"version\":\"9\"},"
                + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}");

        assertThat(message.kind()).isEqualTo(Message.Kind.REQUEST);
        assertThat(message.method()).isEqualTo("tools/call");
        assertThat(message.name()).isEqualTo("créer");
        assertThat(message.uri()).isEqualTo("file:///x");
        assertThat(message.arguments()).hasToString("{\"n\":1.10,\"deep\":{\"b\":[true]}}");
        assertThat(message.arguments().get("n").decimalValue()).isEqualTo("1.10");
        assertThat(message.taskId()).isEqualTo("t1");
        assertThat(message.asksForTask()).isTrue();
        assertThat(message.hasRequestState()).isTrue();
        assertThat(message.hasInputResponses()).isTrue();
        assertThat(message.progressToken()).hasToString("p");
        assertThat(message.traceparent()).isEqualTo("00-ab");
        assertThat(message.tracestate()).isEqualTo("x=y");
        assertThat(message.metaProtocolVersion()).isEqualTo("2026-07-28");
        assertThat(message.claimsVersion()).isTrue();
        assertThat(message.hasClientCapabilities()).isTrue();
        assertThat(message.clientName()).isEqualTo("cli");
        assertThat(message.clientVersion()).isEqualTo("9");
        assertThat(new String(message.id().json(), UTF_8)).isEqualTo("\"a-1\"");
    }

    @Test
    void otherMethodsSayTheirs() {
        Message initialize = single("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
                + "{\"protocolVersion\":\"2025-11-25\",\"clientInfo\":{\"name\":\"old\",\"version\":\"1\"}}}");
        assertThat(initialize.protocolVersion()).isEqualTo("2025-11-25");
        assertThat(initialize.clientName()).isEqualTo("old");
        assertThat(initialize.claimsVersion()).isFalse();

        Message cancelled =
                single("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}");
        assertThat(cancelled.kind()).isEqualTo(Message.Kind.NOTIFICATION);
        assertThat(cancelled.requestId()).isEqualTo(MessageId.of(7));

        Message progress = single(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"7\"}}");
        assertThat(progress.reportedProgressToken())
                .isNotEqualTo(MessageId.of(7))
                .hasToString("7");

        Message listen = single("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscriptions/listen\",\"params\":"
                + "{\"notifications\":{\"resourceSubscriptions\":[\"a:1\",\"b:2\"],\"taskIds\":[\"t\"]}}}");
        assertThat(listen.resourceSubscriptions()).containsExactly("a:1", "b:2");
        assertThat(listen.taskIds()).containsExactly("t");

        Message complete = single("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"completion/complete\",\"params\":"
                + "{\"ref\":{\"type\":\"ref/resource\",\"uri\":\"x://{y}\",\"name\":\"n\"}}}");
        assertThat(complete.refType()).isEqualTo("ref/resource");
        assertThat(complete.refUri()).isEqualTo("x://{y}");
        assertThat(complete.refName()).isEqualTo("n");
    }

    @Test
    void aMemberOfTheWrongTypeReadsAsAbsent() {
        Message message = single(call("{\"name\":7,\"uri\":null,\"arguments\":[1],\"taskId\":{},\"ref\":\"x\","
                + "\"notifications\":{\"resourceSubscriptions\":[1],\"taskIds\":\"t\"}}"));

        assertThat(message.name()).isNull();
        assertThat(message.uri()).isNull();
        assertThat(message.hasArguments()).isTrue();
        assertThat(message.arguments()).isNull();
        assertThat(message.taskId()).isNull();
        assertThat(message.refType()).isNull();
        assertThat(message.resourceSubscriptions()).isNull();
        assertThat(message.taskIds()).isNull();
    }

    @Test
    void missingArgumentsAreEmpty() {
        assertThat(single(call("{\"name\":\"x\"}")).arguments()).isEmpty();
    }

    @Test
    void membersOfOtherObjectsAreNotMistaken() {
        Message message =
                single(call("{\"x\":{\"name\":\"inner\"},\"arguments\":{\"name\":\"inner\",\"uri\":\"inner\"}}"));

        assertThat(message.name()).isNull();
        assertThat(message.uri()).isNull();
    }

    @Test
    void idsAreEqualByValueAndKeepTheirBytes() {
        MessageId escaped = single("{\"jsonrpc\":\"2.0\",\"id\":\"\\u0061\",\"method\":\"ping\"}")
                .id();
        MessageId plain =
                single("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\"}").id();
        MessageId text =
                single("{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"ping\"}").id();
        MessageId number =
                single("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}").id();

        assertThat(escaped).isEqualTo(plain).hasSameHashCodeAs(plain);
        assertThat(new String(escaped.json(), UTF_8)).isEqualTo("\"\\u0061\"");
        assertThat(text).isNotEqualTo(number);
        assertThat(number).isEqualTo(MessageId.of(1));
    }

    @Test
    void theIdOfAMessageThatIsNotJsonRpcIsKnownWhereItCanBe() {
        Reading reading = McpMessages.read("{\"id\":\"q\",\"method\":\"ping\"}".getBytes(UTF_8), 64, 1);

        assertThat(((Reading.Malformed) reading).id()).hasToString("q");
    }

    @Test
    void aBatchIsReadInOrderAndEachMessageKnowsItsBytes() {
        String first = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
        String second = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
        Reading reading = McpMessages.read(("[ " + first + " ,\n" + second + "]").getBytes(UTF_8), 64, 2);

        assertThat(((Reading.Batch) reading).messages())
                .extracting(message -> new String(message.bytes(), UTF_8))
                .containsExactly(first, second);
    }

    @Test
    void aBatchOfOneIsABatch() {
        assertThat(McpMessages.read("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]".getBytes(UTF_8), 64, 1))
                .isInstanceOf(Reading.Batch.class);
    }

    @Test
    void aWorkloadsResponseSaysWhatItHandsOut() {
        Message initialized = server("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\"}}");
        assertThat(initialized.kind()).isEqualTo(Message.Kind.RESPONSE);
        assertThat(initialized.isError()).isFalse();
        assertThat(initialized.resultProtocolVersion()).isEqualTo("2025-06-18");

        Message legacyTask = server("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"task\":{\"taskId\":\"t1\"}}}");
        assertThat(legacyTask.resultTaskId()).isEqualTo("t1");

        Message modernTask =
                server("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"task\",\"taskId\":\"t2\"}}");
        assertThat(modernTask.resultType()).isEqualTo("task");
        assertThat(modernTask.resultTaskId()).isEqualTo("t2");
    }

    @Test
    void aWorkloadMayAnswerWithAnErrorWithoutId() {
        assertThat(server("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,\"message\":\"x\"}}")
                        .id())
                .isNull();
        assertThat(server("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"x\"}}")
                        .isError())
                .isTrue();
        assertThat(server("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":null,\"x\":1}")
                        .isError())
                .isFalse();
    }

    @Test
    void aWorkloadMayCutAStringInTheMiddleOfAPair() {
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"a\\ud83d\",\"x\":\"\\ude00b\\ud83d\\ud83d\\ude00\"}}";

        assertThat(server(body).resultType()).isEqualTo("a\ufffd");
        assertThat(McpMessages.read(body.getBytes(UTF_8), 64, 1)).isInstanceOf(Reading.Malformed.class);
    }

    @Test
    void manyNamesAreReadAndNoneTwice() {
        String many = members(50_000);

        assertThat(McpMessages.read(arguments("{" + many + "}").getBytes(UTF_8), 64, 1))
                .isInstanceOf(Reading.Single.class);
        assertThat(McpMessages.read(arguments("{" + many + ",\"k49999\":1}").getBytes(UTF_8), 64, 1))
                .isInstanceOf(Reading.Malformed.class);
    }

    @Test
    void namesOfClosedObjectsAreForgotten() {
        String inner = "{\"a\":1,\"b\":{\"a\":1},\"c\":[{\"a\":1},{\"a\":2}],\"\\u0064\":{\"\\u0064\":1},\"e\":1}";

        assertThat(McpMessages.read(arguments(inner).getBytes(UTF_8), 64, 1)).isInstanceOf(Reading.Single.class);
    }

    /** Whatever is accepted after random damage, a second strict reader accepts too and understands in the same way. */
    @Test
    void damagedBodiesAreNeverReadDifferentlyThanByAnotherStrictReader() throws IOException {
        JsonMapper strict = JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        byte[] whole =
                ("{\"jsonrpc\":\"2.0\",\"id\":12,\"method\":\"tools/call\",\"params\":{\"name\":\"n\\u0061me é😀\","
                                + "\"arguments\":{\"a\":[1,2.5e3,true,null,\"\\ud83d\\ude00\"],\"b\":{\"c\":{}}},"
                                + "\"_meta\":{\"progressToken\":1}}}")
                        .getBytes(UTF_8);
        Random random = new Random(20261121);
        int accepted = 0;
        for (int round = 0; round < 60_000; round++) {
            byte[] body = damage(whole, random);
            if (!(McpMessages.read(body, 64, 10) instanceof Reading.Single single)) {
                continue;
            }
            accepted++;
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
            JsonNode tree = strict.readTree(text);
            Message message = single.message();
            assertThat(tree.path("method").asText("")).as(text).isEqualTo(message.method());
            JsonNode name = tree.path("params").path("name");
            assertThat(message.name()).as(text).isEqualTo(name.isTextual() ? name.asText() : null);
            JsonNode arguments = tree.path("params").path("arguments");
            if (arguments.isObject()) {
                assertThat(CanonicalJson.write(message.arguments())).as(text).isEqualTo(CanonicalJson.write(arguments));
            }
        }
        assertThat(accepted).isGreaterThan(1_000);
    }

    private static byte[] damage(byte[] whole, Random random) {
        byte[] body = whole.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(body.length);
            switch (random.nextInt(4)) {
                case 0 -> body[at] = (byte) random.nextInt(256);
                case 1 -> body[at] = body[random.nextInt(body.length)];
                case 2 -> {
                    byte[] shorter = new byte[body.length - 1];
                    System.arraycopy(body, 0, shorter, 0, at);
                    System.arraycopy(body, at + 1, shorter, at, shorter.length - at);
                    body = shorter;
                }
                default -> {
                    byte[] longer = new byte[body.length + 1];
                    System.arraycopy(body, 0, longer, 0, at);
                    longer[at] = body[random.nextInt(body.length)];
                    System.arraycopy(body, at, longer, at + 1, body.length - at);
                    body = longer;
                }
            }
        }
        return body;
    }

    private static Message single(String body) {
        Reading reading = McpMessages.read(body.getBytes(UTF_8), 64, 100);
        assertThat(reading).isInstanceOf(Reading.Single.class);
        return ((Reading.Single) reading).message();
    }

    private static Message server(String body) {
        Reading reading = McpMessages.readFromServer(body.getBytes(UTF_8), 64, 100);
        assertThat(reading).isInstanceOf(Reading.Single.class);
        return ((Reading.Single) reading).message();
    }
}
