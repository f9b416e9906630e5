package dev.ostiary.entra.emulator;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.GroupMembershipClaims;
import dev.ostiary.entra.emulator.directory.Consent;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.RoleAssignment;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A directory with one of everything that is hard, for tests: overage, nesting, a guest, a second tenant, a daemon, a user
 * without consent, one who needs a second factor, v1 and v2 APIs, web, native and single-page clients.
 */
public final class SampleDirectories {

    /** First tenant: contoso.example. */
    public static final String CONTOSO = "72f988bf-0000-4000-8000-2d7cd011db47";

    /** Second tenant: fabrikam.example. */
    public static final String FABRIKAM = "fa15d692-0000-4000-8000-1f6cd0bb83c6";

    /** API with v2 tokens; identifier URIs https://mcp.contoso.example/mcp and api://id; scopes mcp.read, mcp.write. */
    public static final String API = "6e74172b-0000-4000-8000-e66a39bb12e3";

    /** Identifier URI of {@link #API}. */
    public static final String API_URI = "https://mcp.contoso.example/mcp";

    /** Secret of {@link #API} as a client. */
    public static final String API_SECRET = "api-secret";

    /** API with v1 tokens, identifier URI api://legacy, scope user_impersonation. */
    public static final String LEGACY_API = "ef1da9d4-0000-4000-8000-840c3f830745";

    /** API behind {@link #API}, identifier URI api://downstream, scope files.read; {@link #API} is consented. */
    public static final String DOWNSTREAM = "bf8d80f9-0000-4000-8000-500f535113b1";

    /** API behind {@link #API} that nobody consented to, identifier URI api://unconsented, scope data.read. */
    public static final String UNCONSENTED = "bf8d80f9-0000-4000-8000-500f535113b2";

    /** Confidential web client, redirect https://portal.contoso.example/cb. */
    public static final String WEB_CLIENT = "75dbe77f-0000-4000-8000-8c127544f170";

    /** Secret of {@link #WEB_CLIENT}. */
    public static final String WEB_SECRET = "web-secret";

    /** Public native client, redirect http://localhost/callback; consented by an administrator. */
    public static final String NATIVE_CLIENT = "75dbe77f-0000-4000-8000-8c127544f171";

    /** Single-page client, redirect https://spa.contoso.example/. */
    public static final String SPA_CLIENT = "75dbe77f-0000-4000-8000-8c127544f172";

    /** Daemon with secret {@link #DAEMON_SECRET}; has role Mcp.Call at {@link #API} and Graph's group roles. */
    public static final String DAEMON = "75dbe77f-0000-4000-8000-8c127544f173";

    /** Secret of {@link #DAEMON}. */
    public static final String DAEMON_SECRET = "daemon-secret";

    /** Agent identity of the blueprint {@link #WEB_CLIENT}: a client without credentials of its own. */
    public static final String AGENT = "75dbe77f-0000-4000-8000-8c127544f175";

    /** Public client, redirect http://localhost/callback, that nobody consented to. */
    public static final String UNCONSENTED_CLIENT = "75dbe77f-0000-4000-8000-8c127544f174";

    /** Group that alice is directly in. */
    public static final String ENGINEERING = "02223b6b-0000-4000-8000-000000000001";

    /** Group that contains {@link #ENGINEERING}. */
    public static final String STAFF = "02223b6b-0000-4000-8000-000000000002";

    /** Group that contains {@link #STAFF}. */
    public static final String EVERYBODY = "02223b6b-0000-4000-8000-000000000003";

    /** Member of one group, with role Tools.Use; in three groups through nesting. */
    public static final User ALICE =
            User.member("690222be-0000-4000-8000-000000000001", "alice@contoso.example", "Alice Able", ENGINEERING);

    /** Member of no group. */
    public static final User BOB =
            User.member("690222be-0000-4000-8000-000000000002", "bob@contoso.example", "Bob Baker");

    /** Must use a second factor. */
    public static final User MIA = User.member(
                    "690222be-0000-4000-8000-000000000003", "mia@contoso.example", "Mia Factor", ENGINEERING)
            .requiringMfa();

    /** Guest from elsewhere. */
    public static final User GUS = User.member(
                    "690222be-0000-4000-8000-000000000004", "gus_fabrikam.example#EXT#@contoso.example", "Gus Guest")
            .asGuestOf("https://sts.windows.net/" + FABRIKAM + "/");

    /** May not sign in. */
    public static final User DORA = User.member(
                    "690222be-0000-4000-8000-000000000005", "dora@contoso.example", "Dora Disabled")
            .disabled();

    /** Member of 205 groups: overage. */
    public static final User OSCAR = User.member(
                    "690222be-0000-4000-8000-000000000006", "oscar@contoso.example", "Oscar Overage")
            .withGroups(IntStream.range(0, 205)
                    .mapToObj(SampleDirectories::manyGroupId)
                    .toList());

