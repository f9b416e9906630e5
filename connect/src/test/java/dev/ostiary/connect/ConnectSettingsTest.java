package dev.ostiary.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.settings.ConnectOptions;
import dev.ostiary.connect.settings.ConnectSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The variables of mcp-entra-auth-proxy, as they are. */
class ConnectSettingsTest {

    private static final String URL = "https://mcp.example.com/mcp/";

    @Test
    void everyVariableIsRead() throws Exception {
        ConnectSettings settings = ConnectSettings.of(
                options(null),
                Map.of(
                        "MCP_ENTRA_SERVER_URL", URL,
                        "MCP_ENTRA_RESOURCE", "api://notes",
                        "MCP_ENTRA_TENANT", "contoso.onmicrosoft.com",
                        "MCP_ENTRA_REFRESH_MARGIN", "7",
                        "MCP_ENTRA_TOOL_TIMEOUT", "30",
                        "MCP_ENTRA_HEADERS", "{\"X-Custom\":\"value\"}"));
        assertThat(settings.url()).hasToString(URL);
        assertThat(settings.resource()).isEqualTo("api://notes");
        assertThat(settings.tenant()).isEqualTo("contoso.onmicrosoft.com");
        assertThat(settings.margin()).isEqualTo(Duration.ofMinutes(7));
        assertThat(settings.toolTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.headers()).containsExactly(Map.entry("X-Custom", "value"));
        assertThat(settings).asString().doesNotContain("value");
    }

    @Test
    void theDefaultsAreTheSame() throws Exception {
        ConnectSettings settings = ConnectSettings.of(options(URL), Map.of("MCP_ENTRA_RESOURCE", ""));
        assertThat(settings.resource()).isNull();
        assertThat(settings.margin()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.toolTimeout()).isEqualTo(Duration.ofMinutes(2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            MCP_ENTRA_SERVER_URL     |                       | the server's URL is missing | MCP_ENTRA_SERVER_URL
            MCP_ENTRA_SERVER_URL     | http://example.com    | not https                   | --allow-http
            MCP_ENTRA_SERVER_URL     | nonsense              | no host                     | https://mcp.example.com
            MCP_ENTRA_SERVER_URL     | https://u:p@host/     | a user                      | https://mcp.example.com
            MCP_ENTRA_RESOURCE       | api://a b             | the resource is no URI      | MCP_ENTRA_RESOURCE
            MCP_ENTRA_RESOURCE       | --debug               | the resource is no URI      | MCP_ENTRA_RESOURCE
            MCP_ENTRA_RESOURCE       | @/etc/passwd          | the resource is no URI      | MCP_ENTRA_RESOURCE
            MCP_ENTRA_TENANT         | -x                    | neither an id nor a domain  | MCP_ENTRA_TENANT
            MCP_ENTRA_TENANT         | a;b                   | neither an id nor a domain  | MCP_ENTRA_TENANT
            MCP_ENTRA_REFRESH_MARGIN | soon                  | MCP_ENTRA_REFRESH_MARGIN    | the default is 5
            MCP_ENTRA_TOOL_TIMEOUT   | 0                     | MCP_ENTRA_TOOL_TIMEOUT      | the default is 120
            MCP_ENTRA_HEADERS        | [secret]              | not a JSON object           | {"X-Name":"value"}
            MCP_ENTRA_HEADERS        | {"A b":"secret"}      | HTTP does not allow         | printable ASCII
            MCP_ENTRA_HEADERS        | {"X":"secret\\n"}     | HTTP does not allow         | printable ASCII
            MCP_ENTRA_HEADERS        | {"Authorization":"secret"} | the connection's own   | MCP_ENTRA_TOKEN
            """)
    void whatIsWrongIsSaidWithWhatToDo(String variable, String value, String what, String fix) {
        Map<String, String> environment = new HashMap<>(Map.of("MCP_ENTRA_SERVER_URL", URL));
        environment.put(variable, value == null ? "" : value);
        assertThatThrownBy(() -> ConnectSettings.of(options(null), environment))
                .isInstanceOf(ConnectFailure.class)
                .hasMessageContaining(what)
                .hasMessageContaining(fix)
                .hasMessageNotContaining("secret")
                .extracting(e -> ((ConnectFailure) e).kind())
                .isEqualTo(ConnectFailure.Kind.USAGE);
    }

    private static ConnectOptions options(String url) {
        return new ConnectOptions(
                url,
                ConnectOptions.Auth.AUTO,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                true,
                false,
                true,
                false);
    }
}
