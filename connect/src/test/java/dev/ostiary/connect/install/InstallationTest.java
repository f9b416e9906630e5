package dev.ostiary.connect.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstallationTest {

    private static final String COMMAND = "/opt/ostiary/ostiary";
    private static final List<String> ARGUMENTS = List.of("connect", "https://mcp.example.com/notes");
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    @TempDir
    private Path home;

    private final List<String> lines = new ArrayList<>();

    private void install(McpClient client, boolean dryRun) throws ConnectFailure {
        new Installation(Map.of("HOME", home.toString()), "Linux", lines::add)
                .install(client, "notes", COMMAND, ARGUMENTS, dryRun, NOW);
    }

    private Path file(McpClient client) {
        return client.file(Map.of("HOME", home.toString()), "Linux");
    }

    @ParameterizedTest
    @EnumSource(McpClient.class)
    void aFileIsMadeOnceAndThenLeftAlone(McpClient client) throws Exception {
        install(client, false);
        String written = Files.readString(file(client));
        assertThat(written).contains("notes").contains(COMMAND).contains("https://mcp.example.com/notes");
        assertThat(lines).anyMatch(line -> line.startsWith("+") && line.contains(COMMAND));

        lines.clear();
        install(client, false);
        assertThat(lines).containsExactly(file(client) + " has this entry already");
        assertThat(Files.readString(file(client))).isEqualTo(written);
        try (Stream<Path> files = Files.list(file(client).getParent())) {
            assertThat(files).containsExactly(file(client));
        }
    }

    @ParameterizedTest
    @EnumSource(McpClient.class)
    void aDryRunWritesNothing(McpClient client) throws Exception {
        install(client, true);
        assertThat(file(client)).doesNotExist();
        assertThat(lines).anyMatch(line -> line.contains("Nothing was written"));
    }

    @Test
    void whatElseIsInAFileStays() throws Exception {
        Path file = file(McpClient.VSCODE);
        Files.createDirectories(file.getParent());
        String before = """
                {
                  // my servers
                  "servers": {
                    "other": { "command": "x", }, /* kept */
                  },
                  "inputs": []
                }
                """;
        Files.writeString(file, before);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        install(McpClient.VSCODE, false);

        assertThat(Files.readString(file)).isEqualTo("""
                {
                  // my servers
                  "servers": {
                    "notes": {
                      "type" : "stdio",
                      "command" : "/opt/ostiary/ostiary",
                      "args" : [ "connect", "https://mcp.example.com/notes" ]
                    },
                    "other": { "command": "x", }, /* kept */
                  },
                  "inputs": []
                }
                """);
        Path backup = file.resolveSibling("mcp.json.ostiary-20261120-100000");
        assertThat(backup).hasContent(before);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void anOlderEntryIsReplaced() throws Exception {
        Path file = Files.writeString(file(McpClient.CLAUDE), """
                {"numStartups": 3, "mcpServers": {"notes": {"command": "npx"}, "b": {}}}
                """);
        install(McpClient.CLAUDE, false);
        assertThat(Files.readString(file))
                .startsWith("{\"numStartups\": 3, \"mcpServers\": {\"notes\": {")
                .contains(COMMAND)
                .doesNotContain("npx")
                .endsWith(", \"b\": {}}}\n");
    }

    @Test
    void tablesOfCodexStay() throws Exception {
        Path file = file(McpClient.CODEX);
        Files.createDirectories(file.getParent());
        Files.writeString(file, """
                model = "o5"

                [mcp_servers.notes]
                command = "npx"
                args = ["old"]
                startup_timeout_sec = 60

                [mcp_servers.other]
                command = "x"
                """);
        install(McpClient.CODEX, false);
        assertThat(Files.readString(file)).isEqualTo("""
                model = "o5"

                [mcp_servers.notes]
                command = "/opt/ostiary/ostiary"
                args = ["connect", "https://mcp.example.com/notes"]
                startup_timeout_sec = 60

                [mcp_servers.other]
                command = "x"
                """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CLAUDE   | {
            CLAUDE   | []
            CLAUDE   | {"mcpServers": []}
            CLAUDE   | {"a":1} x
            VSCODE   | servers:
            CODEX    | text = \"""
            CODEX    | mcp_servers = {}
            CODEX    | mcp_servers.notes.command = "x"
            CODEX    | [mcp_servers]\\nnotes = { command = "x" }
            CODEX    | [mcp_servers] # all\\n"notes".command = "x"
            CODEX    | [mcp_servers.notes]\\nurl = "https://mcp.example.com/notes"
            CODEX    | [mcp_servers.notes]\\nargs = [\\n"a"\\n]
            CODEX    | [mcp_servers.notes]\\n[mcp_servers.'notes']
            """)
    void whatCannotBeUnderstoodIsLeftAlone(McpClient client, String text) throws IOException {
        Path file = file(client);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text.replace("\\n", "\n"));
        assertThatThrownBy(() -> install(client, false))
                .isInstanceOf(ConnectFailure.class)
                .hasMessageContaining("was not changed")
                .hasMessageContaining(COMMAND);
        assertThat(file).hasContent(text.replace("\\n", "\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[mcp_servers.notes] # mine",
                "[ mcp_servers . notes ]",
                "[mcp_servers.\"notes\"]",
                "  [mcp_servers.'notes']"
            })
    void aTableOfCodexIsFoundHoweverItIsWritten(String header) throws Exception {
        Path file = file(McpClient.CODEX);
        Files.createDirectories(file.getParent());
        Files.writeString(file, header + "\ncommand = \"npx\"\ncommand_timeout = 7\n[other]\nnotes.x = 1\n");
        install(McpClient.CODEX, false);
        assertThat(Files.readString(file)).isEqualTo(header + """

                command = "/opt/ostiary/ostiary"
                args = ["connect", "https://mcp.example.com/notes"]
                command_timeout = 7
                [other]
                notes.x = 1
                """);
    }

    @ParameterizedTest
    @EnumSource(
            value = McpClient.class,
            names = {"CLAUDE", "CODEX"})
    void endsOfLinesAndAByteOrderMarkStay(McpClient client) throws Exception {
        Path file = file(client);
        Files.createDirectories(file.getParent());
        String before = client == McpClient.CODEX ? "model = \"o5\"\r\n" : "{\r\n  \"a\": 1\r\n}\r\n";
        Files.writeString(file, "\uFEFF" + before);
        install(client, false);
        String after = Files.readString(file);
        assertThat(after).startsWith("\uFEFF").contains(COMMAND);
        assertThat(after.replace("\r\n", "")).doesNotContain("\n").doesNotContain("\r");
        lines.clear();
        install(client, false);
        assertThat(lines).containsExactly(file + " has this entry already");
    }

    @Test
    void whatWasThereBeforeTwoServersIsKept() throws Exception {
        Path file = Files.writeString(file(McpClient.CLAUDE), "{}");
        install(McpClient.CLAUDE, false);
        new Installation(Map.of("HOME", home.toString()), "Linux", lines::add)
                .install(McpClient.CLAUDE, "second", COMMAND, ARGUMENTS, false, NOW);
        assertThat(file.resolveSibling(".claude.json.ostiary-20261120-100000")).hasContent("{}");
        assertThat(file.resolveSibling(".claude.json.ostiary-20261120-100000-2"))
                .content()
                .contains("notes")
                .doesNotContain("second");
    }

    @Test
    void aLinkToNothingIsSaid() throws Exception {
        Files.createSymbolicLink(file(McpClient.CLAUDE), home.resolve("gone"));
        assertThatThrownBy(() -> install(McpClient.CLAUDE, false))
                .isInstanceOf(ConnectFailure.class)
                .hasMessageContaining(home.resolve("gone") + " is missing");
    }

    /** Said in words, and left alone even where its folder could be written. */
    @Test
    void aFileThatIsReadOnlyStays() throws Exception {
        Path file = Files.writeString(file(McpClient.CLAUDE), "{}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        assertThatThrownBy(() -> install(McpClient.CLAUDE, false))
                .isInstanceOf(ConnectFailure.class)
                .hasMessageContaining(file + " cannot be changed: it, or its folder, is read-only");
        assertThat(file).hasContent("{}");
    }

    @Test
    void aLinkIsFollowedAndStays() throws Exception {
        Path dotfiles = Files.createDirectory(home.resolve("dotfiles"));
        Path real = Files.writeString(dotfiles.resolve("claude.json"), "{}");
        Files.createSymbolicLink(file(McpClient.CLAUDE), real);
        install(McpClient.CLAUDE, false);
        assertThat(file(McpClient.CLAUDE)).isSymbolicLink();
        assertThat(Files.readString(real)).contains(COMMAND);
    }

    @ParameterizedTest
    @CsvSource({
        "https://mcp.example.com/notes, notes",
        "https://mcp.example.com/notes/, notes",
        "https://mcp.example.com/mcp, mcp-example-com",
        "https://mcp.example.com, mcp-example-com",
    })
    void theNameFollowsFromTheUrl(String url, String name) {
        assertThat(Installation.nameOf(URI.create(url))).isEqualTo(name);
    }
}
