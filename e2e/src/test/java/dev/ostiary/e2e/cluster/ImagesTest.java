package dev.ostiary.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The images of this build: what they say about themselves, and that the same sources give the same images elsewhere. */
@Tag("cluster")
class ImagesTest {

    private static final Path ROOT = Installation.repository();
    private static final List<String> MODULES = List.of("operator", "gateway/app");

    /** As the pom says; times of builds are in no image. */
    private static final String CREATED = "2026-11-01T00:00:00Z";

    @ParameterizedTest
    @CsvSource({"operator, dev.ostiary.operator.OperatorMain", "gateway/app, dev.ostiary.gateway.app.GatewayMain"})
    void anImageSaysWhatItIsAndRunsAsNobody(String module, String main) throws Exception {
        JsonNode image = config(archive(ROOT, module));

        assertThat(image.get("config").get("User").asText()).isEqualTo("65532:65532");
        assertThat(image.get("os").asText()).isEqualTo("linux");
        assertThat(image.get("architecture").asText()).isIn("amd64", "arm64");
        assertThat(image.get("created").asText()).isEqualTo(CREATED);
        assertThat(image.get("config").get("Entrypoint").toString()).contains("\"" + main + "\"");
        assertThat(image.get("rootfs").get("diff_ids")).isNotEmpty();
        JsonNode labels = image.get("config").get("Labels");
        for (String label : List.of("title", "description", "version", "licenses", "vendor")) {
            assertThat(labels.path("org.opencontainers.image." + label).asText())
                    .as(label)
                    .isNotBlank();
        }
        assertThat(labels.get("org.opencontainers.image.licenses").asText()).isEqualTo("Apache-2.0");
        assertThat(image.toString()).as("nothing of the machine that built it").doesNotContain(ROOT.toString());
    }

    @Test
    void imagesAreConfiguredForBothArchitectures() throws IOException {
        assertThat(Files.readString(ROOT.resolve("pom.xml")))
                .contains("<architecture>amd64</architecture>", "<architecture>arm64</architecture>");
    }

    /** A build of nothing but the sources, in another folder: what is compiled, packed and layered there is the same. */
    @Test
    void theSameSourcesGiveTheSameImages(@TempDir Path elsewhere) throws Exception {
        shell("tar -C '" + ROOT + "' --exclude=target --exclude=node_modules --exclude=.git -cf - . | tar -C '"
                + elsewhere + "' -xf -");
        shell("cd '" + elsewhere + "' && ./mvnw -o -q package -Pimages -pl " + String.join(",", MODULES)
                + " -am -DskipTests -Dmdep.analyze.skip=true -Dspotless.check.skip=true"
                + " -Dimage.base.archive='" + ROOT.resolve("target/base-image.tar") + "'");

        for (String module : MODULES) {
            assertThat(manifest(archive(elsewhere, module)).get("Layers"))
                    .as("layers of " + module + ", by their digests")
                    .isEqualTo(manifest(archive(ROOT, module)).get("Layers"));
            assertThat(config(archive(elsewhere, module))).as(module).isEqualTo(config(archive(ROOT, module)));
        }
    }

    private static Path archive(Path root, String module) {
        return Installation.archive(root, module, "jib-image.tar");
    }

    /** An archive as `docker save` makes it: which configuration, and which layers, each named by its digest. */
    private static JsonNode manifest(Path archive) throws Exception {
        return new JsonMapper().readTree(entry(archive, "manifest.json")).get(0);
    }

    /** The image's own configuration, with the digests of what its layers hold. */
    private static JsonNode config(Path archive) throws Exception {
        return new JsonMapper()
                .readTree(entry(archive, manifest(archive).get("Config").asText()));
    }

    private static String entry(Path archive, String name) throws Exception {
        return Command.of(Map.of(), "tar", "-xOf", archive.toString(), name).run();
    }

    private static void shell(String line) throws Exception {
        new Command(List.of("sh", "-c", line), Map.of(), Duration.ofMinutes(20)).run();
    }
}
