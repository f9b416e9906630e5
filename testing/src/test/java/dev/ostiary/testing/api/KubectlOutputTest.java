package dev.ostiary.testing.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.testing.ApiServer;
import dev.ostiary.testing.Kubectl;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people see who use kubectl; ages are left out. */
class KubectlOutputTest {

    private static final Path GOLDEN = Path.of("src/test/resources/kubectl");

    @TempDir
    private static Path folder;

    private static ApiServer server;
    private static Kubectl kubectl;
    private static String namespace;

    @BeforeAll
    static void start() {
        server = ApiServer.start();
        kubectl = Kubectl.of(server, folder);
        namespace = server.newNamespace();
        for (String file : List.of("valid/statuses.yaml", "valid/internal.yaml")) {
            for (GenericKubernetesResource resource :
                    Fixture.read(Fixture.FOLDER.resolve(file)).resources(namespace)) {
                Object status = resource.getAdditionalProperties().remove("status");
                GenericKubernetesResource stored =
                        server.admin().resource(resource).create();
                if (status != null) {
                    stored.getAdditionalProperties().put("status", status);
                    server.admin().resource(stored).updateStatus();
                }
            }
        }
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mcpgateways, get mcpgw",
        "mcpgateways-wide, get mcpgateways -o wide",
        "mcpworkloads, get mcpw",
        "mcpworkloads-wide, get mcpworkloads -o wide",
        "mcppolicies, get mcpp",
        "mcppolicies-wide, get mcppolicies -o wide",
        "mcpgatewayreplicas, get mcpgatewayreplicas",
        "mcpgrants, get mcpgrants",
        "category, get ostiary",
        "explain-gateway, explain mcpgateway",
        "explain-gateway-spec, explain mcpgateway.spec",
        "explain-gateway-status, explain mcpgateway.status",
        "explain-workload-spec, explain mcpworkload.spec",
        "explain-workload-status, explain mcpworkload.status",
        "explain-policy-spec, explain mcppolicy.spec",
        "explain-policy-status, explain mcppolicy.status --recursive",
    })
    void shows(String name, String command) {
        String shown = kubectl.run((command + " -n " + namespace).split(" "));

        Golden.check(GOLDEN.resolve(name + ".txt"), withoutAges(shown));
    }

    @Test
    void everyKindAndItsNamesAreKnown() {
        Golden.check(
                GOLDEN.resolve("api-resources.txt"),
                kubectl.run("api-resources", "--api-group=ostiary.dev", "--sort-by=name", "-o", "wide"));
    }

    @Test
    void aRefusalIsReadable() {
        String refused = kubectl.fail(
                "apply",
                "-n",
                namespace,
                "-f",
                Fixture.FOLDER
                        .resolve("invalid/gateway-store-memory-with-default-replicas.yaml")
                        .toAbsolutePath()
                        .toString());

        assertThat(refused)
                .contains("The McpGateway \"tested\" is invalid: spec.store.type:")
                .contains("set replicas to 1 or choose Kubernetes or Redis.");
    }

    private static String withoutAges(String table) {
        return table.replaceAll("(?m) +[0-9]+s$", "").replaceAll("(?m) +AGE$", "   AGE");
    }
}
