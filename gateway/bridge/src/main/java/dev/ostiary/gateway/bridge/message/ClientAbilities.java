package dev.ostiary.gateway.bridge.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a client of the modern era can be asked (MCP 2026-07-28, {@code ClientCapabilities}): it says so in every request.
 *
 * @param names paths of capabilities, such as {@code sampling} and {@code sampling.tools}
 */
public record ClientAbilities(Set<String> names) {

    /** It can be asked nothing. */
    public static final ClientAbilities NONE = new ClientAbilities(Set.of());

    private static final Set<String> KNOWN =
            Set.of("sampling", "sampling.tools", "elicitation", "elicitation.form", "elicitation.url", "roots");

    public ClientAbilities {
        names = Set.copyOf(names);
    }

    /** Reads the object that the parser is at the beginning of; what is unknown is left out. */
    static ClientAbilities read(JsonParser json) throws IOException {
        Set<String> names = new TreeSet<>();
        read(json, "", names);
        if (names.contains("elicitation") && !names.contains("elicitation.url")) {
            // An empty object means forms (MCP, "Elicitation: Capabilities").
            names.add("elicitation.form");
        }
        return new ClientAbilities(names);
    }

    private static void read(JsonParser json, String above, Set<String> names) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = above + json.currentName();
            boolean object = json.nextToken() == JsonToken.START_OBJECT;
            if (object && KNOWN.contains(name)) {
                names.add(name);
                read(json, name + ".", names);
            } else {
                json.skipChildren();
            }
        }
    }

    /** Whether a request of a server's may be put to this client. */
    public boolean canAnswer(Message request) throws IOException {
        return switch (request.method()) {
            case "roots/list" -> names.contains("roots");
            case "sampling/createMessage" ->
                names.contains("sampling")
                        && (names.contains("sampling.tools")
                                || (!hasParam(request, "tools") && !hasParam(request, "toolChoice")));
            case "elicitation/create" ->
                names.contains(request.param("mode").equals("url") ? "elicitation.url" : "elicitation.form");
            default -> false;
        };
    }

    private static boolean hasParam(Message request, String name) throws IOException {
        try (JsonParser json = request.paramsParser()) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                if (json.currentName().equals(name)) {
                    return true;
                }
                json.nextToken();
                json.skipChildren();
            }
            return false;
        }
    }
}
