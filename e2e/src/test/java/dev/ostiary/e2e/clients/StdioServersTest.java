package dev.ostiary.e2e.clients;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.e2e.clients.Capabilities.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stdio servers of different worlds under {@code ostiary up}, with the examples' own resources: what works directly over stdio
 * works through bridge and gateway, thing by thing, by the same client.
 */
@Tag("clients")
class StdioServersTest {

    private static final String USER = "ben";

    private static final List<Way> WAYS = List.of(
            new Way("v1", "legacy"), new Way("v1", "legacy", "/sse"), new Way("v2", "legacy"), new Way("v2", "modern"));

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicNode> everythingThatWorksDirectlyWorksThroughTheBridge() throws Exception {
        NpmPrograms programs = NpmPrograms.installed();
        Map<String, List<String>> servers = servers(programs, StdioPrograms.made());
        List<String> options = new ArrayList<>(List.of("-f", resources().toString()));
        servers.forEach((name, command) -> options.addAll(List.of("--command", name + "=" + quoted(command))));
        Stream.Builder<DynamicNode> nodes = Stream.builder();
        List<ProcessHandle> children;
        try (RunningUp up = RunningUp.start(folder, options.toArray(String[]::new))) {
            for (Map.Entry<String, List<String>> server : servers.entrySet()) {
                String name = server.getKey();
                nodes.add(DynamicContainer.dynamicContainer(
                        name, compared(programs, name, server.getValue(), up.url(name), up.token(USER, name))));
            }
            String url = up.url("everything");
            String token = up.token(USER, "everything");
            for (Way way : List.of(
                    new Way("v1", ""), new Way("v2", "legacy"), new Way("v2", "auto"), new Way("v2", "modern"))) {
                nodes.add(DynamicContainer.dynamicContainer(
                        "checks with " + way, checks(programs, way.sdk(), url, token, way.era())));
            }
            children = up.children();
        }
        nodes.add(DynamicTest.dynamicTest(
                "nothing is left of it",
                () -> await().atMost(Duration.ofSeconds(30))
                        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive))));
        return nodes.build();
    }

    /** The servers by the names of their workloads, and what starts them here. */
    private Map<String, List<String>> servers(NpmPrograms npm, StdioPrograms others) throws IOException {
        String node = npm.programs().resolve("node").toString();
        Path modules = npm.path("node_modules/@modelcontextprotocol");
        Map<String, List<String>> servers = new LinkedHashMap<>();
        servers.put(
                "everything",
                List.of(node, modules.resolve("server-everything/dist/index.js").toString(), "stdio"));
        servers.put(
                "filesystem",
                List.of(node, modules.resolve("server-filesystem/dist/index.js").toString(), files().toString()));
        servers.put(
                "python",
                List.of(others.python().toString(), others.pythonServer().toString()));
        servers.put("scratch", List.of(others.staticServer().toString()));
        return servers;
    }

    private List<DynamicNode> compared(
            NpmPrograms programs, String server, List<String> command, String url, String token)
            throws IOException, InterruptedException {
        Capabilities capabilities = new Capabilities(programs, server, files());
        Map<String, JsonNode> direct = new LinkedHashMap<>();
        List<DynamicNode> nodes = new ArrayList<>();
        for (Way way : WAYS) {
            if (!direct.containsKey(way.sdk())) {
                direct.put(way.sdk(), capabilities.direct(way.sdk(), command));
            }
            JsonNode through = capabilities.through(way, url, token, Map.of());
            nodes.add(DynamicContainer.dynamicContainer(
                    way.toString(), capabilities.compared(way, direct.get(way.sdk()), through)));
        }
        return nodes;
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

    private Path files() throws IOException {
        return Files.createDirectories(folder.resolve("files")).toRealPath();
    }

    /** As the shell reads it. */
    private static String quoted(List<String> command) {
        return command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    }

    /** The examples' workloads and policies, behind a gateway that has the older transport too. */
    private Path resources() throws IOException {
        Path files = Files.createDirectories(folder.resolve("resources"));
        Path examples = Path.of(System.getProperty("ostiary.clients"))
                .resolve("../../examples")
                .normalize();
        for (String file : List.of("stdio/everything.yaml", "stdio/policies.yaml", "stdio-servers/servers.yaml")) {
            Path example = examples.resolve(file);
            Files.copy(example, files.resolve(example.getFileName()));
        }
        Files.writeString(
                files.resolve("gateway.yaml"),
                Files.readString(examples.resolve("stdio/gateway.yaml")) + "  legacySse: Enabled\n");
        return files;
    }
}
