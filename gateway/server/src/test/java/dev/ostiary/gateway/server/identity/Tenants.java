package dev.ostiary.gateway.server.identity;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.GroupMembershipClaims;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.RoleAssignment;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import java.util.List;

/** Two tenants: ours, with a gateway that has the routes notes and mail, and somebody else's. */
final class Tenants {

    static final String OURS = "72f988bf-0000-4000-8000-2d7cd011db47";
    static final String THEIRS = "11112222-0000-4000-8000-000000000001";
    static final String GATEWAY = "6e74172b-0000-4000-8000-e66a39bb12e3";
    static final String OTHER_API = "6e74172b-0000-4000-8000-00000000beef";
    static final String DAEMON = "dae00000-0000-4000-8000-000000000001";
    static final String IDLE_DAEMON = "dae00000-0000-4000-8000-000000000002";
    static final String CLI = FirstPartyApps.AZURE_CLI_ID;
    static final String VS_CODE = FirstPartyApps.VS_CODE_ID;
    static final String READERS = "02223b6b-0000-4000-8000-000000000001";
    static final String WRITERS = "02223b6b-0000-4000-8000-000000000002";
    static final String ANNA = "aaaa0000-0000-4000-8000-000000000001";
    static final String BEN = "aaaa0000-0000-4000-8000-000000000002";
    static final String ZOE = "aaaa0000-0000-4000-8000-00000000000f";

    private Tenants() {}

    static Directory directory() {
        AppRegistration gateway = AppRegistration.builder(GATEWAY, "Gateway")
                .accessTokenVersion(2)
                .identifierUris("api://" + GATEWAY, Snapshots.PUBLIC_URL + "/notes", Snapshots.PUBLIC_URL + "/mail")
                .scopes("mcp.notes", "mcp.mail", "mcp.all")
                .appRoles("Mcp.Call", "Mcp.Admin")
                .groupMembershipClaims(GroupMembershipClaims.SecurityGroup)
                .preAuthorize(CLI, VS_CODE)
                .build();
        AppRegistration other = AppRegistration.builder(OTHER_API, "Other API")
                .accessTokenVersion(2)
                .identifierUris("api://" + OTHER_API)
                .scopes("mcp.notes")
                .build();
        AppRegistration daemon = AppRegistration.builder(DAEMON, "Nightly job")
                .secret("daemon-secret")
                .build();
        AppRegistration idle = AppRegistration.builder(IDLE_DAEMON, "Idle job")
                .secret("idle-secret")
                .build();
        Tenant ours = new Tenant(
                OURS,
                "ours.example",
                "Ours",
                List.of(
                        User.member(ANNA, "anna@ours.example", "Anna Reader", READERS),
                        User.member(BEN, "ben@ours.example", "Ben Writer", READERS, WRITERS)),
                List.of(Group.of(READERS, "Readers"), Group.of(WRITERS, "Writers")),
                List.of(gateway, other, daemon, idle),
                List.of(),
                List.of(
                        new RoleAssignment(DAEMON, GATEWAY, "Mcp.Call"),
                        new RoleAssignment(BEN, GATEWAY, "Mcp.Admin")));
        Tenant theirs = new Tenant(
                THEIRS,
                "theirs.example",
                "Theirs",
                List.of(User.member(ZOE, "zoe@theirs.example", "Zoe Elsewhere")),
                List.of(),
                List.of(AppRegistration.builder(GATEWAY, "Gateway")
                        .accessTokenVersion(2)
                        .identifierUris("api://" + GATEWAY)
                        .scopes("mcp.notes")
                        .build()),
                List.of(),
                List.of());
        return Directory.of(ours, theirs);
    }
}
