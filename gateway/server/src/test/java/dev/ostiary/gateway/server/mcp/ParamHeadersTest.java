package dev.ostiary.gateway.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParamHeadersTest {

    private static final ParamHeaders DECLARED =
            ParamHeaders.of(object("{\"name\":\"t\",\"inputSchema\":{\"properties\":{"
                    + "\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"},"
                    + "\"count\":{\"type\":\"integer\",\"x-mcp-header\":\"Count\"},"
                    + "\"dry\":{\"type\":\"boolean\",\"x-mcp-header\":\"Dry\"},"
                    + "\"deep\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\",\"x-mcp-header\":\"Deep-Id\"}}},"
                    + "\"list\":{\"items\":{\"type\":\"string\",\"x-mcp-header\":\"Never\"}},"
                    + "\"bad\":{\"type\":\"string\",\"x-mcp-header\":\"not a token\"}}}}"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | ''",
                "{\"region\":\"eu\"} | Region=eu",
                "{\"region\":\"世界\"} | Region==?base64?5LiW55WM?=",
                "{\"region\":\" eu \"} | Region==?base64?IGV1IA==?=",
                "{\"count\":42} | Count=42",
                "{\"count\":42} | Count=42.0",
                "{\"count\":-7} | Count=-7",
                "{\"dry\":true} | Dry=true",
                "{\"deep\":{\"id\":\"x\"}} | Deep-Id=x",
                "{\"region\":null} | ''",
                "{\"region\":null} | Region=left over",
                "{\"region\":[1]} | ''",
                "{\"other\":\"x\"} | Other=y",
                "{\"bad\":\"x\",\"list\":[\"y\"]} | ''"
            })
    void argumentsAreMirrored(String arguments, String headers) {
        assertThat(verify(arguments, headers)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"region\":\"eu\"} | '' | Mcp-Param-Region is missing",
                "{\"region\":\"eu\"} | Region=us | does not match",
                "{\"region\":\"eu\"} | Region=EU | does not match",
                "{\"region\":\"eu\"} | Region==?base64?ZXU?= | not encoded",
                "{\"region\":\"eu\"} | Region=eu,Region=eu | more than once",
                "{\"count\":42} | Count=43 | does not match",
                "{\"count\":42} | Count=0x2a | does not match",
                "{\"count\":42} | Count=1e99999999 | does not match",
                "{\"count\":42} | Count=true | does not match",
                "{\"dry\":true} | Dry=True | does not match",
                "{\"deep\":{\"id\":\"x\"}} | Deep-Id=y | does not match"
            })
    void argumentsThatAreMirroredWronglyAreRefused(String arguments, String headers, String message) {
        HeaderAgreement.Refused refused = verify(arguments, headers);

        assertThat(refused.code()).isEqualTo(-32020);
        assertThat(refused.message()).contains(message);
    }

    @Test
    void aToolWithoutDeclarationsHasNothingToVerify() {
        assertThat(ParamHeaders.of(object("{\"name\":\"t\",\"inputSchema\":true}"))
                        .isEmpty())
                .isTrue();
        assertThat(DECLARED.isEmpty()).isFalse();
    }

    private static HeaderAgreement.Refused verify(String arguments, String headers) {
        Map<String, List<String>> values = new TreeMap<>();
        for (String header : headers.isEmpty() ? List.<String>of() : Arrays.asList(headers.split(",", -1))) {
            String[] parts = header.split("=", 2);
            values.merge(
                    "mcp-param-" + parts[0].toLowerCase(Locale.ROOT),
                    List.of(parts[1]),
                    (a, b) -> List.of(a.getFirst(), b.getFirst()));
        }
        return DECLARED.verify(
                name -> values.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()), object(arguments));
    }

    private static ObjectNode object(String json) {
        byte[] bytes = json.getBytes(UTF_8);
        return JsonTrees.object(bytes, 0, bytes.length);
    }
}
