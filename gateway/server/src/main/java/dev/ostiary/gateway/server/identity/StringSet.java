package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Claims that are lists of texts, of which the order and the number of times mean nothing. */
final class StringSet {

    private StringSet() {}

    /** The texts of a claim, sorted, each once; empty when the claim is missing. */
    static List<String> claim(ObjectNode claims, String name) throws TokenRefused {
        JsonNode list = claims.path(name);
        if (list.isMissingNode()) {
            return List.of();
        }
        if (!list.isArray()) {
            throw new TokenRefused("MalformedClaims");
        }
        List<String> values = new ArrayList<>(list.size());
        for (JsonNode entry : list) {
            String value = entry.textValue();
            if (value == null) {
                throw new TokenRefused("MalformedClaims");
            }
            values.add(value);
        }
        return of(values);
    }

    /** The values, sorted, each once. */
    static List<String> of(List<String> values) {
        return values.stream().sorted().distinct().toList();
    }
}
