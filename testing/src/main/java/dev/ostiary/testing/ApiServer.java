package dev.ostiary.testing;

import dev.ostiary.crds.McpGateway;
import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A real kube-apiserver with its etcd on loopback, and our CRDs installed. It authorizes by RBAC and validates as in any
 * cluster, but nothing else runs: no controllers (so nothing is garbage-collected and no Deployment becomes ready), no
 * scheduler, no ServiceAccount admission.
 *
 * <p>Starting takes some seconds; share one between the tests of a class, and give every test its own namespace.
 */
public final class ApiServer implements AutoCloseable {

    /** The CRDs, as resources of the module that makes them. */
    public static final List<String> CRDS = List.of(
            "mcpgateways.ostiary.dev-v1.yml",
            "mcpworkloads.ostiary.dev-v1.yml",
            "mcppolicies.ostiary.dev-v1.yml",
            "mcpgatewayreplicas.ostiary.dev-v1.yml",
            "mcpgrants.ostiary.dev-v1.yml");

    private static final int STARTUP_MILLIS = 120_000;
    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    private final KubeAPIServer server;
    private final Path auditLog;
    private final KubernetesClient admin;

    private ApiServer(KubeAPIServer server, Path auditLog) {
        this.server = server;
        this.auditLog = auditLog;
        this.admin = new KubernetesClientBuilder().withConfig(config()).build();
    }

    /** Starts one, with the CRDs in place. Skips or fails the test, by {@link Level}, where the programs are missing. */
    public static ApiServer start() {
        return start(List.of());
    }

    /** The same with flags of kube-apiserver added. */
    public static ApiServer start(List<String> flags) {
        try {
            Path folder = Files.createTempDirectory("ostiary-api-server");
            Path policy = Files.writeString(folder.resolve("audit-policy.yaml"), """
                    apiVersion: audit.k8s.io/v1
                    kind: Policy
                    omitStages: [RequestReceived]
                    rules: [{level: Metadata}]
                    """);
            Path log = folder.resolve("audit.log");
            List<String> all = new ArrayList<>(List.of(
                    "--audit-policy-file=" + policy, "--audit-log-path=" + log, "--audit-log-mode=blocking-strict"));
            all.addAll(flags);
            KubeAPIServer server = new KubeAPIServer(KubeAPIServerConfigBuilder.anAPIServerConfig()
                    .withTestDir(KubeBinaries.folder().toString())
                    .withOfflineMode(true)
                    .withStartupTimeout(STARTUP_MILLIS)
                    .withApiServerFlags(all)
                    .build());
            server.start();
            ApiServer started = new ApiServer(server, log);
            started.installCrds();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("the API server's files cannot be prepared", e);
        }
    }

    /** A client that may do everything. Not to be closed. */
    public KubernetesClient admin() {
        return admin;
    }

    /** How to connect as the administrator. */
    public Config config() {
        return Config.fromKubeconfig(server.getKubeConfigYaml());
    }

    /** The same as YAML. */
    public String kubeconfig() {
        return server.getKubeConfigYaml();
    }

    /** A client that acts as this user and has this user's rights alone; to be closed. */
    public KubernetesClient as(String user, String... groups) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(config())
                        .withImpersonateUsername(user)
                        .withImpersonateGroups(groups)
                        .build())
                .build();
    }

    /** Makes a namespace that no other test has. */
    public String newNamespace() {
        String name = "test-" + NAMESPACES.incrementAndGet() + "-"
                + Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX);
        admin.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
        return name;
    }

    /**
     * One JSON object ({@code audit.k8s.io/v1} Event) per request that has been answered so far: who, what, and with which
     * result.
     */
    public Supplier<List<String>> audit() {
        return () -> {
            try {
                return Files.readAllLines(auditLog);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    @Override
    public void close() {
        admin.close();
        server.stop();
    }

    private void installCrds() throws IOException {
        for (String file : CRDS) {
            try (InputStream yaml = McpGateway.class.getResourceAsStream("/META-INF/fabric8/" + file)) {
                if (yaml == null) {
                    throw new IOException(file + " is missing from the module crds");
                }
                CustomResourceDefinition crd = admin.apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .load(yaml)
                        .item();
                admin.resource(crd).serverSideApply();
                admin.resource(crd).waitUntilCondition(ApiServer::isEstablished, 1, TimeUnit.MINUTES);
            }
        }
    }

    private static boolean isEstablished(@Nullable CustomResourceDefinition crd) {
        return crd != null
                && crd.getStatus() != null
                && crd.getStatus().getConditions() != null
                && crd.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Established")
                                && condition.getStatus().equals("True"));
    }
}
