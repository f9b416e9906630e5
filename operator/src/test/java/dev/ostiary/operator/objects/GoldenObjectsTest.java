package dev.ostiary.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One folder per case: {@code in.yaml} gives exactly the objects {@code out-<Kind>-<name>.yaml}, and no others. */
class GoldenObjectsTest {

    private static final String WRITE = "ostiary.golden.write";
    private static final KubernetesSerialization YAML = new KubernetesSerialization(new ObjectMapper(), false);

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.ostiary.operator.objects.Cases#names")
    void theCaseGivesTheseObjects(String name) throws IOException {
        Path folder = Cases.FOLDER.resolve(name);
        Map<String, String> made = new TreeMap<>();
        for (HasMetadata object : Cases.objects(name)) {
            String file = "out-" + object.getKind() + "-" + object.getMetadata().getName() + ".yaml";
            assertThat(made.put(file, YAML.asYaml(object))).as(file + " twice").isNull();
        }
        if (Boolean.getBoolean(WRITE)) {
            for (String file : files(folder).keySet()) {
                Files.delete(folder.resolve(file));
            }
            for (Map.Entry<String, String> file : made.entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }
        }

        assertThat(made)
                .as("If the change is meant, write the files again with -D%s=true and read the difference.", WRITE)
                .isEqualTo(files(folder));
    }

    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.filter(path -> !path.endsWith("in.yaml")).toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }
}
