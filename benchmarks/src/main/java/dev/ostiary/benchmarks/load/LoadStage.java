package dev.ostiary.benchmarks.load;

import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.GroupMembershipClaims;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.gateway.compiler.Compilation;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.files.LoadedResources;
import dev.ostiary.gateway.compiler.files.ResourceFiles;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/**
 * Sets the stage for a load run and holds it until the process ends: the echo workload, an Entra emulator with one user in
 * five groups, and a folder with what the others need:
 *
 * <ul>
 *   <li>{@code resources.yaml}: a gateway, the workload and 20 policies, one of which allows the tool {@code echo}
 *   <li>{@code snapshot.json}: the same, compiled
 *   <li>{@code token}: an access token of that user, about 1.4 kB; {@code other-token}: one for another audience
 *   <li>{@code upstream.port}; written last, so that it also says that all is ready
 * </ul>
 *
 * <p>Arguments: the folder, the workload's port (0: any), the gateway's port.
 */
public final class LoadStage {

    private static final String TENANT_ID = "5c0f6a1e-0000-4000-8000-000000000001";
    private static final String CLIENT_ID = "5c0f6a1e-0000-4000-8000-0000000000a1";
    private static final String OTHER_CLIENT_ID = "5c0f6a1e-0000-4000-8000-0000000000b2";
    private static final String USER_ID = "5c0f6a1e-0000-4000-8000-000000000201";
    private static final int GROUPS = 5;
    private static final int POLICIES = 20;

    private LoadStage() {}

    /** Runs until it is stopped. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 3) {
            System.err.println("usage: LoadStage FOLDER WORKLOAD-PORT GATEWAY-PORT");
            System.exit(2);
        }
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        String publicUrl = "http://localhost:" + Integer.parseInt(arguments[2]);
        EchoWorkload workload = new EchoWorkload(Integer.parseInt(arguments[1]));
        EntraEmulator entra = EntraEmulator.start(Settings.of(directory(publicUrl)));

        Path yaml = Files.writeString(
                folder.resolve("resources.yaml"), resources(publicUrl, entra.origin(), workload.port()));
        Files.write(folder.resolve("snapshot.json"), SnapshotCodec.write(compile(yaml)));
        Files.writeString(folder.resolve("token"), token(entra, CLIENT_ID));
        Files.writeString(folder.resolve("other-token"), token(entra, OTHER_CLIENT_ID));
        Files.writeString(folder.resolve("upstream.port"), Integer.toString(workload.port()));
        new CountDownLatch(1).await();
    }

    private static String token(EntraEmulator entra, String audience) {
        return entra.tokens()
                .userToken(USER_ID, FirstPartyApps.AZURE_CLI_ID, CLIENT_ID, "mcp.echo")
                .audience(audience)
                .lifetime(Duration.ofHours(12))
                .build();
    }

    private static Snapshot compile(Path yaml) {
        LoadedResources loaded = ResourceFiles.read(yaml);
        loaded.problems().forEach(System.err::println);
        Compilation compilation = Compiler.compile(loaded.resources(), Host.oneMachine(Host.Overrides.NONE));
        compilation.findings().forEach(System.err::println);
        return compilation.gateways().getFirst().snapshot();
    }

    private static Directory directory(String publicUrl) {
        AppRegistration gateway = AppRegistration.builder(CLIENT_ID, "Load gateway")
                .identifierUris("api://" + CLIENT_ID, publicUrl + "/echo")
                .scopes("mcp.echo")
                .groupMembershipClaims(GroupMembershipClaims.SecurityGroup)
                .preAuthorize(FirstPartyApps.AZURE_CLI_ID)
                .build();
        List<Group> groups = IntStream.range(0, GROUPS)
                .mapToObj(number -> Group.of(group(number), "Group " + number))
                .toList();
        User user = User.member(
                USER_ID,
                "lena.load@ostiary.example",
                "Lena Load",
                groups.stream().map(Group::id).toArray(String[]::new));
        return Directory.of(new Tenant(
                TENANT_ID, "ostiary.example", "Load", List.of(user), groups, List.of(gateway), List.of(), List.of()));
    }

    private static String group(int number) {
        return "5c0f6a1e-0000-4000-8000-%012d".formatted(1_000 + number);
    }

    private static String resources(String publicUrl, String entra, int upstreamPort) {
        StringBuilder yaml = new StringBuilder(
                """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpGateway
                metadata: { name: load, namespace: load }
                spec:
                  publicUrl: %s
                  entra:
                    tenantId: %s
                    clientId: %s
                    authorityHost: %s
                  authorization:
                    facade: Disabled
                    entraTokens: { clients: [%s] }
                ---
                apiVersion: ostiary.dev/v1alpha1
                kind: McpWorkload
                metadata: { name: echo, namespace: load }
                spec:
                  gatewayRef: { name: load }
                  url: http://127.0.0.1:%d/mcp
                """.formatted(publicUrl, TENANT_ID, CLIENT_ID, entra, FirstPartyApps.AZURE_CLI_ID, upstreamPort));
        for (int number = 0; number < POLICIES; number++) {
            yaml.append("""
                    ---
                    apiVersion: ostiary.dev/v1alpha1
                    kind: McpPolicy
                    metadata: { name: policy-%d, namespace: load }
                    spec:
                      targetRefs: [{ kind: McpWorkload, name: echo }]
                      groups: { team: %s }
                      cedar: |
                        %s
                    """.formatted(number, group(number), cedar(number)));
        }
        return yaml.toString();
    }

    /** Policies 0 to 4 name groups that the user has; only policy 3 grants the tool that is called. */
    private static String cedar(int number) {
        return switch (number) {
            case 3 ->
                "permit(principal in Group::\"team\", action == Action::\"call_tool\", resource == Tool::\"echo\");";
            case 10 ->
                "permit(principal in Group::\"team\", action == Action::\"call_tool\", resource)"
                        + " when { resource has readOnlyHint && resource.readOnlyHint };";
            case 19 ->
                "forbid(principal in Group::\"team\", action == Action::\"call_tool\", resource == Tool::\"wipe\");";
            default ->
                "permit(principal in Group::\"team\", action == Action::\"call_tool\", resource == Tool::\"tool_"
                        + number + "\");";
        };
    }
}
