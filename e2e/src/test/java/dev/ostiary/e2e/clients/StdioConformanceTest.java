package dev.ostiary.e2e.clients;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The MCP conformance suite, check by check: servers that speak both, directly over Streamable HTTP and over stdio through bridge
 * and gateway, for both eras. What differs is in a file, with the reason.
 */
@Tag("clients")
class StdioConformanceTest {

    private static final String USER = "ben";

    /** A server: its program for HTTP, and what is run for each session instead. */
    private record Both(String http, String stdio) {}

    /** The MCP project's own, and one that has what every scenario asks for. */
    private static final List<Both> SERVERS = List.of(
            new Both("everything", "node_modules/@modelcontextprotocol/server-everything/dist/index.js"),
            new Both("conformance", "servers/conformance.js"));

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicNode> theSuiteSeesNoOtherDifferenceThanTheOnesThatAreNamed() throws Exception {
        NpmPrograms programs = NpmPrograms.installed();
        Path files = Files.createDirectories(folder.resolve("resources"));
        StringBuilder resources = new StringBuilder(GATEWAY);
        for (Both server : SERVERS) {
            resources.append(WORKLOAD.formatted(
                    server.http(), programs.programs().resolve("node"), programs.path(server.stdio())));
        }
        Files.writeString(files.resolve("all.yaml"), resources);
        Stream.Builder<DynamicNode> nodes = Stream.builder();
        try (RunningUp up = RunningUp.start(folder, "-f", files.toString())) {
            for (Both server : SERVERS) {
                try (NpmPrograms.Server direct = programs.server(server.http())) {
                    nodes.add(DynamicContainer.dynamicContainer(
                            server.http(),
                            programs.checks(
                                    "conformance.js",
                                    Map.of(
                                            "MCP_DIRECT_URL",
                                            direct.url().toString(),
                                            "MCP_URL",
                                            up.url(server.http()),
                                            "MCP_TOKEN",
                                            up.token(USER, server.http()),
                                            "MCP_EXPECTED",
                                            "differences/" + server.http() + "-over-stdio.json"))));
                }
            }
        }
        return nodes.build();
    }

    private static final String GATEWAY = """
            apiVersion: ostiary.dev/v1alpha1
            kind: McpGateway
            metadata: { name: stdio, namespace: e2e }
            spec:
              publicUrl: http://localhost:8080
              authorization: { entraTokens: { clients: [04b07795-8ddb-461a-bbee-02f9e1bf7b46] } }
            ---
            apiVersion: ostiary.dev/v1alpha1
            kind: McpPolicy
            metadata: { name: writers, namespace: e2e }
            spec:
              targetRefs: [{ kind: McpGateway, name: stdio }]
              groups: { Writers: 3d4b0f7e-0000-4000-8000-000000000102 }
              cedar: permit(principal in Group::"Writers", action, resource);
            """;

    private static final String WORKLOAD = """
            ---
            apiVersion: ostiary.dev/v1alpha1
            kind: McpWorkload
            metadata: { name: %s, namespace: e2e }
            spec:
              gatewayRef: { name: stdio }
              transport: Stdio
              command: ["%s", "%s", stdio]
            """;
}
