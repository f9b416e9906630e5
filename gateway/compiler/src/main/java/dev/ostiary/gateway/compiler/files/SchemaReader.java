package dev.ostiary.gateway.compiler.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads one document by its schema, as an API server with strict field validation would. Parts that do not fit are left
 * out and reported with their place; what remains fits.
 *
 * <p>Knows the subset of structural schemas that the CRDs use. Never quotes a value where {@code secret} is set.
 */
final class SchemaReader {

    /** Nodes of one document, aliases counted as often as they are used. */
    static final int MAX_NODES = 200_000;

    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** A document is larger than anybody could have meant. */
    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1L;

        TooLarge() {
            super("more than " + MAX_NODES + " values");
        }
    }

    /** Something that does not fit. */
    record Misfit(String path, int line, int column, String reason, String message) {}

    private final String file;
    private final boolean secret;
    private final List<Misfit> misfits = new ArrayList<>();
    private final Map<String, Place> places = new HashMap<>();
    private final Map<String, ScalarNode> texts = new HashMap<>();
    private int nodes;

    SchemaReader(String file, boolean secret) {
        this.file = file;
        this.secret = secret;
    }

    List<Misfit> misfits() {
        return misfits;
    }

    /** Field path → where its value is. */
    Map<String, Place> places() {
        return places;
    }

    /** Field path → the node of a text. */
    Map<String, ScalarNode> texts() {
        return texts;
    }

    /** What of the node fits; null when nothing does. */
    @Nullable
    JsonNode read(Node node, JsonNode schema, String path) throws TooLarge {
        if (++nodes > MAX_NODES || node.isRecursive()) {
            throw new TooLarge();
        }
        places.putIfAbsent(path, place(node));
        if (schema.path("x-kubernetes-preserve-unknown-fields").asBoolean() && !schema.has("properties")) {
            JsonNode any = anything(node, path);
            if (any != null && schema.has("type") && !any.isObject()) {
                return wrongType(node, path, "an object", any);
            }
            return any;
        }
        if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
            JsonNode value = scalar(node, path);
            return value == null || value.isTextual() || value.isIntegralNumber()
                    ? value
                    : wrongType(node, path, "a whole number or text", value);
        }
        return switch (schema.path("type").asText()) {
            case "object" -> object(node, schema, path);
            case "array" -> array(node, schema, path);
            case "string" -> string(node, schema, path);
            case "integer" -> integer(node, schema, path);
            case "boolean" -> {
                JsonNode value = scalar(node, path);
                yield value == null || value.isBoolean() ? value : wrongType(node, path, "true or false", value);
            }
            default -> throw new IllegalStateException(path + " has a schema of unknown type");
        };
    }

    private @Nullable JsonNode object(Node node, JsonNode schema, String path) throws TooLarge {
        if (!(node instanceof MappingNode mapping)) {
            return wrongType(node, path, "an object with fields", null);
        }
        ObjectNode object = JSON.objectNode();
        JsonNode known = schema.path("properties");
        JsonNode others = schema.path("additionalProperties");
        Map<String, NodeTuple> seen = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String key = key(tuple, path);
            if (key == null) {
                continue;
            }
            NodeTuple before = seen.putIfAbsent(key, tuple);
            if (before != null) {
                misfit(
                        join(path, key),
                        tuple.getKeyNode(),
                        "DuplicateKey",
                        "is there twice, first in line " + line(before.getKeyNode()) + "; remove one.");
                continue;
            }
            JsonNode childSchema = known.has(key) ? known.get(key) : others;
            if (childSchema.isMissingNode()) {
                unknown(path, key, tuple.getKeyNode(), known);
            } else if (!isNull(tuple.getValueNode())) {
                JsonNode value = read(tuple.getValueNode(), childSchema, join(path, key));
                if (value != null) {
                    object.set(key, value);
                }
            }
        }
        for (JsonNode required : schema.path("required")) {
            String name = required.asText();
            NodeTuple there = seen.get(name);
            if (there == null || isNull(there.getValueNode())) {
                misfit(join(path, name), node, "Missing", "is required, and is not there.");
            }
        }
        if (schema.has("maxProperties")
                && seen.size() > schema.get("maxProperties").asLong()) {
            misfit(
                    path,
                    node,
                    "Invalid",
                    "has more than " + schema.get("maxProperties").asLong() + " entries.");
            return null;
        }
        return object;
    }

    private void unknown(String path, String key, Node where, JsonNode known) {
        TreeSet<String> names = new TreeSet<>();
        known.fieldNames().forEachRemaining(names::add);
        String nearest = NearestName.of(key, names);
        misfit(
                join(path, key),
                where,
                "UnknownField",
                "is no field" + (path.isEmpty() ? "" : " of " + path)
                        + (nearest != null
                                ? "; did you mean " + nearest + "?"
                                : "; there are: " + String.join(", ", names) + "."));
    }

    private @Nullable JsonNode array(Node node, JsonNode schema, String path) throws TooLarge {
        if (!(node instanceof SequenceNode sequence)) {
            return wrongType(node, path, "a list", null);
        }
        ArrayNode array = JSON.arrayNode();
        Map<String, Integer> seen = new HashMap<>();
        List<Node> items = sequence.getValue();
        for (int i = 0; i < items.size(); i++) {
            String itemPath = path + "[" + i + "]";
            if (isNull(items.get(i))) {
                places.putIfAbsent(itemPath, place(items.get(i)));
                misfit(itemPath, items.get(i), "WrongType", "is empty.");
                continue;
            }
            JsonNode item = read(items.get(i), schema.path("items"), itemPath);
            if (item == null || ListItems.lacks(item, schema.path("items"))) {
                continue;
            }
            String identity = ListItems.identity(item, schema);
            Integer before = identity == null ? null : seen.putIfAbsent(identity, i);
            if (before != null) {
                misfit(itemPath, items.get(i), "Duplicate", "is the same as item " + before + "; remove one.");
                continue;
            }
            array.add(item);
        }
        if (schema.has("maxItems") && items.size() > schema.get("maxItems").asLong()) {
            misfit(
                    path,
                    node,
                    "Invalid",
                    "has more than " + schema.get("maxItems").asLong() + " items.");
            return null;
        }
        if (items.size() < schema.path("minItems").asLong()) {
            misfit(
                    path,
                    node,
                    "Invalid",
                    "needs at least " + schema.path("minItems").asLong() + " item.");
            return null;
        }
        return array;
    }

    private @Nullable JsonNode string(Node node, JsonNode schema, String path) {
        JsonNode value = scalar(node, path);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            return wrongType(node, path, "text; put it into quotes", value);
        }
        String text = value.textValue();
        texts.put(path, (ScalarNode) node);
        JsonNode allowed = schema.path("enum");
        if (!allowed.isMissingNode()) {
            List<String> values = new ArrayList<>();
            allowed.forEach(each -> values.add(each.asText()));
            if (!values.contains(text)) {
                String nearest = NearestName.of(text, values);
                misfit(
                        path,
                        node,
                        "NotAllowed",
                        "must be one of " + String.join(", ", values)
                                + (nearest != null ? "; did you mean " + nearest + "?" : "."));
                return null;
            }
        }
        long length = text.codePointCount(0, text.length());
        if (schema.has("maxLength") && length > schema.get("maxLength").asLong()) {
            misfit(
                    path,
                    node,
                    "Invalid",
                    "is longer than " + schema.get("maxLength").asLong() + " characters.");
            return null;
        }
        if (length < schema.path("minLength").asLong()) {
            misfit(path, node, "Invalid", "is empty.");
            return null;
        }
        String pattern = schema.path("pattern").asText();
        if (!pattern.isEmpty()
                && !PATTERNS.computeIfAbsent(pattern, Pattern::compile)
                        .matcher(text)
                        .find()) {
            misfit(path, node, "Invalid", PatternWords.of(pattern));
            return null;
        }
        return value;
    }

    private @Nullable JsonNode integer(Node node, JsonNode schema, String path) {
        JsonNode value = scalar(node, path);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber()) {
            return wrongType(node, path, "a whole number", value);
        }
        long least = schema.has("minimum")
                ? schema.get("minimum").asLong()
                : schema.path("format").asText().equals("int32") ? Integer.MIN_VALUE : Long.MIN_VALUE;
        long most = schema.has("maximum")
                ? schema.get("maximum").asLong()
                : schema.path("format").asText().equals("int32") ? Integer.MAX_VALUE : Long.MAX_VALUE;
        if (!value.canConvertToLong() || value.asLong() < least || value.asLong() > most) {
            misfit(path, node, "Invalid", "must be from " + least + " to " + most + ".");
            return null;
        }
        return value;
    }

    /** Any value, as it is written. */
    private @Nullable JsonNode anything(Node node, String path) throws TooLarge {
        if (++nodes > MAX_NODES || node.isRecursive()) {
            throw new TooLarge();
        }
        places.putIfAbsent(path, place(node));
        return switch (node) {
            case MappingNode mapping -> {
                ObjectNode object = JSON.objectNode();
                for (NodeTuple tuple : mapping.getValue()) {
                    String key = key(tuple, path);
                    if (key == null) {
                        continue;
                    }
                    if (object.has(key)) {
                        misfit(join(path, key), tuple.getKeyNode(), "DuplicateKey", "is there twice; remove one.");
                        continue;
                    }
                    JsonNode value = anything(tuple.getValueNode(), join(path, key));
                    if (value != null) {
                        object.set(key, value);
                    }
                }
                yield object;
            }
            case SequenceNode sequence -> {
                ArrayNode array = JSON.arrayNode();
                for (int i = 0; i < sequence.getValue().size(); i++) {
                    JsonNode value = anything(sequence.getValue().get(i), path + "[" + i + "]");
                    if (value != null) {
                        array.add(value);
                    }
                }
                yield array;
            }
            default -> scalar(node, path);
        };
    }

    private @Nullable JsonNode scalar(Node node, String path) {
        if (!(node instanceof ScalarNode scalar)) {
            return wrongType(node, path, "a single value", null);
        }
        try {
            return Scalars.value(scalar);
        } catch (Scalars.NoValue e) {
            misfit(path, node, "WrongType", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable String key(NodeTuple tuple, String path) {
        if (tuple.getKeyNode() instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        misfit(path, tuple.getKeyNode(), "WrongType", "has a key that is no text.");
        return null;
    }

    private @Nullable JsonNode wrongType(Node node, String path, String wanted, @Nullable JsonNode found) {
        String what = switch (node) {
            case MappingNode mapping -> "an object";
            case SequenceNode sequence -> "a list";
            default -> found == null ? "text" : Scalars.kind(found);
        };
        misfit(path, node, "WrongType", "must be " + wanted + ", and is " + what + ".");
        return null;
    }

    private void misfit(String path, Node where, String reason, String message) {
        Place place = place(where);
        // A value may stand where a field was expected.
        boolean doubtful = secret && reason.equals("UnknownField");
        misfits.add(new Misfit(
                doubtful ? "" : path,
                place.line(),
                place.column(),
                reason,
                doubtful ? "has a field that no Secret has." : message));
    }

    private Place place(Node node) {
        Mark mark = node.getStartMark().orElse(null);
        return new Place(file, mark == null ? 0 : mark.getLine() + 1, mark == null ? 0 : mark.getColumn() + 1);
    }

    private int line(Node node) {
        return place(node).line();
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
