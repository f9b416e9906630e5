package dev.ostiary.connect.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.connect.message.Message;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The headers that repeat what a message of the stateless era says (MCP 2026-07-28, Streamable HTTP): method, name, and the
 * arguments that a tool's schema marks with {@code x-mcp-header}, as the last list of tools has it. Safe for any thread.
 */
final class MirroredHeaders {

    private static final int MOST_TOOLS = 10_000;

    private volatile Map<String, Map<String, String>> argumentsOfTools = Map.of();

    /** Adds the headers of this message. */
    void add(HttpRequest.Builder request, Message message, String version) {
        request.setHeader("MCP-Protocol-Version", encoded(version));
        String method = message.method();
        if (method == null) {
            return;
        }
        request.setHeader("Mcp-Method", encoded(method));
        JsonNode params = message.params();
        String name = switch (method) {
            case "tools/call", "prompts/get" -> params.path("name").textValue();
            case "resources/read" -> params.path("uri").textValue();
            default -> null;
        };
        if (name == null) {
            return;
        }
        request.setHeader("Mcp-Name", encoded(name));
        if (method.equals("tools/call")) {
            argumentsOfTools.getOrDefault(name, Map.of()).forEach((argument, header) -> {
                JsonNode value = params.path("arguments").path(argument);
                if (value.isTextual() || value.isIntegralNumber() || value.isBoolean()) {
                    request.setHeader("Mcp-Param-" + header, encoded(value.asText()));
                }
            });
        }
    }

    /** Remembers what the tools of this answer to {@code tools/list} mark; a later page adds to the first. */
    void learn(Message request, Message answer) {
        if (!request.is("tools/list") || !answer.result().path("tools").isArray()) {
            return;
        }
        Map<String, Map<String, String>> tools =
                request.params().has("cursor") ? new HashMap<>(argumentsOfTools) : new HashMap<>();
        for (JsonNode tool : answer.result().path("tools")) {
            Map<String, String> marked = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> property :
                    tool.path("inputSchema").path("properties").properties()) {
                String header = property.getValue().path("x-mcp-header").textValue();
                if (header != null && header.matches("[A-Za-z0-9-]{1,64}")) {
                    marked.put(property.getKey(), header);
                }
            }
            String name = tool.path("name").textValue();
            if (name != null && !marked.isEmpty() && tools.size() < MOST_TOOLS) {
                tools.put(name, marked);
            }
        }
        argumentsOfTools = tools;
    }

    /** As it is when it is printable ASCII, else in base64 with the marks of the specification. */
    static String encoded(@Nullable String value) {
        String text = value == null ? "" : value;
        boolean plain =
                text.chars().allMatch(c -> c >= ' ' && c < 0x7f) && text.equals(text.strip()) && !text.startsWith("=?");
        return plain
                ? text
                : "=?base64?" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + "?=";
    }
}
