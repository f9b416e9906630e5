package dev.ostiary.entra.registration;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ids that are the same in every tenant, and addresses that MCP clients come back to. */
public final class KnownApps {

    /** Client id of Visual Studio Code, which shows no consent page for MCP servers. */
    public static final String VS_CODE = "aebc6443-996d-45c2-90f0-388ff96faa56";

    /** Client id of the Azure CLI. */
    public static final String AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

    /** Application id of Microsoft Graph. */
    public static final String GRAPH = "00000003-0000-0000-c000-000000000000";

    /** What stands in a gateway's {@code spec.entra.clientId} until its registration is made. */
    public static final String NOT_MADE_YET = "00000000-0000-0000-0000-000000000000";

    private static final Map<String, String> CLIENTS =
            Map.of(VS_CODE, "Visual Studio Code", AZURE_CLI, "Microsoft Azure CLI");

    /**
     * Of clients that sign in with the registration's own id where there is no facade: Claude Code, Claude, VS Code, Cursor,
     * OpenCode, mcp-remote. For {@code localhost} Entra ignores the port (Microsoft, "Redirect URI restrictions").
     */
    public static final List<String> CLIENT_REDIRECTS = List.of(
            "http://127.0.0.1:19876/mcp/oauth/callback",
            "http://127.0.0.1:33418/",
            "http://localhost/callback",
            "http://localhost/oauth/callback",
            "http://localhost:8787/callback",
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.com/api/mcp/auth_callback",
            "https://vscode.dev/redirect");

    /** Ids of Microsoft Graph's delegated permissions (Microsoft, "Microsoft Graph permissions reference"). */
    private static final Map<String, String> GRAPH_SCOPES = Map.of(
            "openid", "37f7f235-527c-4136-accd-4a02d197296e",
            "profile", "14dad69e-099b-42c9-810b-d002981feec1",
            "offline_access", "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
            "User.Read", "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
            "GroupMember.Read.All", "bc024368-1153-4739-b217-4326f2e966d0");

    /** Likewise, of its application permissions. */
    private static final Map<String, String> GRAPH_ROLES = Map.of(
            "GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6",
            "User.Read.All", "df021288-bdef-4463-88db-98f22de89214");

    private KnownApps() {}

    /** The name of a client of Microsoft's, or its id. */
    public static String clientName(String clientId) {
        return CLIENTS.getOrDefault(clientId, clientId);
    }

    /** The id of a permission of Microsoft Graph; null when it is not known here. */
    public static @Nullable String graphPermission(boolean application, String value) {
        return (application ? GRAPH_ROLES : GRAPH_SCOPES).get(value);
    }
}
