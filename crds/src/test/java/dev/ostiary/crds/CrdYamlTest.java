package dev.ostiary.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The checked-in CRDs are those of the model, and they keep the conventions of Kubernetes APIs. */
class CrdYamlTest {

    private static final Map<String, String> GENERATED = generate();

    /** What has a schema of its own elsewhere: pods, and Cedar's entities. */
    private static final Set<String> OPEN = Set.of(
            "McpGateway.spec.podTemplate.spec", "McpWorkload.spec.podTemplate.spec", "McpPolicy.spec.entities[]");

    @Test
    void theCheckedInFilesAreTheGeneratedOnes() throws IOException {
        if (Boolean.getBoolean("ostiary.crds.write")) {
            Files.createDirectories(CrdGeneration.FOLDER);
            for (Map.Entry<String, String> file : GENERATED.entrySet()) {
                Files.writeString(CrdGeneration.FOLDER.resolve(file.getKey()), file.getValue());
            }
        }
        Map<String, String> checkedIn = new TreeMap<>();
        try (Stream<Path> files = Files.list(CrdGeneration.FOLDER)) {
            for (Path file : files.toList()) {
                checkedIn.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        assertThat(checkedIn).as("""
                        The model and its CRD YAML differ. Regenerate it with
                          ./mvnw -pl crds test -Dtest=CrdYamlTest -Dostiary.crds.write=true
                        and commit %s.""", CrdGeneration.FOLDER).isEqualTo(GENERATED);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("schemas")
    void everyFieldKeepsTheConventions(String path, JsonNode schema) {
        List<String> problems = new ArrayList<>();
        check(path, schema, problems);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("crds")
    void theCrdHasWhatKubectlShows(String file, JsonNode crd) {
        JsonNode version = crd.at("/spec/versions/0");
        assertThat(version.at("/name").asText()).isEqualTo("v1alpha1");
        assertThat(version.at("/subresources/status").isObject()).isTrue();
        assertThat(crd.at("/spec/names/categories/0").asText()).isEqualTo("ostiary");
        assertThat(crd.at("/spec/names/shortNames/0").asText()).startsWith("mcp");
        assertThat(version.at("/schema/openAPIV3Schema/required/0").asText()).isEqualTo("spec");
        List<String> columns = version.at("/additionalPrinterColumns").findValuesAsText("name");
        assertThat(columns)
                .contains("Ready".equals(columns.getFirst()) ? "Ready" : "Accepted")
                .endsWith("Age");
    }

    @Test
    void aGatewayCanBeScaledAndSaysWhatItEnforces() throws IOException {
        JsonNode version = CrdGeneration.read(GENERATED.get("mcpgateways.ostiary.dev-v1.yml"))
                .at("/spec/versions/0");
        assertThat(version.at("/subresources/scale/specReplicasPath").asText()).isEqualTo(".spec.replicas");
        assertThat(version.at("/subresources/scale/statusReplicasPath").asText())
                .isEqualTo(".status.replicas");
        assertThat(version.at("/subresources/scale/labelSelectorPath").asText()).isEqualTo(".status.selector");
        assertThat(version.at("/additionalPrinterColumns").findValuesAsText("name"))
                .containsExactly("Ready", "URL", "Revision", "Enforced-By", "Workloads", "Draining", "Reason", "Age");
    }

    /** The rules of the name, which stand at the root. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("crds")
    void rulesAboutTheWholeObjectSayWhatIsWrong(String file, JsonNode crd) {
        List<String> problems = new ArrayList<>();
        checkRules(file, crd.at("/spec/versions/0/schema/openAPIV3Schema"), problems);
        assertThat(problems).isEmpty();
    }

    @Test
    void conditionsHaveTheSchemaOfMetav1() throws IOException {
        for (String crd : publicCrds().values()) {
            JsonNode conditions = CrdGeneration.read(crd)
                    .at("/spec/versions/0/schema/openAPIV3Schema/properties/status/properties/conditions");
            JsonNode item = conditions.get("items");
            assertThat(conditions.get("maxItems").asInt()).isEqualTo(8);
            assertThat(conditions.get("x-kubernetes-list-map-keys").get(0).asText())
                    .isEqualTo("type");
            assertThat(values(item.get("required")))
                    .containsExactlyInAnyOrder("type", "status", "reason", "message", "lastTransitionTime");
            assertThat(values(item.at("/properties/status/enum"))).containsExactly("True", "False", "Unknown");
            assertThat(item.at("/properties/lastTransitionTime/format").asText())
                    .isEqualTo("date-time");
            assertThat(item.at("/properties/observedGeneration/format").asText())
                    .isEqualTo("int64");
            assertThat(item.at("/properties/message/maxLength").asInt()).isEqualTo(32768);
            assertThat(item.at("/properties/reason/maxLength").asInt()).isEqualTo(1024);
            assertThat(item.at("/properties/type/maxLength").asInt()).isEqualTo(316);
        }
    }

    /** The rules of the Kubernetes API conventions that a machine can check. */
    private static void check(String path, JsonNode schema, List<String> problems) {
        String type = schema.path("type").asText();
        boolean intOrString = schema.path("x-kubernetes-int-or-string").asBoolean();
        if (type.isEmpty() && !intOrString) {
            problems.add(path + " has no type");
        }
        if (type.equals("number")) {
            problems.add(path + " is a float");
        }
        if (path.endsWith(".phase")) {
            problems.add(path + " is a phase");
        }
        if (type.equals("integer") && !schema.has("format")) {
            problems.add(path + " is an integer without format");
        }
        if (schema.has("nullable")) {
            problems.add(path + " may be null");
        }
        if (type.equals("string") && !isBounded(schema)) {
            problems.add(path + " is a text without bound");
        }
        if (schema.path("x-kubernetes-preserve-unknown-fields").asBoolean() && !OPEN.contains(path)) {
            problems.add(path + " takes anything");
        }
        if (path.endsWith("Ref") && !schema.path("properties").has("name")) {
            problems.add(path + " is a reference without a name");
        }
        checkRules(path, schema, problems);
        if (type.equals("array")) {
            if (!schema.has("x-kubernetes-list-type")) {
                problems.add(path + " is a list of no kind");
            }
            if (!schema.has("maxItems")) {
                problems.add(path + " is a list without bound");
            }
            if (schema.path("x-kubernetes-list-type").asText().equals("map")) {
                checkMapKeys(path, schema, problems);
            }
            check(path + "[]", schema.get("items"), problems);
        }
        if (schema.has("additionalProperties")) {
            Set<String> scalars = Set.of("string", "");
            if (!scalars.contains(schema.at("/additionalProperties/type").asText())) {
                problems.add(path + " is a map of objects");
            }
            if (!schema.has("maxProperties")) {
                problems.add(path + " is a map without bound");
            }
        }
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String description = property.getValue().path("description").asText();
            if (description.length() < 10 || !description.endsWith(".")) {
                problems.add(path + "." + property.getKey() + " is not documented in whole sentences");
            }
            if (!property.getKey().matches("[a-z][A-Za-z0-9]*")) {
                problems.add(path + "." + property.getKey() + " is not in camelCase");
            }
            check(path + "." + property.getKey(), property.getValue(), problems);
        }
    }

    /** The cost that API servers estimate for rules grows with what has no bound. */
    private static boolean isBounded(JsonNode schema) {
        String pattern = schema.path("pattern").asText("*");
        return schema.has("maxLength")
                || schema.has("enum")
                || schema.has("format")
                || !(pattern.contains("*") || pattern.contains("+") || pattern.contains(",}"));
    }

    private static void checkRules(String path, JsonNode schema, List<String> problems) {
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            String message = rule.path("message").asText();
            if (!message.endsWith(".") || message.length() > 400) {
                problems.add(path + " has a rule that does not say what is wrong: " + message);
            }
            String field = rule.path("fieldPath").asText();
            JsonNode there = schema;
            for (String name : field.isEmpty()
                    ? List.<String>of()
                    : List.of(field.substring(1).split("\\."))) {
                there = there.path("properties").path(name);
            }
            if (there.isMissingNode()) {
                problems.add(path + " has a rule about " + field + ", which does not exist");
            }
        }
    }

    private static void checkMapKeys(String path, JsonNode schema, List<String> problems) {
        List<String> required = values(schema.at("/items/required"));
        for (String key : values(schema.get("x-kubernetes-list-map-keys"))) {
            if (!required.contains(key)
                    && !schema.at("/items/properties/" + key).has("default")) {
                problems.add(path + " has the key " + key + ", which may be absent");
            }
        }
    }

    private static List<String> values(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asText()));
        return values;
    }

