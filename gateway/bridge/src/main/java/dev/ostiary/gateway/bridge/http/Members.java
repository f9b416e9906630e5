package dev.ostiary.gateway.bridge.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.Span;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a message's result as they are written. */
record Members(Map<String, String> values) {

    private static final JsonFactory JSON = new JsonFactory();

    static Members of(Message message) throws IOException {
        Map<String, String> values = new HashMap<>();
        Span result = message.result();
        if (result != null) {
            byte[] bytes = message.bytes();
            try (JsonParser json = JSON.createParser(bytes, result.start(), result.end() - result.start())) {
                json.nextToken();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    JsonToken _ = json.nextToken();
                    int start =
                            result.start() + (int) json.currentTokenLocation().getByteOffset();
                    json.skipChildren();
                    json.finishToken();
                    int end = result.start() + (int) json.currentLocation().getByteOffset();
                    values.put(name, new String(bytes, start, end - start, StandardCharsets.UTF_8));
                }
            }
        }
        return new Members(values);
    }

    @Nullable
    String get(String name) {
        return values.get(name);
    }

    String getOr(String name, String other) {
        return values.getOrDefault(name, other);
    }
}
