package dev.ostiary.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.Map;

/** Resources and settings for tests. */
final class Given {

    private Given() {}

    static OperatorSettings settings(String namespaces, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "OSTIARY_NAMESPACES", namespaces,
                "OSTIARY_GATEWAY_IMAGE", "registry.example/ostiary-gateway:test",
                "OSTIARY_ADMIN", "127.0.0.1:0",
                "OSTIARY_LEADER_ELECTION", "false",
                "OSTIARY_NAMESPACE",
                        namespaces.isEmpty() ? "default" : namespaces.split(",")[0]));
        environment.putAll(more);
        return OperatorSettings.of(environment);
    }

    static <T extends HasMetadata> T read(KubernetesClient client, Class<T> kind, String yaml) {
        return client.getKubernetesSerialization().unmarshal(yaml, kind);
    }

    static String gateway(String namespace, String name, String more) {
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpGateway
                metadata: { name: %s, namespace: %s }
                spec:
                  publicUrl: https://mcp.example.com
                  entra: { tenantId: 72f988bf-0000-4000-8000-2d7cd011db47, clientId: 6e74172b-0000-4000-8000-e66a39bb12e3 }
                  authorization: { facade: Disabled, entraTokens: { clients: [04b07795-8ddb-461a-bbee-02f9e1bf7b46] } }
                %s""".formatted(name, namespace, more.indent(2));
    }

    static String workload(String namespace, String name, String gateway, String more) {
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpWorkload
                metadata: { name: %s, namespace: %s }
                spec:
                  gatewayRef: { name: %s }
                %s""".formatted(name, namespace, gateway, more.indent(2));
    }

    static String policy(String namespace, String name, String kind, String target, String cedar) {
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata: { name: %s, namespace: %s }
                spec:
                  targetRefs: [{ kind: %s, name: %s }]
                  cedar: |
                %s""".formatted(name, namespace, kind, target, cedar.indent(4));
    }
}
