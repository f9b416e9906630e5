package dev.ostiary.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.e2e.clients.Capabilities;
import dev.ostiary.e2e.clients.Capabilities.Way;
import dev.ostiary.e2e.clients.NpmPrograms;
import dev.ostiary.e2e.clients.StdioPrograms;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The file of {@code examples/stdio-servers}, as it is, in three pods each: a Node program, a Python program, and one file in an
 * image that holds nothing else.
 */
@Tag("cluster")
class StdioServersTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SERVERS = List.of("filesystem", "python", "scratch");
    private static final int PODS = 3;

    /** Enough for each pod to have some, but for once in fifty thousand runs. */
    private static final int SESSIONS = 30;

    private static final int ROUNDS = 3;

    /** Of what a program is asked for while a client offers its root; nobody looks there. */
    private static final Path NOWHERE = Path.of("/nowhere");

    private static Installation ostiary;
    private static Path examples;

    @BeforeAll
    static void apply() throws Exception {
        ostiary = Installation.running();
        ostiary.settled();
        Path root = Installation.repository();
        for (Path archive : StdioImages.made(root, root.resolve("e2e/target/cluster/stdio-servers"))) {
            ostiary.cluster().load(archive);
        }
        examples = root.resolve("examples/stdio-servers/servers.yaml");
        ostiary.cluster().kubectl("apply", "-f", examples.toString()).run();
        await().atMost(Installation.SETTLED).ignoreExceptions().untilAsserted(() -> {
            for (String server : SERVERS) {
                assertThat(pods(server)).hasSize(PODS).allMatch(StdioServersTest::isReady);
                assertThat(Conditions.of(ostiary.resource("McpWorkload", server))
                                .isTrueNow("Programmed"))
                        .isTrue();
            }
        });
    }

    @AfterAll
    static void takeAway() throws Exception {
        if (examples != null) {
            ostiary.cluster()
                    .kubectl("delete", "--wait=false", "-f", examples.toString())
                    .run();
            await().atMost(Installation.SETTLED)
                    .until(() ->
                            SERVERS.stream().allMatch(server -> pods(server).isEmpty()));
            ostiary.settled();
        }
    }

    @TestFactory
    Stream<DynamicNode> everythingThatWorksDirectlyWorksInThePods() throws Exception {
        NpmPrograms npm = NpmPrograms.installed();
        StdioPrograms programs = StdioPrograms.made();
        Map<String, List<String>> commands = Map.of(
                "python",
                        List.of(
                                programs.python().toString(),
                                programs.pythonServer().toString()),
                "scratch", List.of(programs.staticServer().toString()));
        Stream.Builder<DynamicNode> nodes = Stream.builder();
        for (String server : List.of("python", "scratch")) {
            Capabilities capabilities = new Capabilities(npm, server, NOWHERE);
            for (Way way : List.of(new Way("v1", "legacy"), new Way("v2", "modern"))) {
                JsonNode direct = capabilities.direct(way.sdk(), commands.get(server));
                if (server.equals("scratch")) {
                    inThePod((ObjectNode) direct.path("what the process finds"));
                }
                JsonNode through = capabilities.through(way, url(server), ostiary.token("ben", server), whereItIs());
                nodes.add(DynamicContainer.dynamicContainer(
                        server + " with " + way, capabilities.compared(way, direct, through)));
            }
        }
        return nodes.build();
    }

    /** What is different there, and has to be. */
    private static void inThePod(ObjectNode found) {
        found.putArray("content").addObject().put("type", "text").put("text", "user 65532, root read-only, shell none");
    }

    @Test
    void theServerOfFilesHasItsVolumeAndNothingElse() throws Exception {
        String said = Command.of(
                        environment("filesystem", Map.of("MCP_CALLS", """
                                        [{"name":"list_allowed_directories","arguments":{}},
                                         {"name":"write_file","arguments":{"path":"/data/a.txt","content":"kept"}},
                                         {"name":"read_text_file","arguments":{"path":"/data/a.txt"}},
                                         {"name":"get_file_info","arguments":{"path":"/etc/passwd"}}]""")),
                        Installation.node(Installation.repository()).toString(),
                        Installation.repository()
                                .resolve("e2e/clients/granted.js")
                                .toString())
                .run();

        JsonNode seen = JSON.readTree(said);
        assertThat(seen.path("server").asText()).isEqualTo("secure-filesystem-server");
        assertThat(seen.path("tools")).hasSizeGreaterThan(10);
        JsonNode calls = seen.path("calls");
        assertThat(calls.path("list_allowed_directories").asText()).isEqualTo("Allowed directories:\n/data");
        assertThat(calls.path("read_text_file").asText()).isEqualTo("kept");
        assertThat(calls.path("get_file_info").asText()).contains("Access denied");
    }

    @Test
    void aSessionStaysInItsProcess() throws Exception {
        List<Calls> sessions = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            sessions.add(ostiary.throughService("ben", "scratch"));
        }
        for (int round = 1; round <= ROUNDS; round++) {
            for (Calls session : sessions) {
                // How many calls this very process has had.
                Calls.Answer answer = session.call("calls", "{}", Integer.toString(round));
                assertThat(answer.outcome()).as(answer.text()).isEqualTo(Calls.Outcome.ALLOWED);
            }
        }
        for (Pod pod : pods("scratch")) {
            assertThat(ostiary.cluster()
                            .kubectl("logs", pod.getMetadata().getName(), "--namespace", Installation.NAMESPACE)
                            .run())
                    .as(pod.getMetadata().getName())
                    .contains("static-fixture is ready");
        }
    }

    private static String url(String server) {
        return Installation.PUBLIC_URL + ":" + ostiary.servicePort() + "/" + server;
    }

    private static Map<String, String> whereItIs() {
        return Map.of(
                "MCP_ADDRESS", ostiary.serviceAddress(),
                "NODE_EXTRA_CA_CERTS", ostiary.certificateFile().toString());
    }

    private static Map<String, String> environment(String server, Map<String, String> more)
            throws IOException, InterruptedException {
        Map<String, String> environment = new java.util.HashMap<>(whereItIs());
        environment.put("MCP_URL", url(server));
        environment.put("MCP_TOKEN", ostiary.token("ben", server));
        environment.putAll(more);
        return environment;
    }

    private static List<Pod> pods(String server) {
        return ostiary.cluster()
                .client()
                .pods()
                .inNamespace(Installation.NAMESPACE)
                .withLabel("app.kubernetes.io/instance", server)
                .list()
                .getItems();
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
    }
}
