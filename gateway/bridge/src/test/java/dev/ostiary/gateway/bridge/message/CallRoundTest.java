package dev.ostiary.gateway.bridge.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallRoundTest {

    private static final String PARAMS = "\"name\":\"t\",\"arguments\":{\"n\":1.0,\"s\":\"é\"}";

    private static Message message(String method, String params) throws BadMessage {
        return MessageReader.read(
                ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{" + params + "}}")
                        .getBytes(UTF_8));
    }

    private static CallRound round(String params) throws BadMessage {
        return CallRound.read(message("tools/call", params));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PARAMS + ",\"requestState\":\"x\",\"inputResponses\":{\"a\":{}}",
                "\"_meta\":{\"progressToken\":1}," + PARAMS,
                "\"arguments\":{\"n\":1.0,\"s\":\"é\"},\"name\":\"t\""
            })
    void roundsOfOneCallAreEqual(String params) throws BadMessage {
        assertThat(round(params).call()).isEqualTo(round(PARAMS).call());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"name\":\"u\",\"arguments\":{\"n\":1.0,\"s\":\"é\"}",
                "\"name\":\"t\",\"arguments\":{\"n\":1,\"s\":\"é\"}",
                "\"name\":\"t\"",
                PARAMS + ",\"task\":{}",
                ""
            })
    void otherCallsAreOthers(String params) throws BadMessage {
        assertThat(round(params).call()).isNotEqualTo(round(PARAMS).call());
        assertThat(CallRound.read(message("prompts/get", PARAMS)).call())
                .isNotEqualTo(round(PARAMS).call());
    }

    @Test
    void whatItBringsIsReadAsItIsWritten() throws BadMessage {
        CallRound round =
                round("\"inputResponses\": {\"a\" : {\"x\": [1, \"}\"]} ,\"b\":{}},\"requestState\":\"p.\\u0041\"");
        assertThat(round.state()).isEqualTo("p.A");
        assertThat(round.responses()).containsOnlyKeys("a", "b").containsEntry("a", "{\"x\": [1, \"}\"]}");
        assertThat(round.toString()).doesNotContain("p.A");
        assertThat(round("").state()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"requestState\":7",
                "\"requestState\":null",
                "\"requestState\":\"x\",\"inputResponses\":[]",
                "\"requestState\":\"x\",\"inputResponses\":{\"a\":\"text\"}",
                "\"inputResponses\":{\"a\":1}",
                "\"_meta\":[],\"requestState\":7",
                "\"_meta\":{\"io.modelcontextprotocol/logLevel\":\"loud\"}",
                "\"_meta\":{\"io.modelcontextprotocol/logLevel\":3}"
            })
    void whatIsNotInOrderIsInvalid(String params) {
        assertThatThrownBy(() -> round(params))
                .isInstanceOfSatisfying(
                        BadMessage.class, bad -> assertThat(bad.code()).isEqualTo(-32602));
    }

    /** What a first round brings is cut out, and nothing else. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'\"inputResponses\":{\"a\":{}}';''",
                "'\"inputResponses\" : {} , \"x\":1';'\"x\":1'",
                "'\"x\":1 , \"inputResponses\":{\"a\":{}}';'\"x\":1'",
                "'\"x\":\"y\",\"inputResponses\":{},\"z\":[2]';'\"x\":\"y\",\"z\":[2]'",
                "'\"_meta\":{},\"inputResponses\":{\"a\":{\"b\":\"}\"}},\"arguments\":{}';'\"_meta\":{},\"arguments\":{}'",
                "'\"x\":1';'\"x\":1'"
            })
    void whatNobodyAskedForIsTakenOut(String params, String left) throws BadMessage {
        Message message = message("tools/call", params);
        CallRound round = CallRound.read(message);
        assertThat(round.responses()).isEmpty();
        Edit edit = new Edit(message);
        if (round.unasked() != null) {
            edit.put(round.unasked(), "");
        }
        assertThat(new String(edit.bytes(), UTF_8))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{" + left + "}}");
        assertThat(CallRound.read(message("tools/call", "\"requestState\":\"s\"," + params))
                        .unasked())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"sampling\":{}}; sampling/createMessage; \"messages\":[]; true",
                "{\"sampling\":{}}; sampling/createMessage; \"messages\":[],\"tools\":[]; false",
                "{\"sampling\":{\"tools\":{}}}; sampling/createMessage; \"messages\":[],\"tools\":[]; true",
                "{\"sampling\":true}; sampling/createMessage; \"messages\":[]; false",
                "{\"elicitation\":{}}; elicitation/create; \"message\":\"m\"; true",
                "{\"elicitation\":{}}; elicitation/create; \"mode\":\"url\"; false",
                "{\"elicitation\":{\"url\":{}}}; elicitation/create; \"mode\":\"url\"; true",
                "{\"elicitation\":{\"url\":{}}}; elicitation/create; \"mode\":\"form\"; false",
                "{\"elicitation\":{\"form\":{},\"url\":{}}}; elicitation/create; \"mode\":\"form\"; true",
                "{\"roots\":{\"listChanged\":true}}; roots/list; \"x\":1; true",
                "{\"x\":{\"roots\":{}}}; roots/list; \"x\":1; false",
                "{\"roots\":{}}; tasks/list; \"x\":1; false",
                "{}; sampling/createMessage; \"messages\":[]; false"
            })
    void aClientIsAskedForWhatItSaysItCanDo(String said, String method, String params, boolean may) throws Exception {
        CallRound round = round("\"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":" + said + "}");
        assertThat(round.client().abilities().canAnswer(message(method, params)))
                .isEqualTo(may);
    }
}
