package dev.ostiary.e2e.cluster;

import static org.awaitility.Awaitility.await;

import dev.ostiary.e2e.clients.NpmPrograms;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.testing.KubePrograms;
import dev.ostiary.testing.Level;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Ostiary as the README installs it, in the cluster of the tests, and the README's example behind it. One for all tests of
 * this JVM: a test that changes it puts it back.
 */
final class Installation {

    static final String NAMESPACE = "mcp";
    static final String GATEWAY = "engineering";
    static final String ROUTE = "everything";
    static final String PUBLIC_URL = "https://mcp.example.com";
    static final String ROUTE_URL = PUBLIC_URL + "/" + ROUTE;

    /** Of all workloads that tests add. */
    private static final List<String> ROUTES = List.of(ROUTE, "filesystem", "python", "scratch");

    static final int GATEWAY_PORT = 8443;
    static final Duration SETTLED = Duration.ofMinutes(3);

    private static final String EVERYTHING = "registry.example.com/mcp/everything:2026.8.31";
    private static @Nullable Installation running;

    private final Cluster cluster;
    private final Emulator emulator;
    private final X509Certificate authority;
    private final Path folder;

    private Installation(Cluster cluster, Emulator emulator, X509Certificate authority, Path folder) {
        this.cluster = cluster;
        this.emulator = emulator;
        this.authority = authority;
        this.folder = folder;
    }

    /** The one of this JVM; made by whoever asks first. */
    static synchronized Installation running() throws IOException, InterruptedException, GeneralSecurityException {
        if (running == null) {
            running = installed(Cluster.running());
        }
        return running;
    }

