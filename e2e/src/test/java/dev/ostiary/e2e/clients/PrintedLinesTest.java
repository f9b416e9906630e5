package dev.ostiary.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines that {@code ostiary up} prints, pasted into a shell as they are. */
@Tag("clients")
class PrintedLinesTest {

    @TempDir
    private Path folder;

    private RunningDemo demo;

    @BeforeEach
    void start() throws Exception {
        demo = RunningDemo.start(folder);
    }

    @AfterEach
    void stop() throws Exception {
        demo.close();
    }

    @Test
    void theCallsDoWhatTheirHeadingSays() throws Exception {
        List<String> calls = demo.lines("curl");
        assertThat(calls).hasSize(3);
        assertThat(demo.shell(calls.get(0))).contains("read_note").doesNotContain("write_note");
        assertThat(demo.shell(calls.get(1))).contains("\"error\"").contains("Writers");
        assertThat(demo.shell(calls.get(2))).contains("\"result\"").contains("lunch");
    }

    @Test
    void claudeCodeIsToldTheUrlAndNothingElse() {
        assertThat(demo.lines("claude"))
                .containsExactly("claude mcp add --transport http notes " + demo.route(), "claude mcp login notes");
    }

    @Test
    void claudeCodeConnectsWithATokenInAHeaderToo() throws Exception {
        Path claude = NpmPrograms.installed("sign-in-clients").programs();
        String token = demo.lines("curl").getFirst().replaceFirst(".*(\\$\\([^)]*\\)).*", "$1");

        assertThat(demo.shell(add(token), claude)).contains("Added HTTP MCP server notes");
        assertThat(demo.shell("claude mcp list", claude))
                .contains("notes: " + demo.route())
                .contains("✔ Connected");
    }

    @Test
    void claudeCodeWithAnotherTokenDoesNot() throws Exception {
        Path claude = NpmPrograms.installed("sign-in-clients").programs();

        assertThat(demo.shell(add("junk"), claude)).contains("Added HTTP MCP server notes");
        assertThat(demo.shell("claude mcp list", claude))
                .contains("notes: " + demo.route())
                .doesNotContain("✔ Connected");
    }

    private String add(String token) {
        return "claude mcp add --transport http notes " + demo.route() + " --header \"Authorization: Bearer " + token
                + "\"";
    }
}
