package dev.ostiary.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One kind as a chapter of the reference: its objects in the order in which their fields name them. */
final class ReferencePage {

    private final StringBuilder text = new StringBuilder();
    private final List<String> rules = new ArrayList<>();

    private ReferencePage() {}

    static String of(JsonNode crd) {
        ReferencePage page = new ReferencePage();
        JsonNode schema = crd.at("/spec/versions/0/schema/openAPIV3Schema");
        page.text.append("## ").append(crd.at("/spec/names/kind").asText()).append("\n\n");
        page.text.append(plain(schema.path("description").asText())).append("\n\n");
        List<String> names =
                new ArrayList<>(List.of(crd.at("/spec/names/plural").asText()));
        crd.at("/spec/names/shortNames").forEach(name -> names.add(name.asText()));
        page.text
                .append("`kubectl get ")
                .append(String.join("`, `kubectl get ", names))
                .append("`\n\n");
        page.rules("", schema);
        for (String part : List.of("spec", "status")) {
            if (schema.at("/properties/" + part).has("properties")) {
                page.object(part, schema.at("/properties/" + part));
            }
        }
        if (!page.rules.isEmpty()) {
            page.text.append("### What is refused\n\n");
            page.rules.forEach(rule -> page.text.append("- ").append(rule).append('\n'));
            page.text.append('\n');
        }
        return page.text.toString();
    }

    private void object(String path, JsonNode schema) {
        rules(path, schema);
        text.append("### ").append('`').append(path).append("`\n\n");
        text.append("| field | type | default | meaning |\n|---|---|---|---|\n");
        List<Map.Entry<String, JsonNode>> inner = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
            boolean required = false;
            for (JsonNode name : schema.path("required")) {
                required |= name.asText().equals(field.getKey());
            }
            JsonNode is = field.getValue();
            text.append("| `").append(field.getKey()).append("` | ");
            text.append(type(is)).append(required ? ", required" : "").append(" | ");
            JsonNode usual = is.path("default");
            text.append(usual.isMissingNode() || usual.isContainerNode() ? "" : "`" + usual.asText() + "`");
            text.append(" | ").append(plain(is.path("description").asText())).append(limits(is));
            text.append(" |\n");
            JsonNode nested = is.path("type").asText().equals("array") ? is.path("items") : is;
            if (nested.has("properties") && !field.getKey().equals("conditions")) {
                inner.add(Map.entry(
                        path + "." + field.getKey() + (is.path("type").asText().equals("array") ? "[]" : ""), nested));
                if (nested != is) {
                    rules(path + "." + field.getKey(), is);
                }
            } else {
                rules(path + "." + field.getKey(), is);
            }
        }
        text.append('\n');
        inner.forEach(each -> object(each.getKey(), each.getValue()));
    }

    private void rules(String path, JsonNode schema) {
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            String field = path + rule.path("fieldPath").asText();
            rules.add((field.isEmpty() ? "" : "`" + field + "` ")
                    + plain(rule.path("message").asText()));
        }
    }

    private static String type(JsonNode schema) {
        if (schema.has("enum")) {
            List<String> values = new ArrayList<>();
            schema.get("enum").forEach(value -> values.add("`" + value.asText() + "`"));
            return String.join(", ", values);
        }
        return switch (schema.path("type").asText()) {
            case "array" -> "list of " + type(schema.path("items"));
            case "object" ->
                schema.has("additionalProperties") ? "map of " + type(schema.get("additionalProperties")) : "object";
            case "" -> "number or text";
            case "string" -> schema.path("format").asText().equals("date-time") ? "time" : "text";
            case "integer" -> "number";
            case "boolean" -> "true or false";
            default -> throw new IllegalStateException(schema.toString());
        };
    }

    private static String limits(JsonNode schema) {
        List<String> limits = new ArrayList<>();
        if (schema.has("minimum") && schema.has("maximum")) {
            limits.add("From " + schema.get("minimum").asText() + " to "
                    + schema.get("maximum").asText() + ".");
        }
        if (schema.has("maxItems")) {
            limits.add("At most " + schema.get("maxItems").asText() + ".");
        }
        if (schema.has("maxProperties")) {
            limits.add("At most " + schema.get("maxProperties").asText() + ".");
        }
        if (schema.has("maxLength") && !schema.path("pattern").asText().equals(Api.DURATION)) {
            limits.add("At most " + schema.get("maxLength").asText() + " characters.");
        }
        return limits.isEmpty() ? "" : " " + String.join(" ", limits);
    }

    /** What Markdown would take for its own. */
    private static String plain(String description) {
        return description
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("|", "\\|")
                .replace("*", "\\*")
                .replace("_", "\\_");
    }
}
