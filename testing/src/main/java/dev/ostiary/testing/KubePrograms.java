package dev.ostiary.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The programs that people use a cluster with: those beside the API server of the tests, else those on the PATH. */
public final class KubePrograms {

    private KubePrograms() {}

    /** helm. Skips or fails the test, by {@link Level}, where there is none. */
    public static Path helm() {
        return find("helm");
    }

    /** kubectl. Skips or fails the test, by {@link Level}, where there is none. */
    public static Path kubectl() {
        return find("kubectl");
    }

    private static Path find(String name) {
        for (String folder : System.getenv("PATH").split(java.io.File.pathSeparator)) {
            Path candidate = Path.of(folder, name);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        try (Stream<Path> versions = Files.list(KubeBinaries.folder().resolve("k8s"))) {
            return versions.map(version -> version.resolve(name))
                    .filter(Files::isExecutable)
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> Level.cannotRun(name + " is not installed"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
