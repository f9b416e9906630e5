package dev.ostiary.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Objects that were written for the CRDs in {@code baseline/} are still taken. A break on purpose is a line of {@code
 * baseline/exceptions.txt}; a release replaces the baseline ({@code -Dostiary.baseline.write=true}) and empties that file.
 */
class CompatibilityTest {

    private static final Path BASELINE = Path.of("baseline");
    private static final Path EXCEPTIONS = BASELINE.resolve("exceptions.txt");
    private static final String SPEC = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";

    @Test
    void nothingOfTheBaselineIsBroken() throws IOException {
        Map<String, String> now = CrdGeneration.generate();
        if (Boolean.getBoolean("ostiary.baseline.write")) {
            for (Map.Entry<String, String> crd : now.entrySet()) {
                Files.writeString(BASELINE.resolve(crd.getKey()), crd.getValue());
            }
        }
        Map<String, Path> before = new TreeMap<>();
        try (Stream<Path> files = Files.list(BASELINE)) {
            files.filter(file -> file.toString().endsWith(".yml"))
                    .forEach(file -> before.put(file.getFileName().toString(), file));
        }
        assertThat(before).isNotEmpty();
        assertThat(now.keySet()).containsAll(before.keySet());

        List<String> breaks = new ArrayList<>();
        for (Map.Entry<String, Path> crd : before.entrySet()) {
            breaks.addAll(SchemaCompatibility.breaks(
                    CrdGeneration.read(Files.readString(crd.getValue())), CrdGeneration.read(now.get(crd.getKey()))));
        }
        assertThat(breaks)
                .as("breaks that are not in %s, or exceptions that are none any more", EXCEPTIONS)
                .containsExactlyInAnyOrderElementsOf(Files.readAllLines(EXCEPTIONS).stream()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .toList());
    }

    /** A change of the gateway's CRD, and what is said of it; nothing where it only widens. */
    @TestFactory
    Stream<DynamicTest> everyKindOfBreakIsNoticed() {
        return Stream.of(
                changed("a field is gone", spec -> properties(spec).remove("audit"), "spec.audit is gone"),
                changed(
                        "a field deep inside is gone",
                        spec -> properties((ObjectNode) spec.at("/properties/http/properties/limits"))
                                .remove("jsonDepth"),
                        "spec.http.limits.jsonDepth is gone"),
                changed(
                        "a field is added",
                        spec -> properties(spec).putObject("new").put("type", "string")),
                changed(
                        "a field is required",
                        spec -> spec.withArray("required").add("entra"),
                        "spec.entra is now required"),
                changed("a field is required no longer", spec -> spec.remove("required")),
                changed(
                        "a type",
                        spec -> property(spec, "replicas").put("type", "string"),
                        "spec.replicas type was integer and is string"),
                changed(
                        "a default",
                        spec -> property(spec, "replicas").put("default", 3),
                        "spec.replicas default was 2 and is 3"),
                changed(
                        "a default is gone",
                        spec -> property(spec, "replicas").remove("default"),
                        "spec.replicas default was 2 and is not there"),
                changed(
                        "a value is gone",
                        spec -> ((ArrayNode) property(spec, "deletionPolicy").get("enum")).remove(0),
                        "spec.deletionPolicy no longer takes Retain"),
                changed(
                        "a value is added",
                        spec -> ((ArrayNode) property(spec, "deletionPolicy").get("enum")).add("Orphan")),
                changed(
                        "a text becomes a choice",
                        spec -> property(spec, "publicUrl").putArray("enum").add("a"),
                        "spec.publicUrl takes some values only"),
                changed(
                        "a pattern",
                        spec -> property(spec, "maxStaleness").put("pattern", "^[0-9]+s$"),
                        "spec.maxStaleness pattern was " + Api.DURATION + " and is ^[0-9]+s$"),
                changed(
                        "a limit is lowered",
                        spec -> property(spec, "publicUrl").put("maxLength", 100),
                        "spec.publicUrl has a lower maxLength: 100"),
                changed("a limit is raised", spec -> property(spec, "publicUrl").put("maxLength", 1000)),
                changed(
                        "a least is raised",
                        spec -> property(spec, "replicas").put("minimum", 1),
                        "spec.replicas has a higher minimum: 1"),
                changed(
                        "a limit is added",
                        spec -> property(spec, "deletionPolicy").put("maxLength", 5),
                        "spec.deletionPolicy has a lower maxLength: 5"),
                changed(
                        "a kind of list",
                        spec -> ((ObjectNode) spec.at("/properties/entra/properties/claims"))
                                .put("x-kubernetes-list-type", "atomic"),
                        "spec.entra.claims x-kubernetes-list-type was set and is atomic"),
                changed(
                        "a limit of an item",
                        spec -> ((ObjectNode) spec.at("/properties/entra/properties/claims/items")).put("maxLength", 3),
                        "spec.entra.claims[] has a lower maxLength: 3"),
                changed(
                        "a limit of a map's values",
                        spec -> ((ObjectNode)
                                        spec.at(
                                                "/properties/podTemplate/properties/metadata/properties/labels/additionalProperties"))
                                .put("maxLength", 3),
                        "spec.podTemplate.metadata.labels.* has a lower maxLength: 3"),
                changed(
                        "a rule is added",
                        spec -> spec.withArray("x-kubernetes-validations")
                                .addObject()
                                .put("rule", "self.replicas > 1")
                                .put("message", "needs two."),
                        "spec has a new rule: self.replicas > 1"),
                changed("a rule is gone", spec -> spec.remove("x-kubernetes-validations")),
                changed(
                        "what is kept although it is unknown",
                        spec -> ((ObjectNode) spec.at("/properties/podTemplate/properties/spec"))
                                .remove("x-kubernetes-preserve-unknown-fields"),
                        "spec.podTemplate.spec x-kubernetes-preserve-unknown-fields was true and is not there"));
    }

