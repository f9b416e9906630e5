package dev.ostiary.connect.settings;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.metadata.SafeUrl;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one connection is to be like: options, else the environment variables of mcp-entra-auth-proxy, else defaults.
 *
 * @param headers further ones for every request; their values may be secret
 * @param tenant where {@code az} asks; null: found in the server's metadata
 * @param resource what {@code az} asks for; null: found there, too
 * @param margin before its expiry a token is replaced
 * @param toolTimeout how long a call may be silent
 */
public record ConnectSettings(
        URI url,
        ConnectOptions options,
        Map<String, String> headers,
        @Nullable String tenant,
        @Nullable String resource,
        Duration margin,
        Duration toolTimeout) {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int MARGIN_MINUTES = 5;
    private static final int TOOL_TIMEOUT_SECONDS = 120;
    /** The transport's own, and what the JDK's client sets itself. */
    private static final Set<String> RESERVED = Set.of(
            "authorization",
            "accept",
            "content-type",
            "content-length",
            "host",
            "connection",
            "expect",
            "upgrade",
            "transfer-encoding",
            "cookie",
            "mcp-session-id",
            "mcp-protocol-version",
            "mcp-method",
            "mcp-name",
            "last-event-id");

    public ConnectSettings {
        headers = Map.copyOf(headers);
    }

    @Override
    public String toString() {
        return "ConnectSettings[" + url + "]";
    }

    /**
     * Reads both.
     *
     * @throws ConnectFailure naming the option or variable that is wrong, never its value when that may be secret
     */
    public static ConnectSettings of(ConnectOptions options, Map<String, String> environment) throws ConnectFailure {
        String url = options.url() != null ? options.url() : set(environment, "MCP_ENTRA_SERVER_URL");
        if (url == null) {
            throw ConnectFailure.usage(
                    "the server's URL is missing", "give it as an argument, or set MCP_ENTRA_SERVER_URL");
        }
        String resource = options.resource() != null ? options.resource() : set(environment, "MCP_ENTRA_RESOURCE");
        String tenant = options.tenant() != null ? options.tenant() : set(environment, "MCP_ENTRA_TENANT");
        if (resource != null && !isArgument(resource)) {
            throw ConnectFailure.usage(
                    "the resource is no URI", "set MCP_ENTRA_RESOURCE to one such as api://<client id>");
        }
        if (tenant != null && !tenant.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,99}")) {
            throw ConnectFailure.usage(
                    "the tenant is neither an id nor a domain",
                    "set MCP_ENTRA_TENANT to one such as contoso.onmicrosoft.com");
        }
        if (options.scopes() != null && !options.scopes().stream().allMatch(ConnectSettings::isArgument)) {
            throw ConnectFailure.usage(
                    "a --scope is none", "give one at a time, such as --scope api://<client id>/<name>");
        }
        return new ConnectSettings(
                SafeUrl.of(url, "the server's URL", options.allowHttp()),
                options,
                headers(options, environment),
                tenant,
                resource,
                Duration.ofMinutes(number(
                        options.refreshMarginMinutes(),
                        environment,
                        "MCP_ENTRA_REFRESH_MARGIN",
                        MARGIN_MINUTES,
                        0,
                        1440)),
                Duration.ofSeconds(number(
                        options.toolTimeoutSeconds(),
                        environment,
                        "MCP_ENTRA_TOOL_TIMEOUT",
                        TOOL_TIMEOUT_SECONDS,
                        1,
                        86_400)));
    }

    /** Visible ASCII that az takes for what it is: not for an option, nor ({@code @}) for the name of a file. */
    private static boolean isArgument(String text) {
        return text.matches("[!-~&&[^@-]][!-~]{0,1999}");
    }

    private static @Nullable String set(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "").strip();
        return value.isEmpty() ? null : value;
    }

    private static int number(
            @Nullable Integer option,
            Map<String, String> environment,
            String variable,
            int standard,
            int least,
            int most)
            throws ConnectFailure {
        String text = option != null ? option.toString() : set(environment, variable);
        if (text == null) {
            return standard;
        }
        int value = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : -1;
        if (value < least || value > most) {
            throw ConnectFailure.usage(
                    variable + " (or its option) is not a whole number from " + least + " to " + most,
                    "correct it or leave it out; the default is " + standard);
        }
        return value;
    }

    private static Map<String, String> headers(ConnectOptions options, Map<String, String> environment)
            throws ConnectFailure {
        Path file = options.headersFile();
        String text;
        String where;
        try {
            text = file == null ? set(environment, "MCP_ENTRA_HEADERS") : Files.readString(file);
            where = file == null ? "MCP_ENTRA_HEADERS" : file.toString();
        } catch (IOException e) {
            throw ConnectFailure.usage("the headers file " + file + " cannot be read", "check --headers-file");
        }
        if (text == null) {
            return Map.of();
        }
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JacksonException e) {
            json = JSON.missingNode();
        }
        if (!json.isObject()) {
            throw ConnectFailure.usage(
                    where + " is not a JSON object",
                    "write it as {\"X-Name\":\"value\"}, quoted as your client's file wants it");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> header : json.properties()) {
            String name = header.getKey();
            String value = header.getValue().textValue();
            if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
                    || value == null
                    || !value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7f))) {
                throw ConnectFailure.usage(
                        where + " has a header that HTTP does not allow",
                        "names are tokens, values printable ASCII texts");
            }
            if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
                throw ConnectFailure.usage(
                        where + " sets " + name + ", which is the connection's own",
                        name.equalsIgnoreCase("authorization")
                                ? "put the token in MCP_ENTRA_TOKEN, or in a file for --token-file"
                                : "leave it out");
            }
            headers.put(name, value);
        }
        return headers;
    }
}
