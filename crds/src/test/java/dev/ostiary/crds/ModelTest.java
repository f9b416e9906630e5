package dev.ostiary.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java objects mean what the schema says, whether or not an API server has filled in the defaults. */
class ModelTest {

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    @ParameterizedTest
    @ValueSource(strings = {"mcpgateways", "mcpworkloads", "mcppolicies"})
    void anAbsentFieldMeansTheDefaultOfTheSchema(String plural) throws Exception {
        JsonNode crd = CrdGeneration.read(CrdGeneration.generate().get(plural + ".ostiary.dev-v1.yml"));
        Class<?> spec = CrdGeneration.KINDS.stream()
                .filter(kind ->
                        kind.getSimpleName().equals(crd.at("/spec/names/kind").asText()))
                .findFirst()
                .orElseThrow()
                .getMethod("getSpec")
                .getReturnType();
        List<String> compared = new ArrayList<>();
        compare(
                spec.getSimpleName(),
                spec,
                crd.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec"),
                compared);
        assertThat(compared).isNotEmpty();
    }

    private static void compare(String path, Class<?> type, JsonNode schema, List<String> compared) throws IOException {
        JsonNode empty = JSON.valueToTree(JSON.readValue("{}", type));
        for (RecordComponent component : type.getRecordComponents()) {
            JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
            String name = renamed != null ? renamed.value() : component.getName();
            JsonNode property = schema.get("properties").get(name);
            if (property.has("default")) {
                assertThat(empty.get(name)).as(path + "." + name).isEqualTo(property.get("default"));
                compared.add(path + "." + name);
            }
            Type declared = component.getGenericType();
            if (declared instanceof Class<?> nested && nested.isRecord()) {
                compare(path + "." + name, nested, property, compared);
            } else if (declared instanceof ParameterizedType list
                    && list.getActualTypeArguments()[0] instanceof Class<?> item
                    && item.isRecord()) {
                compare(path + "." + name + "[]", item, property.get("items"), compared);
            }
        }
    }

    @Test
    void aGatewayKeepsEverythingOnItsWayThroughJson() throws IOException {
        String json = """
                {"apiVersion":"ostiary.dev/v1alpha1","kind":"McpGateway",
                 "metadata":{"name":"engineering","namespace":"mcp"},
                 "spec":{"publicUrl":"https://mcp.example.com",
                   "entra":{"tenantId":"72f988bf-0000-4000-8000-2d7cd011db47","clientId":"6e74172b-0000-4000-8000-e66a39bb12e3",
                            "credential":{"type":"WorkloadIdentity"},"cloud":"USGovernment"},
                   "authorization":{"clients":{"static":[{"clientId":"portal","redirectUris":["https://portal.example.com/cb"]}]},
                                    "principalClaim":"sub"},
                   "allowedWorkloads":{"namespaces":{"from":"List","list":["mcp","data"]}},
                   "service":{"type":"LoadBalancer"}}}""";

        McpGateway gateway = JSON.readValue(json, McpGateway.class);

        assertThat(gateway.getSpec().entra().cloud()).isEqualTo(Entra.Cloud.US_GOVERNMENT);
        assertThat(gateway.getSpec().authorization().clients().statics())
                .extracting(Authorization.StaticClient::clientId)
                .containsExactly("portal");
        assertThat(gateway.getSpec().authorization().facade()).isEqualTo(Toggle.ENABLED);
        McpGateway again = JSON.readValue(JSON.writeValueAsString(gateway), McpGateway.class);
        assertThat(again.getSpec()).isEqualTo(gateway.getSpec());
    }

    @Test
    void aStatusIsWrittenWithoutTheFieldsThatItDoesNotSet() throws IOException {
        McpPolicyStatus status = new McpPolicyStatus(
                null,
                List.of(new Condition(
                        "Accepted", Condition.Status.TRUE, null, "2026-11-01T00:00:00Z", "Accepted", "Fine")),
                null,
                List.of(),
                List.of());
        assertThat(JSON.writeValueAsString(status))
                .isEqualTo(
                        "{\"conditions\":[{\"type\":\"Accepted\",\"status\":\"True\","
                                + "\"lastTransitionTime\":\"2026-11-01T00:00:00Z\",\"reason\":\"Accepted\",\"message\":\"Fine\"}]}");
    }
}
