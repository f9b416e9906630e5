package dev.ostiary.connect.install;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One table {@code [mcp_servers.NAME]} of a TOML file, set in its text; the rest stays as it is. Knows as much of TOML as it takes to
 * find tables, and leaves alone what it does not know. Pure.
 */
final class TomlEntry {

    private static final Pattern HEADER = Pattern.compile("\\[.*");
    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\\s*[=.].*");
    /** What is written anew. */
    private static final Set<String> OURS = Set.of("command", "args");
    /** Of a server that is reached over HTTP: beside a command it makes the whole file invalid. */
    private static final Set<String> OF_HTTP =
            Set.of("url", "bearer_token_env_var", "http_headers", "env_http_headers");

    private TomlEntry() {}

    /**
     * The text with the table set.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @return null when a line cannot be understood, or the table is written in another way
     */
    static @Nullable String set(String text, String name, String command, List<String> arguments) {
        List<String> values = List.of("command = " + quoted(command), "args = [" + quotedAll(arguments) + "]");
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        Pattern ours = header("mcp_servers\\s*\\.\\s*" + key(name));
        Pattern all = header("mcp_servers");
        int from = -1;
        int to = -1;
        boolean amongServers = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.contains("\"\"\"") || line.contains("'''")) {
                // A text over several lines could look like anything.
                return null;
            }
            if (HEADER.matcher(line).matches() && !line.startsWith("[[") && !isValue(lines, i)) {
                if (from >= 0 && to < 0) {
                    to = i;
                }
                amongServers = all.matcher(line).matches();
                if (ours.matcher(line).matches()) {
                    if (from >= 0) {
                        return null;
                    }
                    from = i;
                }
            } else if (line.startsWith("mcp_servers")
                    || (amongServers && nameOf(line).equals(name))) {
                // Inline, or with dots: a table of that name would be there twice.
                return null;
            }
        }
        if (from < 0) {
            String gap = text.isBlank() ? "" : text.endsWith("\n") ? text + "\n" : text + "\n\n";
            return gap + "[mcp_servers." + name + "]\n" + String.join("\n", values) + "\n";
        }
        to = to < 0 ? lines.size() : to;
        List<String> kept = new ArrayList<>();
        for (String line : lines.subList(from + 1, to)) {
            String assigned = nameOf(line.strip());
            if (OF_HTTP.contains(assigned)) {
                return null;
            }
            if (!OURS.contains(assigned)) {
                kept.add(line);
            } else if (assigned.equals("args") && !line.strip().endsWith("]")) {
                return null;
            }
        }
        List<String> after = new ArrayList<>(lines.subList(0, from + 1));
        after.addAll(values);
        after.addAll(kept);
        after.addAll(lines.subList(to, lines.size()));
        return String.join("\n", after);
    }

    private static Pattern header(String path) {
        return Pattern.compile("\\[\\s*" + path + "\\s*\\]\\s*(#.*)?");
    }

    private static String key(String name) {
        return "(" + name + "|\"" + name + "\"|'" + name + "')";
    }

    /** The key that this line assigns, or the first of its dotted parts; empty when it assigns none. */
    private static String nameOf(String line) {
        Matcher assignment = ASSIGNMENT.matcher(line);
        return assignment.matches() ? assignment.group(1).replaceAll("[\"']", "") : "";
    }

    /** Whether this line is inside an array that was opened above. */
    private static boolean isValue(List<String> lines, int at) {
        for (int i = at - 1; i >= 0; i--) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            return line.endsWith("[") || line.endsWith(",");
        }
        return false;
    }

    private static String quotedAll(List<String> texts) {
        return String.join(", ", texts.stream().map(TomlEntry::quoted).toList());
    }

    /** A basic string; control characters do not come here. */
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
