package dev.ostiary.benchmarks.crowd;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * One gateway with many workloads and policies, always the same. Nine of ten workloads run elsewhere, the tenth has an image;
 * each policy is about two workloads that are far from each other, so that nothing but its own text makes it small when packed.
 *
 * @param namespace where everything is
 * @param upstreamPort of a server on loopback that answers for all workloads that run elsewhere
 */
record Crowd(String namespace, int workloads, int policies, int upstreamPort) {

    static final String GATEWAY = "crowd";

    private static final int WITH_AN_IMAGE = 10;
    private static final int POLICY_BYTES = 3_000;
    private static final int SEED = 5;
    private static final String[] WORDS = {
        "search", "read", "write", "delete", "list", "invoice", "ticket", "customer", "order", "report", "repository",
                "branch",
        "build", "deploy", "calendar", "message", "channel", "document", "page", "table", "query", "index", "metric",
                "alert"
    };

    /** Makes all of it, gateway last. */
    void create(KubernetesClient client) {
        IntStream.range(0, policies).forEach(number -> create(client, McpPolicy.class, policy(number)));
        IntStream.range(0, workloads).forEach(number -> create(client, McpWorkload.class, workload(number)));
        create(client, McpGateway.class, gateway());
    }

    /** How many workloads have an image, and so pods of their own. */
    int withAnImage() {
        return (int) IntStream.range(0, workloads).filter(Crowd::hasImage).count();
    }

    static String policyName(int number) {
        return "policy-%04d".formatted(number);
    }

    /** The text of a policy, about 3 kB; another one for every edition. */
    static String cedar(int number, int edition) {
        Random random = new Random(SEED + number);
        StringBuilder text = new StringBuilder("// Edition " + edition + " of what team " + number + " may do.\n");
        for (int rule = 0; text.length() < POLICY_BYTES; rule++) {
            text.append(rule % 5 == 4 ? "forbid" : "permit")
                    .append("(\n  principal in Group::\"")
                    .append(new UUID(random.nextLong(), random.nextLong()))
                    .append("\",\n  action == Action::\"call_tool\",\n  resource == Tool::\"")
                    .append(word(random) + "_" + word(random) + "_" + edition + "_" + rule)
                    .append("\"\n)");
            if (rule % 3 == 0) {
                text.append(" when { context has arg_")
                        .append(word(random))
                        .append(" && resource has readOnlyHint && resource.readOnlyHint }");
            }
            text.append(";\n");
        }
        return text.toString();
    }

    private static String word(Random random) {
        return WORDS[random.nextInt(WORDS.length)];
    }

    private static boolean hasImage(int number) {
        return number % WITH_AN_IMAGE == WITH_AN_IMAGE - 1;
    }

    private static String workloadName(int number) {
        return "workload-%04d".formatted(number);
    }

    private String gateway() {
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpGateway
                metadata: { name: %s, namespace: %s }
                spec:
                  replicas: 2
                  publicUrl: https://mcp.example.com
                  entra: { tenantId: 72f988bf-0000-4000-8000-2d7cd011db47, clientId: 6e74172b-0000-4000-8000-e66a39bb12e3, authorityHost: 'http://localhost:9' }
                  authorization: { facade: Disabled, entraTokens: { clients: [04b07795-8ddb-461a-bbee-02f9e1bf7b46] } }
                """.formatted(GATEWAY, namespace);
    }

    private String workload(int number) {
        String name = workloadName(number);
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpWorkload
                metadata: { name: %s, namespace: %s }
                spec:
                  gatewayRef: { name: %s }
                  %s
                """.formatted(
                        name,
                        namespace,
                        GATEWAY,
                        hasImage(number)
                                ? "image: registry.example/" + name + ":1"
                                : "url: http://127.0.0.1:" + upstreamPort + "/" + name);
    }

    private String policy(int number) {
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata: { name: %s, namespace: %s }
                spec:
                  targetRefs: [{ kind: McpWorkload, name: %s }, { kind: McpWorkload, name: %s }]
                  cedar: |
                %s""".formatted(
                        policyName(number),
                        namespace,
                        workloadName(number),
                        workloadName(number + workloads / 2),
                        cedar(number, 1).indent(4));
    }

    private static <T extends HasMetadata> void create(KubernetesClient client, Class<T> kind, String yaml) {
        client.resource(client.getKubernetesSerialization().unmarshal(yaml, kind))
                .create();
    }
}
