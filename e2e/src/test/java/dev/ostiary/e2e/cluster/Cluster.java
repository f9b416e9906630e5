package dev.ostiary.e2e.cluster;

import dev.ostiary.testing.KubePrograms;
import dev.ostiary.testing.Level;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;

/**
 * The cluster of the tests: the one that KUBECONFIG names, else one that `$OSTIARY_KUBE/cluster up` starts and that is gone
 * when this JVM ends, however it ends.
 *
 * <p>Service and pod addresses must be reachable from here. Images get into somebody else's cluster by the command in
 * {@code OSTIARY_CLUSTER_LOAD}, which takes an archive: {@code kind load image-archive}.
 */
final class Cluster {

    private static @Nullable Cluster running;

    private final Path kubeconfig;
    private final @Nullable Path script;
    private final KubernetesClient client;

    private Cluster(Path kubeconfig, @Nullable Path script) throws IOException {
        this.kubeconfig = kubeconfig;
        this.script = script;
        this.client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(kubeconfig)))
                .build();
    }

    /** The one of this JVM; started by whoever asks first. */
    static synchronized Cluster running() throws IOException, InterruptedException {
        if (running == null) {
            String given = System.getenv("KUBECONFIG");
            running = given != null && !given.isBlank() ? new Cluster(Path.of(given), null) : started();
        }
        return running;
    }

    private static Cluster started() throws IOException, InterruptedException {
        String folder = System.getenv("OSTIARY_KUBE");
        if (folder == null || !Files.isExecutable(Path.of(folder, "cluster"))) {
            throw Level.cannotRun(
                    "level cluster: set KUBECONFIG to a cluster, or OSTIARY_KUBE to the folder of the program `cluster`");
        }
        Path script = Path.of(folder, "cluster");
        Command up = Command.of(Map.of(), script.toString(), "up");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> takeDown(script), "cluster-down"));
        Command.Result result = up.result();
        if (result.exit() != 0) {
            if (result.err().contains("run '")) {
                throw Level.cannotRun("level cluster: " + result.err().strip());
            }
            throw new AssertionFailedError("the cluster does not start: " + result.err());
        }
        String exports = result.out()
                .lines()
                .filter(line -> line.startsWith("export KUBECONFIG="))
                .findFirst()
                .orElseThrow();
        return new Cluster(
                Path.of(exports.substring("export KUBECONFIG=".length()).split(" ")[0]), script);
    }

    private static void takeDown(Path script) {
        try {
            Command.of(Map.of(), script.toString(), "down").result();
        } catch (IOException e) {
            System.err.println("the cluster may still be up: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** May do everything. Not to be closed. */
    KubernetesClient client() {
        return client;
    }

    /** A line for the shell, with this PATH. */
    Command shell(String path, String line) {
        return Command.of(
                Map.of(
                        "PATH", path,
                        "KUBECONFIG", kubeconfig.toString(),
                        "HELM_CACHE_HOME", "/tmp/ostiary-helm/cache",
                        "HELM_CONFIG_HOME", "/tmp/ostiary-helm/config",
                        "HELM_DATA_HOME", "/tmp/ostiary-helm/data"),
                "/bin/sh",
                "-euc",
                line);
    }

    Command kubectl(String... words) {
        return Command.of(
                        Map.of("KUBECONFIG", kubeconfig.toString()),
                        KubePrograms.kubectl().toString())
                .and(words);
    }

    Command helm(String... words) {
        return Command.of(
                        Map.of(
                                "KUBECONFIG",
                                kubeconfig.toString(),
                                "HELM_CACHE_HOME",
                                "/tmp/ostiary-helm/cache",
                                "HELM_CONFIG_HOME",
                                "/tmp/ostiary-helm/config",
                                "HELM_DATA_HOME",
                                "/tmp/ostiary-helm/data"),
                        KubePrograms.helm().toString())
                .and(words);
    }

    /** Makes the image of an archive known to the nodes. */
    void load(Path archive) throws IOException, InterruptedException {
        String load = script != null ? script + " load" : System.getenv("OSTIARY_CLUSTER_LOAD");
        if (load == null) {
            throw Level.cannotRun(
                    "level cluster: say in OSTIARY_CLUSTER_LOAD how an image archive gets into your cluster");
        }
        Command.of(Map.of(), load.split(" ")).and(archive.toString()).run();
    }

    /** Whether parts of it can be killed. */
    boolean isOurs() {
        return script != null;
    }

    /** SIGKILL for one of its programs: apiserver, kubelet, … */
    void kill(String program) throws IOException, InterruptedException {
        Command.of(Map.of(), ours(), "stop", program).run();
    }

    /** Starts it again. */
    void start(String program) throws IOException, InterruptedException {
        Command.of(Map.of(), ours(), "start", program).run();
    }

    private String ours() {
        if (script == null) {
            throw Level.cannotRun("level cluster: programs of a cluster that KUBECONFIG names are not killed");
        }
        return script.toString();
    }
}