    static Stream<Object[]> crds() {
        return publicCrds().entrySet().stream().map(file -> new Object[] {file.getKey(), parsed(file.getValue())});
    }

    /** Without the kinds that programs alone write. */
    private static Map<String, String> publicCrds() {
        Map<String, String> files = new TreeMap<>(GENERATED);
        files.keySet()
                .removeIf(file -> CrdGeneration.PUBLIC_KINDS.stream()
                        .noneMatch(kind -> file.startsWith(
                                kind.getSimpleName().toLowerCase(Locale.ROOT).replaceAll("y$", "ie") + "s.")));
        return files;
    }

    static Stream<Object[]> schemas() {
        return GENERATED.values().stream()
                .flatMap(crd -> Stream.of("spec", "status")
                        .filter(part -> has(crd, part))
                        .map(part -> new Object[] {
                            parsed(crd).at("/spec/names/kind").asText() + "." + part,
                            parsed(crd).at("/spec/versions/0/schema/openAPIV3Schema/properties/" + part)
                        }));
    }

    private static boolean has(String crd, String part) {
        return parsed(crd)
                .at("/spec/versions/0/schema/openAPIV3Schema/properties")
                .has(part);
    }

    private static JsonNode parsed(String yaml) {
        try {
            return CrdGeneration.read(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> generate() {
        try {
            return CrdGeneration.generate();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
