package dev.ostiary.cli.up;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** An MCP server over standard input and output: its one tool tells a variable of its environment, and its arguments. */
final class StdioProgram {

    private static final ObjectMapper JSON = new ObjectMapper();

    private StdioProgram() {}

    public static void main(String[] args) throws IOException {
        System.err.println("the program has started");
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode message = JSON.readTree(line);
            if (message.has("id") && message.has("method")) {
                ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
                answer.set("id", message.get("id"));
                answer.set("result", result(message, args));
                out.println(JSON.writeValueAsString(answer));
            }
        }
    }

    private static JsonNode result(JsonNode message, String[] args) throws IOException {
        return switch (message.path("method").asText()) {
            case "initialize" ->
                JSON.readTree("{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
                        + "\"serverInfo\":{\"name\":\"program\",\"version\":\"1\"}}");
            case "tools/list" ->
                JSON.readTree("{\"tools\":[{\"name\":\"variable\",\"inputSchema\":{\"type\":\"object\"}}]}");
            case "tools/call" -> {
                String name =
                        message.path("params").path("arguments").path("name").asText();
                String value = System.getenv(name) + " " + String.join(" ", args);
                ObjectNode result = JSON.createObjectNode();
                result.putArray("content").addObject().put("type", "text").put("text", value);
                yield result;
            }
            default -> JSON.createObjectNode();
        };
    }
}
