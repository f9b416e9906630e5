package dev.ostiary.connect.install;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One table {@code [mcp_servers.NAME]} of a TOML file, set in its text; the rest stays as it is. Knows as much of TOML as it takes to
 * find tables, and leaves alone what it does not know. Pure.
 */
final class TomlEntry {

    private static final Pattern HEADER = Pattern.compile("\\s*\\[.*");
    private static final Pattern ASSIGNMENT = Pattern.compile("\\s*[A-Za-z0-9_.\"'-][^=]*=.*");

    private TomlEntry() {}

    /**
     * The text with the table set.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @return null when a line cannot be understood, or the table is written in another way
     */
    static @Nullable String set(String text, String name, String command, List<String> arguments) {
        String header = "[mcp_servers." + name + "]";
        List<String> table = List.of(header, "command = " + quoted(command), "args = [" + quotedAll(arguments) + "]");
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        int from = -1;
        int to = -1;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.contains("\"\"\"") || line.contains("'''")) {
                // A text over several lines could look like anything.
                return null;
            }
            if (line.startsWith("mcp_servers") || line.replace(" ", "").contains("mcp_servers.\"" + name + "\"")) {
                return null;
            }
            if (HEADER.matcher(line).matches() && !line.startsWith("[[") && !isValue(lines, i)) {
                if (from >= 0 && to < 0) {
                    to = i;
                }
                if (line.equals(header)) {
                    if (from >= 0) {
                        return null;
                    }
                    from = i;
                }
            }
        }
        if (from < 0) {
            String gap = text.isBlank() ? "" : text.endsWith("\n") ? text + "\n" : text + "\n\n";
            return gap + String.join("\n", table) + "\n";
        }
        to = to < 0 ? lines.size() : to;
        List<String> kept = new ArrayList<>();
        for (String line : lines.subList(from + 1, to)) {
            String key = line.strip();
            if (key.startsWith("command") || key.startsWith("args")) {
                if (!ASSIGNMENT.matcher(key).matches() || (key.contains("[") && !key.endsWith("]"))) {
                    return null;
                }
                continue;
            }
            kept.add(line);
        }
        List<String> after = new ArrayList<>(lines.subList(0, from));
        after.addAll(table);
        after.addAll(kept);
        after.addAll(lines.subList(to, lines.size()));
        return String.join("\n", after);
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
