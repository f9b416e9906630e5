package dev.ostiary.connect.install;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The MCP clients whose configuration is known: where the user's own file is, and how an entry looks in it. */
public enum McpClient {
    /** Claude Code, user scope. */
    CLAUDE,
    /** Visual Studio Code, the default profile. */
    VSCODE,
    CURSOR,
    CODEX,
    OPENCODE;

    private static final JsonMapper JSON = new JsonMapper();

    /** The user's file. */
    public Path file(Map<String, String> environment, String osName) {
        Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
        String os = osName.toLowerCase(Locale.ROOT);
        return switch (this) {
            case CLAUDE -> home.resolve(".claude.json");
            case CURSOR -> home.resolve(".cursor").resolve("mcp.json");
            case CODEX ->
                folder(environment, "CODEX_HOME", home.resolve(".codex")).resolve("config.toml");
            case OPENCODE ->
                folder(environment, "XDG_CONFIG_HOME", home.resolve(".config"))
                        .resolve("opencode")
                        .resolve("opencode.json");
            case VSCODE -> {
                Path base = os.startsWith("mac")
                        ? home.resolve("Library").resolve("Application Support")
                        : os.startsWith("windows")
                                ? folder(
                                        environment,
                                        "APPDATA",
                                        home.resolve("AppData").resolve("Roaming"))
                                : folder(environment, "XDG_CONFIG_HOME", home.resolve(".config"));
                yield base.resolve("Code").resolve("User").resolve("mcp.json");
            }
        };
    }

    private static Path folder(Map<String, String> environment, String variable, Path standard) {
        String value = environment.getOrDefault(variable, "");
        return value.isEmpty() ? standard : Path.of(value);
    }

    /** The text with the entry; null when it cannot be understood. */
    @Nullable
    String edit(String text, String name, String command, List<String> arguments) {
        return switch (this) {
            case CLAUDE -> JsonEntry.set(text, List.of("mcpServers", name), typed("stdio", command, arguments));
            case CURSOR -> JsonEntry.set(text, List.of("mcpServers", name), plain(command, arguments));
            case VSCODE -> JsonEntry.set(text, List.of("servers", name), typed("stdio", command, arguments));
            case OPENCODE -> {
                ObjectNode entry = JSON.createObjectNode().put("type", "local");
                var whole = entry.putArray("command").add(command);
                arguments.forEach(whole::add);
                entry.put("enabled", true);
                yield JsonEntry.set(text, List.of("mcp", name), entry);
            }
            case CODEX -> TomlEntry.set(text, name, command, arguments);
        };
    }

    private static ObjectNode typed(String type, String command, List<String> arguments) {
        ObjectNode entry = JSON.createObjectNode().put("type", type);
        entry.setAll(plain(command, arguments));
        return entry;
    }

    private static ObjectNode plain(String command, List<String> arguments) {
        ObjectNode entry = JSON.createObjectNode().put("command", command);
        var list = entry.putArray("args");
        arguments.forEach(list::add);
        return entry;
    }
}
