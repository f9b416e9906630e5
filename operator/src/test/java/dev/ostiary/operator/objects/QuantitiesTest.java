package dev.ostiary.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuantitiesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final KubernetesSerialization YAML = new KubernetesSerialization(new ObjectMapper(), false);
    private static final List<String> SPELLINGS = List.of(
            "0",
            "0.0",
            "0Ki",
            "1",
            "+1",
            "1000m",
            "1500m",
            "1.5",
            "0.1",
            ".5",
            "1.",
            "100000",
            "1000000",
            "1k",
            "1000k",
            "1024",
            "1024Ki",
            "1Ki",
            "0.5Ki",
            "1.5Ki",
            "512Mi",
            "1024Mi",
            "1.5Gi",
            "0.1Gi",
            "0.5Gi",
            "2048Mi",
            "1e3",
            "1E3",
            "1500e-3",
            "1e-3",
            "12e6",
            "100e2",
            "0.000000001",
            "0.0000000001",
            "1n",
            "1500u",
            "1Ti",
            "1024Ti",
            "1.25M",
            "123456789",
            "999.9999",
            "1023",
            "1024.5",
            "3000000Ki");

    @Test
    void quantitiesAreWrittenAsTheApiServerStoresThem() {
        Map<String, String> written = new LinkedHashMap<>();
        SPELLINGS.forEach(spelling -> written.put(spelling, Quantities.canonical(spelling)));
        try (ApiServer server = ApiServer.start()) {
            assertThat(stored(server)).isEqualTo(written);
        }
        assertThat(written.values())
                .allSatisfy(
                        canonical -> assertThat(Quantities.canonical(canonical)).isEqualTo(canonical));
    }

    @Test
    void whatIsNoQuantityIsLeftToTheApiServer() {
        assertThat(List.of("", "much", "1 Gi", "1gi", "--1"))
                .allSatisfy(text -> assertThat(Quantities.canonical(text)).isEqualTo(text));
    }

    /** What becomes of each spelling, as the memory of a container. */
    private static Map<String, String> stored(ApiServer server) {
        StringBuilder containers = new StringBuilder();
        for (int i = 0; i < SPELLINGS.size(); i++) {
            containers
                    .append(i == 0 ? "" : ",")
                    .append("{name: c%d, image: i, resources: {limits: {memory: \"%s\"}}}"
                            .formatted(i, SPELLINGS.get(i)));
        }
        GenericKubernetesResource deployment =
                YAML.unmarshal("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: { name: quantities, namespace: %s }
                spec:
                  selector: { matchLabels: { app: quantities } }
                  template:
                    metadata: { labels: { app: quantities } }
                    spec: { containers: [%s] }
                """.formatted(server.newNamespace(), containers), GenericKubernetesResource.class);
        JsonNode made = JSON.valueToTree(server.admin()
                .genericKubernetesResources("apps/v1", "Deployment")
                .resource(deployment)
                .create());
        Map<String, String> stored = new LinkedHashMap<>();
        for (int i = 0; i < SPELLINGS.size(); i++) {
            stored.put(
                    SPELLINGS.get(i),
                    made.at("/spec/template/spec/containers/" + i + "/resources/limits/memory")
                            .asText());
        }
        return stored;
    }
}
