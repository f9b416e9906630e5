package dev.ostiary.gateway.bridge.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Set;
import java.util.StringJoiner;

/**
 * What a request of the modern era (MCP 2026-07-28, basic/index, {@code _meta}) says about itself and its client. A server of the
 * older era must not see it: the handshake has told it another version, and PyPI's SDK refuses such a request for that.
 */
public final class Envelope {

    private static final Set<String> MEMBERS = Set.of(
            "io.modelcontextprotocol/protocolVersion",
            "io.modelcontextprotocol/clientInfo",
            "io.modelcontextprotocol/clientCapabilities",
            "io.modelcontextprotocol/logLevel");
    private static final String TOKEN = "progressToken";

    private Envelope() {}

    /**
     * Takes the envelope out of a request, and writes the progress token, where there is one, as {@code token}. Everything else in
     * {@code _meta} stays as it is written.
     */
    public static void remove(Message request, Edit edit, String token) throws IOException {
        Span meta = request.meta();
        if (meta == null) {
            return;
        }
        StringJoiner kept = new StringJoiner(",", "{", "}");
        try (JsonParser json = request.parser(meta)) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                int start = meta.start() + (int) json.currentTokenLocation().getByteOffset();
                JsonToken value = json.nextToken();
                int end = request.valueAt(json, meta).end();
                if (name.equals(TOKEN) && value.isScalarValue()) {
                    kept.add("\"" + TOKEN + "\":" + token);
                } else if (!MEMBERS.contains(name)) {
                    kept.add(new Span(start, end).in(request.bytes()));
                }
            }
        }
        edit.put(meta, kept.toString());
    }
}
