package dev.ostiary.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The chart of the CRDs holds the same ones, as templates that Helm upgrades and never deletes. */
class CrdChartTest {

    private static final Path TEMPLATES = Path.of("../charts/ostiary-crds/templates");

    @Test
    void theTemplatesAreTheCrds() throws IOException {
        Map<String, String> templates = new TreeMap<>();
        for (Map.Entry<String, String> crd : CrdGeneration.generate().entrySet()) {
            templates.put(crd.getKey().replace("-v1.yml", ".yaml"), template(crd.getValue()));
        }
        if (Boolean.getBoolean("ostiary.crds.write")) {
            for (Map.Entry<String, String> template : templates.entrySet()) {
                Files.writeString(TEMPLATES.resolve(template.getKey()), template.getValue());
            }
        }

        Map<String, String> checkedIn = new TreeMap<>();
        try (Stream<Path> files = Files.list(TEMPLATES)) {
            for (Path file : files.toList()) {
                checkedIn.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        assertThat(checkedIn).as("""
                        The chart differs from the CRDs. Regenerate it with
                          ./mvnw -pl crds test -Dtest='Crd*Test' -Dostiary.crds.write=true""").isEqualTo(templates);
        assertThat(checkedIn.values())
                .allSatisfy(template -> assertThat(CrdGeneration.read(template)
                                .at("/metadata/annotations")
                                .properties())
                        .isNotEmpty());
    }

    private static String template(String crd) {
        assertThat(crd).as("Helm would take it for its own").doesNotContain("{{");
        String metadata = "\nmetadata:\n";
        assertThat(crd).containsOnlyOnce(metadata);
        return crd.replace(metadata, metadata + "  annotations:\n    helm.sh/resource-policy: keep\n");
    }
}
