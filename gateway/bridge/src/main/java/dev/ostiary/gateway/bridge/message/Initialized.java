package dev.ostiary.gateway.bridge.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * What a server has said of itself in its answer to {@code initialize} (MCP 2025-11-25, "Lifecycle"), as it is written there.
 *
 * @param capabilities an object
 * @param serverInfo an object
 * @param instructions a string; empty where there is none
 */
public record Initialized(String capabilities, String serverInfo, String instructions) {

    /** Reads a successful answer that has been read before; what is missing or of another shape is replaced by next to nothing. */
    public static Initialized read(Message answer) throws IOException {
        String capabilities = "{}";
        String serverInfo = "{\"name\":\"\",\"version\":\"\"}";
        String instructions = "";
        try (JsonParser json = answer.parser(answer.result())) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                String written = answer.valueAt(json, answer.result()).in(answer.bytes());
                if (name.equals("capabilities") && value == JsonToken.START_OBJECT) {
                    capabilities = written;
                } else if (name.equals("serverInfo") && value == JsonToken.START_OBJECT) {
                    serverInfo = written;
                } else if (name.equals("instructions") && value == JsonToken.VALUE_STRING) {
                    instructions = written;
                }
            }
        }
        return new Initialized(capabilities, serverInfo, instructions);
    }
}
