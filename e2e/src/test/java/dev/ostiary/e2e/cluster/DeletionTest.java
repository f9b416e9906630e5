package dev.ostiary.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left when a gateway, its workloads and policies are deleted: what {@code deletionPolicy} says, and nothing else. */
@Tag("cluster")
class DeletionTest {

    private static final List<String> KINDS = List.of(
            "deployments",
            "statefulsets",
            "replicasets",
            "pods",
            "services",
            "endpointslices",
            "serviceaccounts",
            "roles",
            "rolebindings",
            "poddisruptionbudgets",
            "horizontalpodautoscalers",
            "networkpolicies",
            "ingresses",
            "configmaps",
            "secrets",
            "mcpgatewayreplicas",
            "mcpgrants");
    private static final String RESOURCES = """
            apiVersion: ostiary.dev/v1alpha1
            kind: McpGateway
            metadata: {name: short, namespace: %1$s}
            spec:
              publicUrl: https://short.example.com
              replicas: 1
              deletionPolicy: %2$s
              entra:
                tenantId: 3d4b0f7e-0000-4000-8000-000000000001
                clientId: 3d4b0f7e-0000-4000-8000-0000000000a1
              authorization:
                facade: Disabled
                entraTokens: {clients: [04b07795-8ddb-461a-bbee-02f9e1bf7b46]}
            ---
            apiVersion: ostiary.dev/v1alpha1
            kind: McpWorkload
            metadata: {name: ours, namespace: %1$s}
            spec:
              gatewayRef: {name: short}
              image: registry.example.com/mcp/everything:2026.8.31
              http: {port: 3001}
              upstreamAuth: {type: IdentityAssertion}
            ---
            apiVersion: ostiary.dev/v1alpha1
            kind: McpPolicy
            metadata: {name: all, namespace: %1$s}
            spec:
              targetRefs: [{kind: McpGateway, name: short}]
              cedar: permit(principal, action, resource);
            """;

    private static Installation ostiary;

    @BeforeAll
    static void install() throws Exception {
        ostiary = Installation.running();
    }

    @AfterAll
    static void removeNamespaces() throws Exception {
        ostiary.cluster()
                .kubectl("delete", "namespace", "gone-retain", "gone-delete", "--wait=false")
                .run();
    }

    @ParameterizedTest
    @CsvSource({"Retain, secrets/short-keys", "Delete,"})
    void onlyWhatThePolicySaysIsLeft(String deletionPolicy, String left) throws Exception {
        String namespace = "gone-" + deletionPolicy.toLowerCase(java.util.Locale.ROOT);
        ostiary.cluster()
                .client()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .serverSideApply();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> objects(namespace).contains("serviceaccounts/default")
                        && objects(namespace).contains("configmaps/kube-root-ca.crt"));
        Set<String> before = objects(namespace);
        String resources = RESOURCES.formatted(namespace, deletionPolicy);
        ostiary.shell("cat <<'YAML' | kubectl apply -f -\n" + resources + "YAML");
        ostiary.shell("kubectl --namespace " + namespace
                + " wait --for=condition=Ready mcpgateway/short mcpworkload/ours --timeout=3m");
        assertThat(objects(namespace))
                .contains("deployments/short-gateway", "secrets/short-keys", "configmaps/ours-mcp-keys");

        ostiary.shell("cat <<'YAML' | kubectl delete -f -\n" + resources + "YAML");

        Set<String> expected = new TreeSet<>(before);
        if (left != null) {
            expected.add(left);
        }
        await().atMost(Installation.SETTLED)
                .untilAsserted(() -> assertThat(objects(namespace)).isEqualTo(expected));
    }

    private static Set<String> objects(String namespace) throws IOException, InterruptedException {
        String said = ostiary.cluster()
                .kubectl(
                        "--namespace",
                        namespace,
                        "get",
                        String.join(",", KINDS),
                        "--ignore-not-found",
                        "--output",
                        "name")
                .run();
        return said.lines()
                // pod/name, deployment.apps/name: the kind as in the list above
                .map(line -> line.substring(0, line.indexOf('/')).replaceAll("\\..*", "") + "s"
                        + line.substring(line.indexOf('/')))
                .map(line -> line.replace("policys/", "policies/").replace("ingresss/", "ingresses/"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