    private static Installation installed(Cluster cluster)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path root = repository();
        for (String module : List.of("operator", "gateway/app", "gateway/bridge", "cli")) {
            cluster.load(archive(root, module, "jib-image.tar"));
        }
        Path folder = Files.createDirectories(root.resolve("e2e/target/cluster"));
        cluster.load(everythingImage(root, folder));
        X509Certificate authority = certificate(folder);
        Emulator emulator = Emulator.started(cluster, "ostiary/cli:" + version(), PUBLIC_URL, ROUTES);
        Path examples = Files.createDirectories(folder.resolve("examples/cluster"));
        for (String file : List.of("everything.yaml", "policies.yaml")) {
            Files.writeString(
                    examples.resolve(file),
                    Files.readString(root.resolve("examples/cluster").resolve(file)));
        }
        Files.writeString(
                examples.resolve("gateway.yaml"),
                pointedAtTheEmulator(Files.readString(root.resolve("examples/cluster/gateway.yaml"))));
        Path charts = folder.resolve("charts");
        Files.deleteIfExists(charts);
        Files.createSymbolicLink(charts, root.resolve("charts"));
        Installation installation = new Installation(cluster, emulator, authority, folder);
        for (String command : Readme.commands(root.resolve("README.md"), "## In a cluster")) {
            if (command.contains("kubectl apply")) {
                installation.trustEmulator();
            }
            installation.shell(command);
        }
        return installation;
    }

    /** The three changes that a test of the example needs. */
    private static String pointedAtTheEmulator(String gateway) {
        String origin = "https://" + Emulator.HOST + ":" + Emulator.PORT;
        String pointed = gateway.replace(
                        "  entra:\n", "  entra:\n    authorityHost: " + origin + "\n    graphHost: " + origin + "\n")
                .replace("  tls:\n", "  egress:\n    caBundleRef:\n      name: corp-ca\n  tls:\n");
        if (pointed.lines().count() != gateway.lines().count() + 5) {
            throw new IllegalStateException("examples/cluster/gateway.yaml has another shape than this test expects");
        }
        return pointed;
    }

    private void trustEmulator() throws GeneralSecurityException {
        cluster.client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("corp-ca")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .addToData("ca.crt", emulator.authorityPem())
                        .build())
                .serverSideApply();
    }

    /** server-everything and the Node that runs it, out of what npm installed here. */
    private static Path everythingImage(Path root, Path folder) throws IOException, InterruptedException {
        Path archive = folder.resolve("everything.tar");
        Path node = node(root);
        Command make = withNode(root, mkimage(EVERYTHING, archive))
                .and(
                        "--env",
                        "PORT=3001",
                        "--workdir",
                        "/app",
                        "--entrypoint",
                        "[\"" + node
                                + "\",\"/app/node_modules/@modelcontextprotocol/server-everything/dist/index.js\",\"streamableHttp\"]");
        make.run();
        return archive;
    }

    /** The program that makes an image of this name out of this machine's files. */
    static Command mkimage(String name, Path archive) {
        String kube = System.getenv("OSTIARY_KUBE");
        if (kube == null) {
            throw Level.cannotRun("level cluster: OSTIARY_KUBE must name the folder of the program `mkimage`");
        }
        return Command.of(Map.of(), Path.of(kube, "mkimage").toString(), name, archive.toString());
    }

    static Path node(Path root) throws IOException, InterruptedException {
        NpmPrograms.installed();
        return root.resolve("e2e/clients/node_modules/node/bin/node").toRealPath();
    }

    /** Adds Node, at the path that it has here, and what npm installed. */
    static Command withNode(Path root, Command image) throws IOException, InterruptedException {
        Command make = image.and("--program", node(root).toString());
        try (Stream<Path> packages = Files.list(root.resolve("e2e/clients/node_modules"))) {
            for (Path each : packages.filter(Files::isDirectory).sorted().toList()) {
                String name = each.getFileName().toString();
                if (!name.equals("node") && !name.equals("axe-core") && !name.startsWith(".")) {
                    make = make.and("--add", each + ":/app/node_modules/" + name);
                }
            }
        }
        return make;
    }

    private static X509Certificate certificate(Path folder)
            throws IOException, InterruptedException, GeneralSecurityException {
        Command.of(
                        Map.of(),
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=mcp.example.com",
                        "-addext",
                        "subjectAltName=DNS:mcp.example.com",
                        "-keyout",
                        folder.resolve("tls.key").toString(),
                        "-out",
                        folder.resolve("tls.crt").toString())
                .run();
        try (var pem = Files.newInputStream(folder.resolve("tls.crt"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
    }

    /** The archive of a module's image; what makes it is the profile. */
    static Path archive(Path root, String module, String file) {
        Path archive = root.resolve(module).resolve("target").resolve(file);
        if (!Files.exists(archive)) {
            throw new IllegalStateException(
                    archive + " is missing: the profile `cluster` makes it in the phase package");
        }
        return archive;
    }

    static Path repository() {
        return Path.of(System.getProperty("ostiary.clients")).resolve("../..").normalize();
    }

    /** Of the images of this build. */
    static String version() {
        return System.getProperty("ostiary.version");
    }

    Cluster cluster() {
        return cluster;
    }

    /** Runs a line as a shell does, in a folder with charts/, examples/cluster and the certificate. */
    String shell(String line) throws IOException, InterruptedException {
        String path = KubePrograms.kubectl().getParent() + ":"
                + KubePrograms.helm().getParent() + ":" + System.getenv("PATH");
        String secret = "export ENTRA_CLIENT_SECRET=" + DemoDirectory.GATEWAY_CLIENT_SECRET + "; ";
        return cluster.shell(path, "cd '" + folder + "'; " + secret + line).run();
    }

    /** An Entra token for the example's route. */
    String token(String user) throws IOException, InterruptedException {
        return token(user, ROUTE);
    }

    /** An Entra token for another route. */
    String token(String user, String route) throws IOException, InterruptedException {
        return emulator.token(user, PUBLIC_URL + "/" + route, route);
    }

    /** Calls through the gateway's Service. */
    Calls throughService(String user) throws IOException, InterruptedException, GeneralSecurityException {
        return throughService(user, ROUTE);
    }

    /** The same on another route. */
    Calls throughService(String user, String route) throws IOException, InterruptedException, GeneralSecurityException {
        return new Calls(https(), serviceAddress(), servicePort(), "/" + route, token(user, route));
    }

    /** Calls to one replica. */
    Calls toReplica(Pod pod, String token) throws GeneralSecurityException {
        return new Calls(https(), pod.getStatus().getPodIP(), GATEWAY_PORT, "/" + ROUTE, token);
    }

    Https https() throws GeneralSecurityException {
        return Https.trusting(authority, "mcp.example.com");
    }

    /** The certificate that clients trust, as a file. */
    Path certificateFile() {
        return folder.resolve("tls.crt");
    }

    String serviceAddress() {
        return cluster.client()
                .services()
                .inNamespace(NAMESPACE)
                .withName(GATEWAY + "-gateway")
                .require()
                .getSpec()
                .getClusterIP();
    }

    int servicePort() {
        return cluster.client()
                .services()
                .inNamespace(NAMESPACE)
                .withName(GATEWAY + "-gateway")
                .require()
                .getSpec()
                .getPorts()
                .getFirst()
                .getPort();
    }

    /** The gateway's pods that are ready and not going away. */
    List<Pod> replicas() {
        return cluster
                .client()
                .pods()
                .inNamespace(NAMESPACE)
                .withLabel("app.kubernetes.io/name", "ostiary-gateway")
                .withLabel("app.kubernetes.io/instance", GATEWAY)
                .list()
                .getItems()
                .stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .filter(pod -> pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True")))
                .toList();
    }

    /** A resource of ours, as it is now. */
    GenericKubernetesResource resource(String kind, String name) {
        return cluster.client()
                .genericKubernetesResources("ostiary.dev/v1alpha1", kind)
                .inNamespace(NAMESPACE)
                .withName(name)
                .require();
    }

    /** Waits until the gateway is as it should be: programmed for its generation, on two ready replicas. */
    void settled() {
        await().atMost(SETTLED)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> Conditions.of(resource("McpGateway", GATEWAY)).isTrueNow("Programmed")
                        && Conditions.of(resource("McpGateway", GATEWAY)).isTrueNow("Ready")
                        && replicas().size() == 2);
    }
}
