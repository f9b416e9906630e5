package dev.ostiary.entra.emulator.directory;

import java.util.List;
import java.util.Optional;

/**
 * Microsoft's own apps, which exist with the same id in every tenant.
 *
 * <p>Ids: fact sheet §7.5, from azure-cli {@code auth/constants.py}, vscode {@code microsoft-authentication} and
 * observed error texts.
 */
public final class FirstPartyApps {

    /** Client id of the Azure CLI. */
    public static final String AZURE_CLI_ID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

    /** Client id of Visual Studio Code. */
    public static final String VS_CODE_ID = "aebc6443-996d-45c2-90f0-388ff96faa56";

    /** Client id of Azure PowerShell. */
    public static final String AZURE_POWERSHELL_ID = "1950a258-227b-4e31-a9cf-717495945fc2";

    /** Client id of Microsoft Graph, the API that unprefixed scopes mean. */
    public static final String GRAPH_ID = "00000003-0000-0000-c000-000000000000";

    /** Microsoft Graph's identifier URI in the public cloud. */
    public static final String GRAPH_URI = "https://graph.microsoft.com";

    /** The Azure CLI, a public client. */
    public static final AppRegistration AZURE_CLI = AppRegistration.builder(AZURE_CLI_ID, "Microsoft Azure CLI")
            .publicClient("http://localhost")
            .allowPublicClientFlows()
            .multiTenant()
            .build();

    /** Visual Studio Code, a public client. */
    public static final AppRegistration VS_CODE = AppRegistration.builder(VS_CODE_ID, "Visual Studio Code")
            .publicClient(
                    "http://127.0.0.1:33418/", "http://127.0.0.1/", "http://localhost", "https://vscode.dev/redirect")
            .allowPublicClientFlows()
            .multiTenant()
            .build();

    /** Azure PowerShell, a public client. */
    public static final AppRegistration AZURE_POWERSHELL = AppRegistration.builder(
                    AZURE_POWERSHELL_ID, "Microsoft Azure PowerShell")
            .publicClient("http://localhost")
            .allowPublicClientFlows()
            .multiTenant()
            .build();

    /** Microsoft Graph: v1 tokens. */
    public static final AppRegistration GRAPH = AppRegistration.builder(GRAPH_ID, "Microsoft Graph")
            .identifierUris(GRAPH_URI, GRAPH_URI + "/")
            .accessTokenVersion(1)
            .scopes("User.Read", "User.ReadBasic.All", "openid", "profile", "email", "offline_access")
            .adminScope("GroupMember.Read.All")
            .adminScope("User.Read.All")
            .adminScope("Directory.Read.All")
            .adminScope("User.RevokeSessions.All")
            .appRoles("GroupMember.Read.All", "User.Read.All", "Directory.Read.All", "User.RevokeSessions.All")
            .multiTenant()
            .build();

    private static final List<AppRegistration> ALL = List.of(AZURE_CLI, VS_CODE, AZURE_POWERSHELL, GRAPH);

    private FirstPartyApps() {}

    /** Microsoft's app with this client id. */
    public static Optional<AppRegistration> find(String appId) {
        return ALL.stream().filter(app -> app.appId().equals(appId)).findFirst();
    }

    static Optional<AppRegistration> byIdentifier(String identifier) {
        return ALL.stream()
                .filter(app -> app.identifierUris().contains(identifier))
                .findFirst();
    }
}
