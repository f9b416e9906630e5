package dev.ostiary.entra.emulator.oauth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The `claims` parameter (fact sheet §6, [D] claims-challenge.md).
 *
 * @param capabilities values of `xms_cc`
 * @param contexts authentication contexts that `acrs` demands
 */
record ClaimsRequest(List<String> capabilities, List<String> contexts) {

    static final ClaimsRequest NONE = new ClaimsRequest(List.of(), List.of());

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_VALUES = 20;

    /**
     * Reads the parameter.
     *
     * @throws EntraException when it is not a JSON object
     */
    static ClaimsRequest parse(@Nullable String text) {
        if (text == null) {
            return NONE;
        }
        try {
            JsonNode root = JSON.readTree(text);
            if (!root.isObject()) {
                throw new EntraException(EntraErrors.invalid("claims"));
            }
            JsonNode token = root.path("access_token");
            return new ClaimsRequest(values(token.path("xms_cc")), values(token.path("acrs")));
        } catch (JsonProcessingException e) {
            throw new EntraException(EntraErrors.invalid("claims"));
        }
    }

    private static List<String> values(JsonNode claim) {
        List<String> values = new ArrayList<>();
        if (claim.path("value").isTextual()) {
            values.add(claim.path("value").asText());
        }
        for (JsonNode value : claim.path("values")) {
            if (value.isTextual() && values.size() < MAX_VALUES) {
                values.add(value.asText());
            }
        }
        return List.copyOf(values);
    }
}
