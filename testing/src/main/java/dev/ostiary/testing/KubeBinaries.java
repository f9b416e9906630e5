package dev.ostiary.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * etcd, kube-apiserver and kubectl in the layout of fabric8's kube-api-test. Looked for in {@code KUBE_API_TEST_DIR}; else
 * unpacked once per machine by {@code $OSTIARY_KUBE/cluster binaries}.
 */
final class KubeBinaries {

    private static final Path UNPACKED = Path.of("/var/tmp/ostiary-kube-binaries");

    private KubeBinaries() {}

    /** The folder. Blocks for some seconds the first time; several processes may ask at once. */
    static Path folder() {
        String stated = System.getenv("KUBE_API_TEST_DIR");
        if (stated != null) {
            return Path.of(stated);
        }
        Path cluster = clusterScript();
        if (cluster == null) {
            throw Level.cannotRun(
                    "No API server for tests: set OSTIARY_KUBE to a folder with the program `cluster`, or KUBE_API_TEST_DIR to one"
                            + " made by `setup-envtest use` (k8s/<version>/{etcd,kube-apiserver,kubectl}).");
        }
        try {
            unpackOnce(cluster);
        } catch (IOException e) {
            throw new UncheckedIOException("the API server's programs cannot be unpacked", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return UNPACKED;
    }

    private static @Nullable Path clusterScript() {
        String stated = System.getenv("OSTIARY_KUBE");
        Path folder = stated != null ? Path.of(stated) : besideTheCheckout();
        if (folder == null) {
            return null;
        }
        Path script = folder.resolve("cluster");
        return Files.isExecutable(script) ? script : null;
    }

    /** {@code shared/kube} beside the folder of the checkout. */
    private static @Nullable Path besideTheCheckout() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve("shared/kube");
            if (Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private static void unpackOnce(Path cluster) throws IOException, InterruptedException {
        Files.createDirectories(UNPACKED);
        try (FileChannel channel = FileChannel.open(
                        UNPACKED.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!lock.isValid() || hasPrograms()) {
                return;
            }
            Process process = new ProcessBuilder(cluster.toString(), "binaries", UNPACKED.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(UNPACKED.resolve("unpack.log").toFile())
                    .start();
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("`cluster binaries` failed: "
                        + Files.readString(UNPACKED.resolve("unpack.log")).strip());
            }
        }
    }

    private static boolean hasPrograms() throws IOException {
        Path versions = UNPACKED.resolve("k8s");
        if (!Files.isDirectory(versions)) {
            return false;
        }
        try (Stream<Path> found = Files.list(versions)) {
            return found.anyMatch(version -> Files.isExecutable(version.resolve("kube-apiserver"))
                    && Files.isExecutable(version.resolve("etcd"))
                    && Files.isExecutable(version.resolve("kubectl")));
        }
    }
}
