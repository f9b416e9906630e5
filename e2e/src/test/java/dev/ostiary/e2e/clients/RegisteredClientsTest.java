package dev.ostiary.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.examples.sampleserver.SampleServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a tenant without a registration to a tool's answer in an SDK's client: {@code ostiary entra apply}, {@code ostiary up}, and the
 * client signs in by itself.
 */
@Tag("clients")
class RegisteredClientsTest {

    private static final User ADA = User.member("3d4b0f7e-0000-4000-8000-0000000002aa", "ada@ostiary.example", "Ada")
            .withRoles(DirectoryRole.GlobalAdministrator);
    private static final User ANNA =
            User.member(DemoDirectory.ANNA, "anna@ostiary.example", "Anna", DemoDirectory.READERS);
    private static final String CLUSTER = "3d4b0f7e-0000-4000-8000-0000000000b1";

    @TempDir
    private Path temp;

    /**
     * A way to be registered.
     *
     * @param credential {@code spec.entra.credential}
     * @param authorization {@code spec.authorization}
     * @param keeps whether {@code apply} makes a credential that a file keeps
     * @param clientId of the client at Entra; empty: it registers itself at the facade
     */
    private record Way(String name, String credential, String authorization, boolean keeps, String clientId) {}

    @TestFactory
    Stream<DynamicNode> anSdkClientSignsInAfterApply() throws Exception {
        NpmPrograms programs = NpmPrograms.installed();
        Stream.Builder<DynamicNode> nodes = Stream.builder();
        String facade = "{facade: Enabled}";
        for (Way way : List.of(
                new Way(
                        "without a facade, as Visual Studio Code",
                        "{type: None}",
                        "{facade: Disabled, entraTokens: {clients: [" + FirstPartyApps.VS_CODE_ID + "]}}",
                        false,
                        FirstPartyApps.VS_CODE_ID),
                new Way("client secret", "{type: ClientSecret, secretRef: {name: entra}}", facade, true, ""),
                new Way("certificate", "{type: Certificate, secretRef: {name: entra}}", facade, true, ""),
                new Way("federated credential", "{type: WorkloadIdentity}", facade, false, ""))) {
            nodes.add(DynamicContainer.dynamicContainer(way.name(), signIn(programs, way)));
        }
        return nodes.build();
    }

    private List<? extends DynamicNode> signIn(NpmPrograms programs, Way way) throws Exception {
        Path folder = Files.createDirectory(temp.resolve(way.name().replaceAll("\\W", "-")));
        try (SampleServer notes = SampleServer.start(0);
                EntraEmulator entra = emptyTenant()) {
            int port = freePort();
            String gateway = "http://localhost:" + port;
            resources(folder, entra, gateway, notes.url().toString(), way);
            apply(folder, entra, way);

            List<String> options = new ArrayList<>(
                    List.of("-f", folder.resolve("resources").toString(), "--port", Integer.toString(port)));
            if (way.keeps()) {
                options.addAll(
                        List.of("--credential", folder.resolve("credential").toString()));
            }
            Path federated = Files.writeString(
                    folder.resolve("federated"),
                    entra.tokens()
                            .appToken(CLUSTER, CLUSTER)
                            .audience("api://AzureADTokenExchange")
                            .claim("sub", "system:serviceaccount:demo:demo-gateway")
                            .build());
            try (RunningUp up =
                    RunningUp.start(folder, Map.of("AZURE_FEDERATED_TOKEN_FILE", federated.toString()), options)) {
                Map<String, String> environment = new HashMap<>(
                        Map.of("MCP_URL", up.url("notes"), "MCP_SERVER", "notes", "MCP_USER", ANNA.upn()));
                if (!way.clientId().isEmpty()) {
                    environment.put("MCP_CLIENT_ID", way.clientId());
                }
                return programs.checks("registered.js", environment);
            }
        }
    }

    /** The second time changes nothing: no write is seen at Graph. */
    private static void apply(Path folder, EntraEmulator entra, Way way) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                RunningDemo.launcher(folder).toString(),
                "entra",
                "apply",
                "-f",
                folder.resolve("resources").toString(),
                "--token-file",
                folder.resolve("token").toString()));
        if (way.keeps()) {
            words.addAll(
                    List.of("--credential-file", folder.resolve("credential").toString()));
        }
        if (way.credential().contains("WorkloadIdentity")) {
            words.addAll(List.of("--issuer", entra.issuer(DemoDirectory.TENANT_ID)));
        }
        List<String> first = new ArrayList<>(words);
        first.add("--write");
        assertThat(run(first)).contains(" writes.").doesNotContain("0 writes.");
        long writes = writes(entra);
        assertThat(writes).isPositive();
        assertThat(run(words)).contains("0 writes.");
        assertThat(writes(entra)).isEqualTo(writes);
    }

    private static String run(List<String> words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }

    private static long writes(EntraEmulator entra) {
        return entra.graphWrites().all().stream()
                .filter(write -> write.succeeded())
                .count();
    }

    private static EntraEmulator emptyTenant() {
        return EntraEmulator.start(Settings.of(Directory.of(new Tenant(
                DemoDirectory.TENANT_ID,
                DemoDirectory.DOMAIN,
                "Example",
                List.of(ADA, ANNA),
                List.of(Group.of(DemoDirectory.READERS, "Readers")),
                List.of(AppRegistration.builder(CLUSTER, "Cluster").build()),
                List.of(),
                List.of()))));
    }

    private static void resources(Path folder, EntraEmulator entra, String gateway, String notes, Way way)
            throws IOException {
        Files.writeString(
                folder.resolve("token"),
                entra.tokens()
                        .userToken(
                                ADA.oid(),
                                FirstPartyApps.AZURE_CLI_ID,
                                FirstPartyApps.GRAPH_ID,
                                "Application.ReadWrite.All",
                                "AppRoleAssignment.ReadWrite.All",
                                "DelegatedPermissionGrant.ReadWrite.All",
                                "Directory.AccessAsUser.All")
                        .build());
        Path files = Files.createDirectory(folder.resolve("resources"));
        Files.writeString(files.resolve("all.yaml"), """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpGateway
                metadata: { name: demo, namespace: demo }
                spec:
                  publicUrl: %s
                  store: { type: Memory }
                  entra:
                    tenantId: %s
                    clientId: 00000000-0000-0000-0000-000000000000
                    authorityHost: %s
                    graphHost: %s
                    credential: %s
                  authorization: %s
                ---
                apiVersion: ostiary.dev/v1alpha1
                kind: McpWorkload
                metadata: { name: notes, namespace: demo }
                spec:
                  gatewayRef: { name: demo }
                  url: %s
                ---
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata: { name: reading, namespace: demo }
                spec:
                  targetRefs: [{ kind: McpWorkload, name: notes }]
                  cedar: permit(principal in Group::"%s", action, resource);
                """.formatted(
                        gateway,
                        DemoDirectory.TENANT_ID,
                        entra.origin(),
                        entra.graphOrigin(),
                        way.credential(),
                        way.authorization(),
                        notes,
                        DemoDirectory.READERS));
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
