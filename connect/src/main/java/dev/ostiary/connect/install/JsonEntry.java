package dev.ostiary.connect.install;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One member of a JSON document, set in its text: everything else of the file stays as it is, comments and layout included. Pure.
 */
final class JsonEntry {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonEntry() {}

    /**
     * The text with the member set.
     *
     * @param text of the file; blank: an empty document
     * @param path names of objects from the top, the member last
     * @return null when the text is no JSON object, or one of the path is something else
     */
    static @Nullable String set(String text, List<String> path, ObjectNode value) {
        String before = text.isBlank() ? "{}\n" : text;
        JsonNode tree = read(before);
        if (!(tree instanceof ObjectNode root)) {
            return null;
        }
        ObjectNode wanted = root.deepCopy();
        ObjectNode at = wanted;
        for (String name : path.subList(0, path.size() - 1)) {
            JsonNode next = at.get(name);
            if (next == null) {
                at = at.putObject(name);
            } else if (next instanceof ObjectNode object) {
                at = object;
            } else {
                return null;
            }
        }
        at.set(path.getLast(), value);
        if (wanted.equals(root)) {
            return text;
        }
        String after = edited(before, path, value);
        // What was written must be read as what was meant; else the file is left alone.
        return after != null && wanted.equals(read(after)) ? after : null;
    }

    private static @Nullable JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            return null;
        }
    }

    private static @Nullable String edited(String text, List<String> path, ObjectNode value) {
        try (JsonParser parser = JSON.getFactory().createParser(text)) {
            parser.nextToken();
            int depth = 0;
            int opened = offset(parser) + 1;
            while (depth < path.size()) {
                boolean first = true;
                boolean found = false;
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean here = parser.currentName().equals(path.get(depth));
                    JsonToken token = parser.nextToken();
                    first = false;
                    if (!here) {
                        parser.skipChildren();
                        continue;
                    }
                    if (depth == path.size() - 1) {
                        int from = offset(parser);
                        parser.skipChildren();
                        int to = (int) parser.currentLocation().getCharOffset();
                        return text.substring(0, from) + printed(value, depth) + text.substring(to);
                    }
                    if (token != JsonToken.START_OBJECT) {
                        return null;
                    }
                    opened = offset(parser) + 1;
                    found = true;
                    break;
                }
                if (!found) {
                    return text.substring(0, opened)
                            + "\n" + indent(depth + 1) + member(path.subList(depth, path.size()), value, depth)
                            + (first
                                    ? "\n" + indent(depth) + stripStart(text.substring(opened))
                                    : "," + text.substring(opened));
                }
                depth++;
            }
            return null;
        } catch (IOException e) {
            return null;
        }
    }

    private static int offset(JsonParser parser) {
        return (int) parser.currentTokenLocation().getCharOffset();
    }

    private static String stripStart(String text) {
        return text.stripLeading();
    }

    private static String member(List<String> names, ObjectNode value, int depth) throws IOException {
        String name = JSON.writeValueAsString(names.getFirst());
        return names.size() == 1
                ? name + ": " + printed(value, depth)
                : name + ": {\n" + indent(depth + 2) + member(names.subList(1, names.size()), value, depth + 1) + "\n"
                        + indent(depth + 1) + "}";
    }

    private static String printed(ObjectNode value, int depth) throws IOException {
        String[] lines =
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value).split("\n", -1);
        String margin = indent(depth + 1);
        return lines[0]
                + String.join(
                        "",
                        Arrays.stream(lines)
                                .skip(1)
                                .map(line -> "\n" + margin + line)
                                .toList());
    }

    private static String indent(int depth) {
        return "  ".repeat(depth);
    }
}
