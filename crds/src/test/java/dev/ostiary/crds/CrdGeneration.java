package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The CRD YAML of the model: what the generator makes, with what the generator cannot express put in afterwards (kinds of
 * lists, bounds of maps, integer formats, the order of columns and enum values, first conditions).
 */
final class CrdGeneration {

    static final List<Class<? extends CustomResource<?, ?>>> KINDS =
            List.of(McpGateway.class, McpWorkload.class, McpPolicy.class, McpGatewayReplica.class, McpGrant.class);

    /** What people write; the others are written by programs alone and have no status. */
    static final List<Class<? extends CustomResource<?, ?>>> PUBLIC_KINDS = KINDS.subList(0, 3);

    /** Where the checked-in files are, seen from the module. */
    static final Path FOLDER = Path.of("src/main/resources/META-INF/fabric8");

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .stringQuotingChecker(new QuotedWhereYamlMightMeanSomethingElse())
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .build());

    private CrdGeneration() {}

    /** File name → content. */
    static Map<String, String> generate() throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (Class<? extends CustomResource<?, ?>> kind : KINDS) {
            ObjectNode crd = (ObjectNode) YAML.readTree(generated(kind));
            complete(crd, kind);
            files.put(
                    crd.at("/metadata/name").asText() + "-v1.yml",
                    "# Generated from dev.ostiary.crds." + kind.getSimpleName()
                            + "; regenerate with: ./mvnw -pl crds test -Dtest=CrdYamlTest -Dostiary.crds.write=true\n"
                            + YAML.writeValueAsString(crd));
        }
        return files;
    }

    private static byte[] generated(Class<? extends CustomResource<?, ?>> kind) throws IOException {
        try (InMemory output = new InMemory()) {
            new CRDGenerator()
                    .withOutput(output)
                    .customResourceClasses(kind)
                    .forCRDVersions("v1")
                    .detailedGenerate();
            return output.bytes.toByteArray();
        }
    }

    private static void complete(ObjectNode crd, Class<? extends CustomResource<?, ?>> kind) {
        ObjectNode version = (ObjectNode) crd.at("/spec/versions/0");
        ArrayNode columns = columns(kind);
        if (!columns.isEmpty()) {
            version.set("additionalPrinterColumns", columns);
        }
        ObjectNode schema = (ObjectNode) version.at("/schema/openAPIV3Schema");
        schema.put("description", kind.getAnnotation(JsonClassDescription.class).value());
        ObjectNode properties = (ObjectNode) schema.get("properties");
        boolean internal = !PUBLIC_KINDS.contains(kind);
        for (String part : internal ? List.of("spec") : List.of("spec", "status")) {
            Class<?> type = recordOf(kind, part);
            new SchemaCompletion(type.getSimpleName()).object((ObjectNode) properties.get(part), type);
        }
        properties
                .putObject("apiVersion")
                .put("type", "string")
                .put("description", "Version of this object's schema: " + Api.API_VERSION + ".");
        properties
                .putObject("kind")
                .put("type", "string")
                .put("description", "Kind of this object: " + kind.getSimpleName() + ".");
        properties.putObject("metadata").put("type", "object");
        if (!internal) {
            ((ObjectNode) properties.get("status")).set("default", notLookedAtYet());
        }
    }

    /** What an object says about itself until the operator has seen it, as the kinds of the Gateway API do. */
    private static ObjectNode notLookedAtYet() {
        ObjectNode status = YAML.createObjectNode();
        ArrayNode conditions = status.putArray("conditions");
        for (String type : List.of("Accepted", "Programmed", "Ready")) {
            conditions
                    .addObject()
                    .put("type", type)
                    .put("status", "Unknown")
                    .put("reason", "Pending")
                    .put("message", "Waiting for the operator")
                    .put("lastTransitionTime", "1970-01-01T00:00:00Z");
        }
        return status;
    }

    private static ArrayNode columns(Class<?> kind) {
        ArrayNode columns = YAML.createArrayNode();
        for (AdditionalPrinterColumn column : kind.getAnnotationsByType(AdditionalPrinterColumn.class)) {
            ObjectNode node = columns.addObject()
                    .put("name", column.name())
                    .put("type", column.type().getValue())
                    .put("jsonPath", column.jsonPath());
            if (column.priority() != 0) {
                node.put("priority", column.priority());
            }
        }
        return columns;
    }

    private static Class<?> recordOf(Class<?> kind, String part) {
        try {
            return kind.getMethod(part.equals("spec") ? "getSpec" : "getStatus").getReturnType();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(kind + " has no " + part, e);
        }
    }

    static JsonNode read(String yaml) throws IOException {
        return YAML.readTree(yaml);
    }

    private static final class InMemory extends CRDGenerator.AbstractCRDOutput<ByteArrayOutputStream> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        protected ByteArrayOutputStream createStreamFor(String crdName) {
            return bytes;
        }
    }

    /** Some readers take a plain 1970-01-01T00:00:00Z for a time stamp. */
    private static final class QuotedWhereYamlMightMeanSomethingElse extends StringQuotingChecker.Default {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean needToQuoteValue(String value) {
            return super.needToQuoteValue(value) || (!value.isEmpty() && Character.isDigit(value.charAt(0)));
        }
    }
}
