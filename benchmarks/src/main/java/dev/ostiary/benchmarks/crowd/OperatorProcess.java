package dev.ostiary.benchmarks.crowd;

import dev.ostiary.operator.OperatorMain;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The operator in a JVM of its own, as its image starts it, with the token of a service account of its own. */
final class OperatorProcess implements AutoCloseable {

    /** Where its lease and its service account are. */
    static final String NAMESPACE = "ostiary-system";

    private static final String ACCOUNT = "ostiary-operator";

    /** Whom the API server takes it for. */
    static final String USER = "system:serviceaccount:" + NAMESPACE + ":" + ACCOUNT;

    private static final long TOKEN_SECONDS = Duration.ofHours(2).toSeconds();

    private static final Duration ENDING = Duration.ofSeconds(30);
    private static final long KIB = 1_024;
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    private final Process process;

    private OperatorProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param javaOptions its JVM's options
     * @param log where its log goes
     */
    static OperatorProcess start(Path kubeconfig, List<String> javaOptions, Path log) throws IOException {
        List<String> command = new ArrayList<>(List.of(java("java")));
        command.addAll(javaOptions);
        command.addAll(List.of(
                "-cp",
                // First, for its configuration of logging.
                jar(OperatorMain.class) + File.pathSeparator + System.getProperty("java.class.path"),
                OperatorMain.class.getName()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().put("OSTIARY_GATEWAY_IMAGE", "registry.example/ostiary-gateway:benchmark");
        builder.environment().put("OSTIARY_ADMIN", "127.0.0.1:0");
        builder.environment().put("OSTIARY_NAMESPACE", NAMESPACE);
        builder.environment().put("OSTIARY_POD", "operator-0");
        return new OperatorProcess(builder.start());
    }

    /**
     * Makes its service account, and what tells a client to use it. By token, as in a pod: with a certificate the client reads
     * its configuration anew before every request.
     *
     * @param config of an administrator
     */
    static String kubeconfig(KubernetesClient admin, Config config) {
        admin.resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace(NAMESPACE)
                        .withName(ACCOUNT)
                        .endMetadata()
                        .build())
                .create();
        String token = admin.serviceAccounts()
                .inNamespace(NAMESPACE)
                .withName(ACCOUNT)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(TOKEN_SECONDS)
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
        String authority = config.getCaCertData() != null
                ? "certificate-authority-data: " + config.getCaCertData()
                : "certificate-authority: " + config.getCaCertFile();
        return """
                apiVersion: v1
                kind: Config
                current-context: it
                clusters: [{ name: it, cluster: { server: '%s', %s } }]
                users: [{ name: it, user: { token: '%s' } }]
                contexts: [{ name: it, context: { cluster: it, user: it } }]
                """.formatted(config.getMasterUrl(), authority, token);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** User and system time so far. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** What of it is in memory, in bytes. */
    long resident() throws IOException {
        return status("VmRSS");
    }

    /** The most of it that ever was in memory at once, in bytes. */
    long mostResident() throws IOException {
        return status("VmHWM");
    }

    /** Objects that are reachable, in bytes: what is left after a full collection. */
    long liveHeap() throws IOException, InterruptedException {
        jcmd("GC.run");
        Matcher used = USED.matcher(jcmd("GC.heap_info").replaceAll("(?m)^\\s*(Metaspace|class space).*$", ""));
        long sum = 0;
        while (used.find()) {
            sum += Long.parseLong(used.group(1)) * KIB;
        }
        return sum;
    }

    /** Ends it as the platform does. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(ENDING.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private String jcmd(String what) throws IOException, InterruptedException {
        Process command = new ProcessBuilder(java("jcmd"), Long.toString(pid()), what)
                .redirectErrorStream(true)
                .start();
        String said = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        command.waitFor();
        return said;
    }

    private long status(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                .findFirst()
                .orElse(0);
    }

    private static Path jar(Class<?> type) {
        return Path.of(URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    private static String java(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }
}
