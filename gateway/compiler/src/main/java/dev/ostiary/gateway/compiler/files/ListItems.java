package dev.ostiary.gateway.compiler.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the schema of a list says about its items. */
final class ListItems {

    private ListItems() {}

    /** A list has no room for an item that is known in part; a single object has. */
    static boolean lacks(JsonNode item, JsonNode schema) {
        for (JsonNode required : schema.path("required")) {
            if (!item.has(required.asText())) {
                return true;
            }
        }
        return false;
    }

    /** What makes an item of a set or map unique; null in other lists. */
    static @Nullable String identity(JsonNode item, JsonNode schema) {
        return switch (schema.path("x-kubernetes-list-type").asText()) {
            case "set" -> item.toString();
            case "map" -> {
                List<String> keys = new ArrayList<>();
                for (JsonNode key : schema.path("x-kubernetes-list-map-keys")) {
                    JsonNode usual =
                            schema.at("/items/properties").path(key.asText()).path("default");
                    keys.add(item.path(key.asText()).asText(usual.asText()));
                }
                yield keys.toString();
            }
            default -> null;
        };
    }
}
