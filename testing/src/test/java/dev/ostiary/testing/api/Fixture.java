package dev.ostiary.testing.api;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file with resources, below lines of comment.
 *
 * @param header the comment, without its marks
 * @param body the rest
 */
record Fixture(Path file, List<String> header, String body) {

    /** Where they are, seen from this module. */
    static final Path FOLDER = Path.of("../crds/src/test/resources/fixtures");

    static List<Fixture> in(String folder) {
        try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
            return files.sorted().map(Fixture::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Fixture read(Path file) {
        try {
            List<String> header = new ArrayList<>();
            List<String> body = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                if (body.isEmpty() && line.startsWith("#")) {
                    header.add(line.substring(1).strip());
                } else {
                    body.add(line);
                }
            }
            return new Fixture(file, header, String.join("\n", body) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return file.getFileName().toString().replace(".yaml", "");
    }

    /** The resources of our kinds, moved into this namespace. */
    List<GenericKubernetesResource> resources(String namespace) {
        return resources(body, namespace);
    }

    static List<GenericKubernetesResource> resources(String yaml, String namespace) {
        List<GenericKubernetesResource> resources = new ArrayList<>();
        for (String document : yaml.split("(?m)^---$")) {
            if (document.lines().noneMatch(line -> line.startsWith("apiVersion: ostiary.dev/"))) {
                continue;
            }
            GenericKubernetesResource resource = Serialization.unmarshal(document, GenericKubernetesResource.class);
            resource.getMetadata().setNamespace(namespace);
            resources.add(resource);
        }
        return resources;
    }

    void write(List<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(("# " + line).stripTrailing()).append('\n'));
        try {
            Files.writeString(file, text + body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
