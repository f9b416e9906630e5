package dev.ostiary.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of a newer CRD could refuse, lose or read otherwise an object that was written for an older one. Each break is one
 * line that names the field; what only widens is none.
 */
final class SchemaCompatibility {

    private static final List<String> UPPER = List.of("maxLength", "maxItems", "maxProperties", "maximum");
    private static final List<String> LOWER = List.of("minLength", "minItems", "minProperties", "minimum");
    private static final List<String> SAME = List.of(
            "type",
            "format",
            "pattern",
            "default",
            "x-kubernetes-list-type",
            "x-kubernetes-list-map-keys",
            "x-kubernetes-int-or-string",
            "x-kubernetes-preserve-unknown-fields");
    private static final List<String> NAMES = List.of("kind", "plural", "singular", "shortNames", "categories");

    private final List<String> breaks = new ArrayList<>();

    private SchemaCompatibility() {}

    /** The breaks between two CRDs of one name. */
    static List<String> breaks(JsonNode before, JsonNode after) {
        SchemaCompatibility compared = new SchemaCompatibility();
        String kind = before.at("/spec/names/kind").asText();
        compared.same(kind + " scope", before.at("/spec/scope"), after.at("/spec/scope"));
        for (String name : NAMES) {
            for (String word : words(before.at("/spec/names/" + name))) {
                if (!words(after.at("/spec/names/" + name)).contains(word)) {
                    compared.breaks.add(kind + " is no longer known by the " + name + " " + word);
                }
            }
        }
        for (JsonNode version : before.at("/spec/versions")) {
            compared.version(kind + "/" + version.path("name").asText(), version, after);
        }
        return compared.breaks;
    }

    private void version(String path, JsonNode before, JsonNode crd) {
        JsonNode after = null;
        for (JsonNode candidate : crd.at("/spec/versions")) {
            if (candidate.path("name").equals(before.path("name"))
                    && candidate.path("served").asBoolean()) {
                after = candidate;
            }
        }
        if (after == null) {
            breaks.add(path + " is no longer served");
            return;
        }
        for (Map.Entry<String, JsonNode> subresource :
                before.path("subresources").properties()) {
            same(
                    path + " subresource " + subresource.getKey(),
                    subresource.getValue(),
                    after.path("subresources").path(subresource.getKey()));
        }
        schema(path, before.at("/schema/openAPIV3Schema"), after.at("/schema/openAPIV3Schema"));
    }

    private void schema(String path, JsonNode before, JsonNode after) {
        for (String word : SAME) {
            same(path + " " + word, before.path(word), after.path(word));
        }
        for (String bound : UPPER) {
            if (after.has(bound)
                    && (!before.has(bound)
                            || after.get(bound).asLong() < before.get(bound).asLong())) {
                breaks.add(
                        path + " has a lower " + bound + ": " + after.get(bound).asText());
            }
        }
        for (String bound : LOWER) {
            if (after.has(bound)
                    && (!before.has(bound)
                            || after.get(bound).asLong() > before.get(bound).asLong())) {
                breaks.add(path + " has a higher " + bound + ": "
                        + after.get(bound).asText());
            }
        }
        if (after.has("enum")) {
            if (!before.has("enum")) {
                breaks.add(path + " takes some values only");
            }
            for (String value : words(before.path("enum"))) {
                if (!words(after.get("enum")).contains(value)) {
                    breaks.add(path + " no longer takes " + value);
                }
            }
        }
        for (String required : words(after.path("required"))) {
            if (!words(before.path("required")).contains(required)) {
                breaks.add(path + "." + required + " is now required");
            }
        }
        Set<String> rules = rules(before);
        for (String rule : rules(after)) {
            if (!rules.contains(rule)) {
                breaks.add(path + " has a new rule: " + rule);
            }
        }
        for (Map.Entry<String, JsonNode> property : before.path("properties").properties()) {
            JsonNode now = after.path("properties").path(property.getKey());
            if (now.isMissingNode()) {
                breaks.add(path + "." + property.getKey() + " is gone");
            } else {
                schema(path + "." + property.getKey(), property.getValue(), now);
            }
        }
        if (before.has("items")) {
            schema(path + "[]", before.get("items"), after.path("items"));
        }
        if (before.has("additionalProperties")) {
            schema(path + ".*", before.get("additionalProperties"), after.path("additionalProperties"));
        }
    }

    private void same(String what, JsonNode before, JsonNode after) {
        if (!before.equals(after)) {
            breaks.add(what + " was " + shown(before) + " and is " + shown(after));
        }
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "not there" : value.isTextual() ? value.asText() : value.toString();
    }

    private static Set<String> rules(JsonNode schema) {
        Set<String> rules = new LinkedHashSet<>();
        schema.path("x-kubernetes-validations")
                .forEach(rule -> rules.add(rule.path("rule").asText()));
        return rules;
    }

    private static List<String> words(JsonNode value) {
        List<String> words = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(word -> words.add(word.asText()));
        } else if (value.isTextual()) {
            words.add(value.asText());
        }
        return words;
    }
}