    @Test
    void aVersionASubresourceAndANameThatAreGoneAreNoticed() throws IOException {
        ObjectNode before = gateway();
        ObjectNode after = gateway();
        ((ObjectNode) after.at("/spec/versions/0/subresources")).remove("scale");
        ((ArrayNode) after.at("/spec/names/shortNames")).removeAll();
        assertThat(SchemaCompatibility.breaks(before, after))
                .hasSize(2)
                .anyMatch(line -> line.equals("McpGateway is no longer known by the shortNames mcpgw"))
                .anyMatch(line -> line.startsWith("McpGateway/v1alpha1 subresource scale was {"));

        ((ObjectNode) after.at("/spec/versions/0")).put("served", false);
        assertThat(SchemaCompatibility.breaks(before, after)).contains("McpGateway/v1alpha1 is no longer served");
    }

    private static DynamicTest changed(String name, Consumer<ObjectNode> change, String... said) {
        return DynamicTest.dynamicTest(name, () -> {
            ObjectNode after = gateway();
            change.accept((ObjectNode) after.at(SPEC));
            assertThat(after).isNotEqualTo(gateway());
            assertThat(SchemaCompatibility.breaks(gateway(), after))
                    .containsExactlyElementsOf(Stream.of(said)
                            .map(line -> "McpGateway/v1alpha1." + line)
                            .toList());
        });
    }

    private static ObjectNode gateway() throws IOException {
        JsonNode crd = CrdGeneration.read(CrdGeneration.generate().get("mcpgateways.ostiary.dev-v1.yml"));
        return (ObjectNode) crd;
    }

    private static ObjectNode properties(ObjectNode schema) {
        return (ObjectNode) schema.get("properties");
    }

    private static ObjectNode property(ObjectNode schema, String name) {
        return (ObjectNode) properties(schema).get(name);
    }
}
