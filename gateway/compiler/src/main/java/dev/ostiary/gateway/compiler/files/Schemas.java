package dev.ostiary.gateway.compiler.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.crds.McpGateway;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** The schemas that resources must fit: those of the CRDs themselves, as an API server has them. */
final class Schemas {

    /** Kind → plural. */
    static final Map<String, String> PLURALS =
            Map.of("McpGateway", "mcpgateways", "McpWorkload", "mcpworkloads", "McpPolicy", "mcppolicies");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What of an object's metadata is read; the rest is what API servers add, and is let pass. */
    private static final String METADATA = """
            {"type": "object", "required": ["name"], "properties": {
              "name": {"type": "string", "minLength": 1, "maxLength": 253,
                       "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"},
              "namespace": {"type": "string", "maxLength": 63, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"},
              "labels": {"type": "object", "additionalProperties": {"type": "string"}},
              "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
              "uid": {"type": "string"}, "creationTimestamp": {"type": "string"},
              "generation": {"type": "integer"}, "resourceVersion": {"type": "string"},
              "selfLink": {"type": "string"}, "generateName": {"type": "string"},
              "deletionTimestamp": {"type": "string"}, "deletionGracePeriodSeconds": {"type": "integer"},
              "finalizers": {"type": "array", "items": {"type": "string"}},
              "ownerReferences": {"type": "array", "items": {"x-kubernetes-preserve-unknown-fields": true}},
              "managedFields": {"type": "array", "items": {"x-kubernetes-preserve-unknown-fields": true}}}}
            """;

    private static final String SECRET = """
            {"type": "object", "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"},
              "type": {"type": "string"}, "immutable": {"type": "boolean"},
              "data": {"type": "object", "additionalProperties": {"type": "string"}},
              "stringData": {"type": "object", "additionalProperties": {"type": "string"}}}}
            """;

    private static final String CONFIG_MAP = """
            {"type": "object", "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"},
              "immutable": {"type": "boolean"},
              "data": {"type": "object", "additionalProperties": {"type": "string"}},
              "binaryData": {"type": "object", "additionalProperties": {"type": "string"}}}}
            """;

    private static final Map<String, JsonNode> ALL = Map.of(
            "McpGateway",
            ofCrd("mcpgateways"),
            "McpWorkload",
            ofCrd("mcpworkloads"),
            "McpPolicy",
            ofCrd("mcppolicies"),
            "Secret",
            withMetadata(json(SECRET)),
            "ConfigMap",
            withMetadata(json(CONFIG_MAP)));

    private Schemas() {}

    /** The schema of a kind in {@link #PLURALS}, of Secret or of ConfigMap. */
    static JsonNode of(String kind) {
        JsonNode schema = ALL.get(kind);
        if (schema == null) {
            throw new IllegalArgumentException("no schema for " + kind);
        }
        return schema;
    }

    private static JsonNode ofCrd(String plural) {
        String name = "/META-INF/fabric8/" + plural + ".ostiary.dev-v1.yml";
        try (InputStream yaml = McpGateway.class.getResourceAsStream(name)) {
            if (yaml == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            Object crd = new Load(LoadSettings.builder()
                            .setSchema(new CoreSchema())
                            .setUseMarks(false)
                            .build())
                    .loadFromInputStream(yaml);
            JsonNode schema =
                    withMetadata(JSON.<JsonNode>valueToTree(crd).at("/spec/versions/0/schema/openAPIV3Schema"));
            // Nobody writes a status; what kubectl printed of one is let pass.
            ((ObjectNode) schema.get("properties"))
                    .set("status", json("{\"x-kubernetes-preserve-unknown-fields\": true}"));
            return schema;
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private static JsonNode withMetadata(JsonNode schema) {
        ((ObjectNode) schema.get("properties")).set("metadata", json(METADATA));
        ((ObjectNode) schema).withArray("required").add("metadata");
        return schema;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
