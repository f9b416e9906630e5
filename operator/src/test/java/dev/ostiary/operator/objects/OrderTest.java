package dev.ostiary.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.compiler.Resources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The order of fields, and of lists that are sets, changes no object: resources come back from the API server, from Git and
 * from people in any order, and pods must not be replaced for it.
 */
class OrderTest {

    private static final int ROUNDS = 20;
    private static final long SEED = 20_261_121;
    private static final Set<String> SETS = Set.of("imagePullSecrets", "allow");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final KubernetesSerialization YAML = new KubernetesSerialization(new ObjectMapper(), false);

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.ostiary.operator.objects.Cases#names")
    void orderChangesNothing(String name) {
        Resources resources = Cases.read(name);
        String expected = text(resources);
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            List<McpGateway> gateways = new ArrayList<>(resources.gateways().stream()
                    .map(gateway -> shuffled(gateway, McpGateway.class, random))
                    .toList());
            List<McpWorkload> workloads = new ArrayList<>(resources.workloads().stream()
                    .map(workload -> shuffled(workload, McpWorkload.class, random))
                    .toList());
            Collections.shuffle(gateways, random);
            Collections.shuffle(workloads, random);

            assertThat(text(new Resources(gateways, workloads, List.of(), Map.of(), Map.of(), Map.of())))
                    .as("round %d", i)
                    .isEqualTo(expected);
        }
    }

    private static String text(Resources resources) {
        List<HasMetadata> objects = new ArrayList<>(Cases.ofGateways(resources));
        objects.addAll(Cases.ofWorkloads(resources));
        StringBuilder text = new StringBuilder();
        objects.stream().map(YAML::asYaml).sorted().forEach(text::append);
        return text.toString();
    }

    private static <T extends HasMetadata> T shuffled(T resource, Class<T> type, Random random) {
        return JSON.convertValue(shuffled("", JSON.valueToTree(resource), random), type);
    }

    private static JsonNode shuffled(String field, JsonNode node, Random random) {
        if (node.isObject()) {
            List<Map.Entry<String, JsonNode>> entries = new ArrayList<>(node.properties());
            Collections.shuffle(entries, random);
            ObjectNode object = JSON.createObjectNode();
            entries.forEach(entry -> object.set(entry.getKey(), shuffled(entry.getKey(), entry.getValue(), random)));
            return object;
        }
        if (node.isArray()) {
            List<JsonNode> items = new ArrayList<>();
            node.forEach(item -> items.add(shuffled("", item, random)));
            if (SETS.contains(field)) {
                Collections.shuffle(items, random);
            }
            ArrayNode array = JSON.createArrayNode();
            items.forEach(array::add);
            return array;
        }
        return node;
    }
}
