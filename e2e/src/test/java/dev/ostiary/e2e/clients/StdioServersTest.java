package dev.ostiary.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A stdio server of the npm world under {@code ostiary up}: everything that works directly works through it. */
@Tag("clients")
class StdioServersTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String USER = "ben";

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicNode> everythingThatWorksDirectlyWorksThroughTheBridge() throws Exception {
        NpmPrograms programs = NpmPrograms.installed();
        String node = programs.programs().resolve("node").toString();
        String server = programs.path("node_modules/@modelcontextprotocol/server-everything/dist/index.js")
                .toString();
        List<String> command = List.of(node, server, "stdio");
        Path files = Files.createDirectories(folder.resolve("resources"));
        Files.writeString(files.resolve("all.yaml"), resources(command));
        Stream.Builder<DynamicNode> nodes = Stream.builder();
        List<ProcessHandle> children;
        try (RunningUp up = RunningUp.start(folder, "-f", files.toString())) {
            String url = up.url("everything");
            String token = up.token(USER, "everything");
            JsonNode direct = seen(programs, Map.of("MCP_COMMAND", JSON.writeValueAsString(command)));
            JsonNode through = seen(programs, Map.of("MCP_URL", url, "MCP_TOKEN", token));
            JsonNode legacy =
                    seen(programs, Map.of("MCP_URL", url + "/sse", "MCP_TOKEN", token, "MCP_TRANSPORT", "sse"));
            nodes.add(DynamicTest.dynamicTest("the same over Streamable HTTP", () -> isTheSame(direct, through)));
            nodes.add(DynamicTest.dynamicTest("the same over HTTP+SSE", () -> isTheSame(direct, legacy)));
            for (String[] pairing : new String[][] {{"v1", ""}, {"v2", "legacy"}, {"v2", "auto"}, {"v2", "modern"}}) {
                nodes.add(DynamicContainer.dynamicContainer(
                        pairing[0] + " " + pairing[1], checks(programs, pairing[0], url, token, pairing[1])));
            }
            children = up.children();
        }
        nodes.add(DynamicTest.dynamicTest(
                "nothing is left of it",
                () -> await().atMost(Duration.ofSeconds(30))
                        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive))));
        return nodes.build();
    }

    /** All but one: what is said over stdio has no ids, so there is nothing that a client could resume from. */
    private static Stream<DynamicTest> checks(
            NpmPrograms programs, String program, String url, String token, String era)
            throws IOException, InterruptedException {
        Map<String, String> environment = Map.of(
                "MCP_URL", url, "MCP_TOKEN", token, "MCP_SERVER", "everything", "MCP_ERA", era, "MCP_BRIDGED", "true");
        return programs.checks(program + ".js", environment).stream()
                .filter(check -> !check.getDisplayName().startsWith("resumption"));
    }

    private static void isTheSame(JsonNode direct, JsonNode through) {
        assertThat(direct.path("tools")).isNotEmpty();
        for (Map.Entry<String, JsonNode> part : direct.properties()) {
            assertThat(through.path(part.getKey())).as(part.getKey()).isEqualTo(part.getValue());
        }
    }

    private JsonNode seen(NpmPrograms programs, Map<String, String> environment)
            throws IOException, InterruptedException {
        return JSON.readTree(programs.output("capabilities.js", new HashMap<>(environment)));
    }

    private static String resources(List<String> command) throws IOException {
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpGateway
                metadata: { name: stdio, namespace: e2e }
                spec:
                  publicUrl: http://localhost:8080
                  legacySse: Enabled
                  authorization: { entraTokens: { clients: [04b07795-8ddb-461a-bbee-02f9e1bf7b46] } }
                ---
                apiVersion: ostiary.dev/v1alpha1
                kind: McpWorkload
                metadata: { name: everything, namespace: e2e }
                spec:
                  gatewayRef: { name: stdio }
                  transport: Stdio
                  command: %s
                ---
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata: { name: writers, namespace: e2e }
                spec:
                  targetRefs: [{ kind: McpGateway, name: stdio }]
                  groups: { Writers: 3d4b0f7e-0000-4000-8000-000000000102 }
                  cedar: permit(principal in Group::"Writers", action, resource);
                """.formatted(JSON.writeValueAsString(command));
    }
}
