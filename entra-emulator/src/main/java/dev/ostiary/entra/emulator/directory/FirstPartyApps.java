package dev.ostiary.entra.emulator.directory;

import dev.ostiary.entra.emulator.directory.AppRegistration.PreAuthorized;
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

    /** Client id of Microsoft Graph Command Line Tools. */
    public static final String GRAPH_TOOLS_ID = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

    /** Client id of Microsoft Graph, the API that unprefixed scopes mean. */
    public static final String GRAPH_ID = "00000003-0000-0000-c000-000000000000";

    /** Microsoft Graph's identifier URI in the public cloud. */
    public static final String GRAPH_URI = "https://graph.microsoft.com";

    private static final String APPLICATION_WRITE = "bdfbf15f-ee85-4955-8675-146e8e5296b5";
    private static final String GRANT_WRITE = "41ce6ca6-6826-4807-84f1-1c82854f7ee5";
    private static final String ASSIGNMENT_WRITE = "84bccea3-f856-4a8a-967b-dbe0a3d53a64";
    private static final String AS_USER = "0e263e50-5827-48a4-b97c-d940288653c7";

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

    /** Microsoft Graph Command Line Tools, a public client that asks for what it needs and must be consented to. */
    public static final AppRegistration GRAPH_TOOLS = AppRegistration.builder(
                    GRAPH_TOOLS_ID, "Microsoft Graph Command Line Tools")
            .publicClient("http://localhost")
            .allowPublicClientFlows()
            .multiTenant()
            .build();

    /**
     * Microsoft Graph: v1 tokens. Ids of permissions: [D] microsoft-graph-docs-contrib
     * {@code concepts/permissions-reference.md}. What the Azure CLI is pre-authorised for: `scp` of its tokens [O
     * in decoded tokens].
     */
    public static final AppRegistration GRAPH = AppRegistration.builder(GRAPH_ID, "Microsoft Graph")
            .identifierUris(GRAPH_URI, GRAPH_URI + "/")
            .accessTokenVersion(1)
            .scope("e1fe6dd8-ba31-4d61-89e7-88639da4683d", "User.Read", false)
            .scope("b340eb25-3456-403f-be2f-af7a0d370277", "User.ReadBasic.All", false)
            .scope("37f7f235-527c-4136-accd-4a02d197296e", "openid", false)
            .scope("14dad69e-099b-42c9-810b-d002981feec1", "profile", false)
            .scope("64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", "email", false)
            .scope("7427e0e9-2fba-42fe-b0c0-848c9e6a8182", "offline_access", false)
            .scope("bc024368-1153-4739-b217-4326f2e966d0", "GroupMember.Read.All", true)
            .scope("5f8c59db-677d-491f-a6b8-5f174b11ec1d", "Group.Read.All", true)
            .scope("a154be20-db9c-4678-8ab7-66f6cc099a59", "User.Read.All", true)
            .scope("06da0dbc-49e2-44d2-8312-53f166ab848a", "Directory.Read.All", true)
            .adminScope("User.RevokeSessions.All")
            .scope("c79f8feb-a9db-4090-85f9-90d820caa0eb", "Application.Read.All", true)
            .scope(APPLICATION_WRITE, "Application.ReadWrite.All", true)
            .scope(GRANT_WRITE, "DelegatedPermissionGrant.ReadWrite.All", true)
            .scope(ASSIGNMENT_WRITE, "AppRoleAssignment.ReadWrite.All", true)
            .scope(AS_USER, "Directory.AccessAsUser.All", true)
            .appRole("98830695-27a2-44f7-8c18-0c3ebc9698f6", "GroupMember.Read.All")
            .appRole("5b567255-7703-4780-807c-7be8301ae99b", "Group.Read.All")
            .appRole("df021288-bdef-4463-88db-98f22de89214", "User.Read.All")
            .appRole("7ab1d382-f21e-4acd-a863-ba3e13f7da61", "Directory.Read.All")
            .appRoles("User.RevokeSessions.All")
            .appRole("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "Application.Read.All")
            .appRole("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Application.ReadWrite.All")
            .appRole("18a4783c-866b-4cc7-a460-3d5e5662c884", "Application.ReadWrite.OwnedBy")
            .appRole("8e8e4742-1d95-4f68-9d56-6ee75648c72a", "DelegatedPermissionGrant.ReadWrite.All")
            .appRole("06b708a9-e830-4db3-a914-8e69da51d44f", "AppRoleAssignment.ReadWrite.All")
            .preAuthorize(new PreAuthorized(
                    AZURE_CLI_ID,
                    List.of(
                            APPLICATION_WRITE,
                            GRANT_WRITE,
                            ASSIGNMENT_WRITE,
                            AS_USER,
                            "a154be20-db9c-4678-8ab7-66f6cc099a59")))
            .multiTenant()
            .build();

    /**
     * Further apps of Microsoft's that APIs pre-authorise and that the emulator does not play: Visual Studio, Microsoft Teams on
     * desktops and in browsers, Microsoft 365 ([D] microsoftteams docs {@code tab-sso-register-aad.md}).
     */
    public static final List<String> OTHER_CLIENTS = List.of(
            "04f0c124-f2bc-4f59-8241-bf6df9866bbd",
            "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
            "5e3ce6c0-2b1f-4285-8d4b-75ee78787346",
            "d3590ed6-52b3-4102-aeff-aad2292ab01c");

    private static final List<AppRegistration> ALL = List.of(AZURE_CLI, VS_CODE, AZURE_POWERSHELL, GRAPH_TOOLS, GRAPH);

    private FirstPartyApps() {}

    /** Microsoft's app with this client id. */
    public static Optional<AppRegistration> find(String appId) {
        return ALL.stream().filter(app -> app.appId().equals(appId)).findFirst();
    }

    /** All of them. */
    public static List<AppRegistration> all() {
        return ALL;
    }

    static Optional<AppRegistration> byIdentifier(String identifier) {
        return ALL.stream()
                .filter(app -> app.identifierUris().contains(identifier))
                .findFirst();
    }
}
