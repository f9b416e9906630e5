package dev.ostiary.gateway.bridge.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which arguments of a server's tools clients mirror in headers (MCP 2026-07-28, "Custom Headers from Tool Parameters"): those that the
 * tools' schemas mark with {@code x-mcp-header}, reachable through {@code properties} alone. Read by one thread; afterwards any.
 */
public final class MirroredParams {

    /** What begins the names of these headers. */
    public static final String PREFIX = "Mcp-Param-";

    private static final int MOST = 1_024;
    private static final int MOST_DEPTH = 16;
    private static final int MOST_NUMBER_CHARS = 64;

    /** RFC 9110 §5.6.2, and no longer than anybody needs. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");
    private static final Set<String> TYPES = Set.of("string", "integer", "boolean");

    private record Mirrored(List<String> path, String header) {}

    private final Map<String, List<Mirrored>> byTool = new HashMap<>();
    private int count;
    private boolean bounded = true;

    /**
     * Takes in a page of {@code tools/list} that has been read before.
     *
     * @return the cursor of the next page; empty where there is none
     */
    public String add(Message page) throws IOException {
        String cursor = "";
        try (JsonParser json = page.parser(page.result())) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals("nextCursor") && value == JsonToken.VALUE_STRING) {
                    cursor = json.getText();
                } else if (name.equals("tools") && value == JsonToken.START_ARRAY) {
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        tool(json);
                    }
                }
                json.skipChildren();
            }
        }
        return cursor;
    }

    private void tool(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        String tool = "";
        List<Mirrored> found = new ArrayList<>(0);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (name.equals("name") && value == JsonToken.VALUE_STRING) {
                tool = json.getText();
            } else if (name.equals("inputSchema") && value == JsonToken.START_OBJECT) {
                schema(json, List.of(), found);
            } else {
                json.skipChildren();
            }
        }
        count += found.size();
        if (count > MOST) {
            bounded = false;
        } else if (!found.isEmpty()) {
            byTool.put(tool, found);
        }
    }

    private static void schema(JsonParser json, List<String> path, List<Mirrored> found) throws IOException {
        String header = "";
        String type = "";
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (name.equals("x-mcp-header") && value == JsonToken.VALUE_STRING) {
                header = json.getText();
            } else if (name.equals("type") && value == JsonToken.VALUE_STRING) {
                type = json.getText();
            } else if (name.equals("properties") && value == JsonToken.START_OBJECT && path.size() < MOST_DEPTH) {
                properties(json, path, found);
            } else {
                json.skipChildren();
            }
        }
        if (!path.isEmpty()
                && found.size() <= MOST
                && TYPES.contains(type)
                && TOKEN.matcher(header).matches()) {
            found.add(new Mirrored(path, header));
        }
    }

    private static void properties(JsonParser json, List<String> path, List<Mirrored> found) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            List<String> inner = new ArrayList<>(path);
            inner.add(json.currentName());
            if (json.nextToken() == JsonToken.START_OBJECT) {
                schema(json, List.copyOf(inner), found);
            } else {
                json.skipChildren();
            }
        }
    }

    /** Whether every marked argument is known: false when there were more of them than are kept. */
    public boolean isBounded() {
        return bounded;
    }

    /**
     * Whether every argument of a call that must be mirrored is, by one header each; headers of arguments that are not there, or that
     * the tool does not mark, are nobody's business.
     *
     * @param headers all values of a header; empty where it is absent
     * @return the first header that is not as it must be; null when all are
     */
    public @Nullable String mismatch(Message call, Function<String, List<String>> headers) throws IOException {
        List<Mirrored> mirrored = byTool.get(call.param("name"));
        if (mirrored == null) {
            return null;
        }
        Map<List<String>, Argument> arguments = arguments(call, mirrored);
        for (Mirrored one : mirrored) {
            Argument argument = arguments.get(one.path);
            String header = PREFIX + one.header;
            if (argument != null) {
                List<String> sent = headers.apply(header);
                String value = sent.size() == 1 ? HeaderValue.decode(sent.getFirst()) : null;
                if (value == null || !argument.equalTo(value)) {
                    return header;
                }
            }
        }
        return null;
    }

    private record Argument(String text, boolean isNumber) {

        /** Numbers by value, so that 42.0 is 42; the rest as text. */
        boolean equalTo(String sent) {
            return text.equals(sent)
                    || (isNumber
                            && Math.max(text.length(), sent.length()) <= MOST_NUMBER_CHARS
                            && NUMBER.matcher(sent).matches()
                            && new BigDecimal(sent).compareTo(new BigDecimal(text)) == 0);
        }
    }

    /** The arguments at these paths that are text, numbers or truth values. */
    private static Map<List<String>, Argument> arguments(Message call, List<Mirrored> mirrored) throws IOException {
        Set<List<String>> ways = new HashSet<>();
        for (Mirrored one : mirrored) {
            for (int length = 0; length <= one.path.size(); length++) {
                ways.add(one.path.subList(0, length));
            }
        }
        Map<List<String>, Argument> found = new HashMap<>();
        try (JsonParser json = call.paramsParser()) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean meant = json.currentName().equals("arguments");
                if (json.nextToken() == JsonToken.START_OBJECT && meant) {
                    arguments(json, new ArrayList<>(), ways, found);
                }
                json.skipChildren();
            }
        }
        return found;
    }

    private static void arguments(
            JsonParser json, List<String> path, Set<List<String>> ways, Map<List<String>, Argument> found)
            throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            path.add(json.currentName());
            JsonToken value = json.nextToken();
            if (!ways.contains(path)) {
                json.skipChildren();
            } else if (value == JsonToken.START_OBJECT) {
                arguments(json, path, ways, found);
            } else if (value == JsonToken.START_ARRAY) {
                json.skipChildren();
            } else if (value != JsonToken.VALUE_NULL) {
                found.put(List.copyOf(path), new Argument(json.getText(), value.isNumeric()));
            }
            path.removeLast();
        }
    }
}
