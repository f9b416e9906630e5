package dev.ostiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.cli.up.Installation;
import dev.ostiary.cli.up.OneMachine;
import dev.ostiary.cli.up.RunningGateways;
import dev.ostiary.cli.up.UpOptions;
import dev.ostiary.entra.emulator.EntraEmulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Resources, the registration that {@code ostiary entra apply} made for them, and the gateway that {@code ostiary up} runs. */
final class RegisteredGateway implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final EntraEmulator entra;
    private final String tenant;
    private final Path folder;
    private final Shape shape;
    private final int port;
    private @Nullable AutoCloseable running;

    /**
     * What the resources say.
     *
     * @param credential {@code spec.entra.credential}, and what follows it in {@code spec.entra}, in YAML's flow form
     * @param authorization {@code spec.authorization} in YAML's flow form
     * @param policy Cedar
     * @param options what {@code apply} and {@code check} are told besides
     */
    record Shape(String credential, String more, String authorization, String policy, List<String> options) {}

    private RegisteredGateway(EntraEmulator entra, String tenant, Path folder, Shape shape) throws IOException {
        this.entra = entra;
        this.tenant = tenant;
        this.folder = folder;
        this.shape = shape;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = probe.getLocalPort();
        }
    }

    /**
     * Writes the resources and has the registration made.
     *
     * @param folder a file {@code token} in it has an administrator's token for Graph
     */
    static RegisteredGateway applied(EntraEmulator entra, String tenant, Path folder, Shape shape) throws IOException {
        RegisteredGateway gateway = written(entra, tenant, folder, shape);
        Invocation applied = gateway.entra("apply", "--write");
        assertThat(applied.exitCode()).as(applied.out() + applied.err()).isZero();
        return gateway;
    }

    /** Writes the resources alone. */
    static RegisteredGateway written(EntraEmulator entra, String tenant, Path folder, Shape shape) throws IOException {
        RegisteredGateway gateway = new RegisteredGateway(entra, tenant, folder, shape);
        gateway.write();
        return gateway;
    }

    String url() {
        return "http://localhost:" + port;
    }

    String entra() {
        return entra.origin();
    }

    String authority() {
        return entra.origin() + "/" + tenant;
    }

    Path credential() {
        return folder.resolve("credential");
    }

    String clientId() throws IOException {
        return Files.readString(folder.resolve("resources/gateway.yaml"))
                .replaceAll("(?s).*\\n    clientId: (\\S+)\\n.*", "$1");
    }

    /** A mistake in the gateway's own resource: another value of a field of {@code spec.entra}. */
    void mistake(String field, String value) throws IOException {
        Path file = folder.resolve("resources/gateway.yaml");
        Files.writeString(
                file, Files.readString(file).replaceFirst("\n    " + field + ": .*", "\n    " + field + ": " + value));
    }

    /** Makes the registration again what it shall be. */
    void mend() {
        Invocation applied = entra("apply");
        assertThat(applied.exitCode()).as(applied.out() + applied.err()).isZero();
    }

    /** What {@code check} finds, worst first. */
    JsonNode check() throws IOException {
        Invocation checked = entra("check", "--output", "json");
        assertThat(checked.exitCode()).as(checked.out() + checked.err()).isIn(0, 2);
        return JSON.readTree(checked.out());
    }

    /** In this process. */
    void up(URI workload) throws Exception {
        OneMachine machine = new OneMachine(
                new UpOptions(
                        folder.resolve("resources"),
                        port,
                        null,
                        null,
                        Map.of(),
                        Map.of("notes", workload.toString(), "wiki", workload.toString()),
                        Files.exists(credential()) ? credential() : null,
                        null),
                new Installation(null, null, "ostiary"),
                new Terminal(silent(), silent(), false),
                RunningGateways.ofThisUser(Map.of("XDG_RUNTIME_DIR", folder.toString())));
        machine.start(false);
        running = machine;
    }

    /** In a process of its own, with more variables. */
    void up(URI workload, Map<String, String> environment) throws IOException {
        CommandProcess process = CommandProcess.start(
                folder,
                List.of(
                        "up",
                        "-f",
                        folder.resolve("resources").toString(),
                        "--port",
                        Integer.toString(port),
                        "--url",
                        "notes=" + workload,
                        "--url",
                        "wiki=" + workload),
                environment);
        running = process;
        process.line("Ostiary is running");
    }

    private Invocation entra(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "entra",
                command,
                "-f",
                folder.resolve("resources").toString(),
                "--token-file",
                folder.resolve("token").toString()));
        if (shape.credential().contains("secretRef")) {
            arguments.addAll(List.of("--credential-file", credential().toString()));
        }
        arguments.addAll(shape.options());
        arguments.addAll(List.of(more));
        return Invocation.of(Map.of(), arguments.toArray(String[]::new));
    }

    private void write() throws IOException {
        Path files = Files.createDirectory(folder.resolve("resources"));
        Files.writeString(files.resolve("gateway.yaml"), """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpGateway
                metadata:
                  name: demo
                  namespace: demo
                spec:
                  publicUrl: %s
                  store:
                    type: Memory
                  entra:
                    tenantId: %s
                    clientId: 00000000-0000-0000-0000-000000000000
                    authorityHost: %s
                    graphHost: %s
                    credential: %s
                    %s
                  authorization: %s
                """.formatted(
                        url(),
                        tenant,
                        entra.origin(),
                        entra.graphOrigin(),
                        shape.credential(),
                        shape.more(),
                        shape.authorization()));
        for (String name : List.of("notes", "wiki")) {
            Files.writeString(files.resolve(name + ".yaml"), """
                    apiVersion: ostiary.dev/v1alpha1
                    kind: McpWorkload
                    metadata:
                      name: %1$s
                      namespace: demo
                    spec:
                      gatewayRef:
                        name: demo
                      url: http://127.0.0.1:3000/mcp
                    """.formatted(name));
        }
        Files.writeString(files.resolve("policy.yaml"), """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata:
                  name: calling
                  namespace: demo
                spec:
                  targetRefs:
                    - kind: McpGateway
                      name: demo
                  cedar: |
                    %s
                """.formatted(shape.policy()));
    }

    private static PrintStream silent() {
        return new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        if (running != null) {
            running.close();
        }
    }
}
