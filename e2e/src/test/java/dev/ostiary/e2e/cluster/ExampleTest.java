package dev.ostiary.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The README's commands lead to a gateway through which the MCP SDK's client lists and calls what policies grant. */
@Tag("cluster")
class ExampleTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CALLS = """
            [{"name":"echo","arguments":{"message":"hello"}},
             {"name":"get-sum","arguments":{"a":2,"b":3}},
             {"name":"get-env","arguments":{}}]""";

    private static Installation ostiary;

    @BeforeAll
    static void install() throws Exception {
        ostiary = Installation.running();
        ostiary.settled();
    }

    private static JsonNode sdkClient(String user) throws IOException, InterruptedException {
        var modules = Installation.repository().resolve("e2e/clients");
        String said = Command.of(
                        Map.of(
                                "MCP_URL",
                                        Installation.PUBLIC_URL + ":" + ostiary.servicePort() + "/"
                                                + Installation.ROUTE,
                                "MCP_ADDRESS", ostiary.serviceAddress(),
                                "MCP_TOKEN", ostiary.token(user),
                                "MCP_CALLS", CALLS,
                                "NODE_EXTRA_CA_CERTS", ostiary.certificateFile().toString()),
                        modules.resolve("node_modules/node/bin/node").toString(),
                        modules.resolve("granted.js").toString())
                .run();
        return JSON.readTree(said);
    }

    private static List<String> tools(JsonNode seen) {
        List<String> names = new ArrayList<>();
        seen.path("tools").forEach(name -> names.add(name.asText()));
        return names;
    }

    @Test
    void aReaderSeesAndCallsWhatReadersMay() throws Exception {
        JsonNode anna = sdkClient("anna");

        assertThat(tools(anna)).containsExactlyInAnyOrder("echo", "get-sum");
        assertThat(anna.path("calls").path("echo").asText()).contains("hello");
        assertThat(anna.path("calls").path("get-sum").asText()).contains("5");
        assertThat(anna.path("calls").path("get-env").asText()).startsWith("error ");
    }

    @Test
    void aWriterSeesAndCallsEverything() throws Exception {
        JsonNode ben = sdkClient("ben");

        assertThat(tools(ben)).contains("echo", "get-sum", "get-env").hasSizeGreaterThan(5);
        assertThat(ben.path("calls").path("get-env").asText()).contains("PORT");
    }

    @Test
    void somebodyInNoGroupSeesNothing() throws Exception {
        JsonNode carl = sdkClient("carl");

        assertThat(tools(carl)).isEmpty();
        assertThat(carl.path("calls").path("echo").asText()).startsWith("error ");
    }

    @Test
    void theReleaseTestsItself() throws Exception {
        assertThat(ostiary.cluster()
                        .helm("test", "ostiary", "--namespace", "ostiary-system")
                        .run())
                .contains("Succeeded");
    }

    @Test
    void everyPodRunsUnderTheRestrictedStandard() throws Exception {
        for (String namespace : List.of("ostiary-system", Installation.NAMESPACE)) {
            String said = ostiary.cluster()
                    .kubectl(
                            "label",
                            "--dry-run=server",
                            "--overwrite",
                            "namespace",
                            namespace,
                            "pod-security.kubernetes.io/enforce=restricted")
                    .result()
                    .err();

            assertThat(said).doesNotContain("violate");
        }
        assertThat(ostiary.replicas()).hasSize(2).allSatisfy(ExampleTest::isUnchangeable);
    }

    private static void isUnchangeable(Pod pod) {
        assertThat(pod.getSpec().getContainers())
                .allSatisfy(
                        container -> assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                                .isTrue());
    }
}
