package dev.ostiary.gateway.bridge.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MirroredParamsTest {

    private static Message message(String json) throws BadMessage {
        return MessageReader.read(("{\"jsonrpc\":\"2.0\",\"id\":1," + json + "}").getBytes(UTF_8));
    }

    private static MirroredParams of(String properties) throws IOException, BadMessage {
        MirroredParams params = new MirroredParams();
        params.add(message("\"result\":{\"tools\":[7,{\"inputSchema\":{\"properties\":{" + properties
                + "}},\"name\":\"t\",\"description\":\"x\"}]}"));
        return params;
    }

    private static String mismatch(MirroredParams params, String arguments, String... values)
            throws IOException, BadMessage {
        return params.mismatch(
                message("\"method\":\"tools/call\",\"params\":{\"name\":\"t\",\"arguments\":{" + arguments + "}}"),
                header -> header.equals("Mcp-Param-A") ? List.of(values) : List.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "string | \"x\"      | x             | true",
                "string | \"x\"      | X             | false",
                "string | \"x\"      |               | false",
                "string | \"x\"      | x;x           | false",
                "string | \"ü\"      | =?base64?w7w=?= | true",
                "string | \"ü\"      | ü             | false",
                "string | \"ü\"      | =?base64?w7w?= | false",
                "string | \"ü\"      | =?base64?/w==?= | false",
                "string | \"\\u0078\" | x           | true",
                "integer | 42        | 42            | true",
                "integer | 42        | 42.0          | true",
                "integer | 42.0      | 42            | true",
                "integer | 1e999999999 | 1           | false",
                "integer | 42        | 43            | false",
                "boolean | true      | true          | true",
                "boolean | true      | TRUE          | false",
                "boolean | null      | x             | true",
                "boolean | []        | x             | true",
                "number  | 1         | 2             | true"
            })
    void anArgumentIsComparedWithItsHeader(String type, String value, String sent, boolean holds) throws Exception {
        MirroredParams params = of("\"a\":{\"type\":\"" + type + "\",\"x-mcp-header\":\"A\"}");
        String[] values =
                sent == null ? new String[0] : Arrays.stream(sent.split(";")).toArray(String[]::new);
        assertThat(mismatch(params, "\"b\":[{\"a\":1}],\"a\":" + value, values))
                .isEqualTo(holds ? null : "Mcp-Param-A");
    }

    @Test
    void anArgumentFartherDownIsFoundByItsPathAlone() throws Exception {
        MirroredParams params =
                of("\"o\":{\"type\":\"object\",\"properties\":{\"a\":{\"x-mcp-header\":\"A\",\"type\":\"string\"}}}");
        assertThat(mismatch(params, "\"o\":{\"b\":{},\"a\":\"x\"}", "x")).isNull();
        assertThat(mismatch(params, "\"o\":{\"a\":\"x\"}", "y")).isEqualTo("Mcp-Param-A");
        assertThat(mismatch(params, "\"a\":\"x\",\"p\":{\"a\":1},\"o\":[{\"a\":1}]", "y"))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}",
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A B\"}",
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":7}",
                "\"a\":{\"items\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}",
                "\"a\":true"
            })
    void whatIsNoMarkIsNone(String properties) throws Exception {
        assertThat(mismatch(of(properties), "\"a\":\"x\"")).isNull();
    }

    @Test
    void pagesAreTakenInOneAfterTheOther() throws Exception {
        MirroredParams params = new MirroredParams();
        assertThat(params.add(message("\"result\":{\"nextCursor\":\"c\\n\",\"tools\":[]}")))
                .isEqualTo("c\n");
        assertThat(params.add(message("\"result\":{\"tools\":{},\"nextCursor\":null}")))
                .isEmpty();
        assertThat(params.add(message("\"result\":[]"))).isEmpty();
    }
}