    /** Of the second tenant. */
    public static final User FRED =
            User.member("590222be-0000-4000-8000-000000000001", "fred@fabrikam.example", "Fred Fabrikam");

    private SampleDirectories() {}

    /** Object id of the n-th of oscar's 205 groups, from 0. */
    public static String manyGroupId(int n) {
        return "02223b6b-0000-4000-8000-%012d".formatted(1000 + n);
    }

    /** Contoso and Fabrikam. */
    public static Directory contosoAndFabrikam() {
        List<Group> groups = new ArrayList<>(List.of(
                Group.of(ENGINEERING, "Engineering"),
                Group.of(STAFF, "Staff", ENGINEERING),
                Group.of(EVERYBODY, "Everybody", STAFF)));
        IntStream.range(0, 205).forEach(n -> groups.add(Group.of(manyGroupId(n), "Many " + n)));
        Tenant contoso = new Tenant(
                CONTOSO,
                "contoso.example",
                "Contoso",
                List.of(ALICE, BOB, MIA, GUS, DORA, OSCAR),
                groups,
                apps(),
                List.of(
                        Consent.forEverybody(NATIVE_CLIENT, API, "*"),
                        Consent.forEverybody(NATIVE_CLIENT, LEGACY_API, "*"),
                        Consent.forEverybody(NATIVE_CLIENT, FirstPartyApps.GRAPH_ID, "User.Read"),
                        Consent.forEverybody(WEB_CLIENT, API, "*"),
                        Consent.forEverybody(WEB_CLIENT, DOWNSTREAM, "*"),
                        Consent.forEverybody(SPA_CLIENT, API, "*"),
                        Consent.forEverybody(API, DOWNSTREAM, "*")),
                List.of(
                        new RoleAssignment(ALICE.oid(), API, "Tools.Use"),
                        new RoleAssignment(DAEMON, API, "Mcp.Call"),
                        new RoleAssignment(DAEMON, FirstPartyApps.GRAPH_ID, "GroupMember.Read.All"),
                        new RoleAssignment(DAEMON, FirstPartyApps.GRAPH_ID, "User.Read.All")));
        Tenant fabrikam = new Tenant(
                FABRIKAM, "fabrikam.example", "Fabrikam", List.of(FRED), List.of(), List.of(), List.of(), List.of());
        return Directory.of(contoso, fabrikam);
    }

    private static List<AppRegistration> apps() {
        return List.of(
                AppRegistration.builder(API, "Contoso MCP")
                        .identifierUris(API_URI, "https://mcp.contoso.example", "api://" + API)
                        .secret(API_SECRET)
                        .web("https://mcp.contoso.example/oauth/callback")
                        .scopes("mcp.read", "mcp.write")
                        .appRoles("Mcp.Call", "Tools.Use")
                        .optionalClaims("idtyp", "acct", "xms_cc")
                        .groupMembershipClaims(GroupMembershipClaims.SecurityGroup)
                        .preAuthorize(FirstPartyApps.AZURE_CLI_ID, FirstPartyApps.VS_CODE_ID)
                        .build(),
                AppRegistration.builder(LEGACY_API, "Contoso Legacy")
                        .identifierUris("api://legacy")
                        .accessTokenVersion(1)
                        .scopes("user_impersonation")
                        .groupMembershipClaims(GroupMembershipClaims.SecurityGroup)
                        .build(),
                AppRegistration.builder(DOWNSTREAM, "Contoso Files")
                        .identifierUris("api://downstream")
                        .scopes("files.read", "files.write")
                        .build(),
                AppRegistration.builder(UNCONSENTED, "Contoso Data")
                        .identifierUris("api://unconsented")
                        .scopes("data.read")
                        .adminScope("data.admin")
                        .build(),
                AppRegistration.builder(WEB_CLIENT, "Contoso Portal")
                        .web("https://portal.contoso.example/cb", "http://localhost/web")
                        .secret(WEB_SECRET)
                        .build(),
                AppRegistration.builder(NATIVE_CLIENT, "Contoso Desktop")
                        .publicClient("http://localhost/callback", "http://localhost", "http://127.0.0.1/native")
                        .allowPublicClientFlows()
                        .build(),
                AppRegistration.builder(SPA_CLIENT, "Contoso Page")
                        .spa("https://spa.contoso.example/", "http://localhost/spa")
                        .build(),
                AppRegistration.builder(AGENT, "Contoso Agent")
                        .agentOf(WEB_CLIENT)
                        .build(),
                AppRegistration.builder(DAEMON, "Contoso Daemon")
                        .secret(DAEMON_SECRET)
                        .build(),
                AppRegistration.builder(UNCONSENTED_CLIENT, "Contoso Newcomer")
                        .publicClient("http://localhost/callback")
                        .build());
    }
}
