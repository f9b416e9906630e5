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
    void claudeCodeConnects() throws Exception {
        Path claude = NpmPrograms.installed().programs();
        List<String> lines = demo.lines("claude");
        assertThat(lines).hasSize(1);

        assertThat(demo.shell(lines.getFirst(), claude)).contains("Added HTTP MCP server notes");
        assertThat(demo.shell("claude mcp list", claude))
                .contains("notes: http://localhost:")
                .contains("✔ Connected");
        assertThat(demo.shell("claude mcp get notes", claude)).contains("Connected");
    }

    @Test
    void claudeCodeWithAnotherTokenDoesNot() throws Exception {
        Path claude = NpmPrograms.installed().programs();
        String line = demo.lines("claude").getFirst().replaceFirst("\\$\\(.*\\)", "junk");

        assertThat(demo.shell(line, claude)).contains("Added HTTP MCP server notes");
        assertThat(demo.shell("claude mcp list", claude))
                .contains("notes: http://localhost:")
                .doesNotContain("✔ Connected");
    }
}
