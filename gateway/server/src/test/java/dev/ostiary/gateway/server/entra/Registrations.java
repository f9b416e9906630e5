package dev.ostiary.gateway.server.entra;

import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.GroupMembershipClaims;
import dev.ostiary.entra.emulator.directory.AppRegistrationBuilder;
import dev.ostiary.entra.emulator.directory.Consent;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.RoleAssignment;
import dev.ostiary.entra.emulator.directory.Tenant;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The sample tenant, in which {@link #GATEWAY} has a secret, a callback, permissions at Graph, and what a test adds. */
final class Registrations {

    static final String TENANT = SampleDirectories.CONTOSO;
    static final String GATEWAY = "60000000-0000-4000-8000-00000000600d";
    static final String SECRET = "the~gateway.secret+with/odd=characters&";
    static final URI CALLBACK = URI.create("https://gateway.contoso.example/oauth/callback");
    static final String FILES = "api://downstream/files.read";

    private Registrations() {}

    static Directory directory() {
        return directory(gateway -> {});
    }

    static Directory directory(Consumer<AppRegistrationBuilder> more) {
        AppRegistrationBuilder gateway = AppRegistration.builder(GATEWAY, "Gateway")
                .identifierUris("api://" + GATEWAY)
                .secret(SECRET)
                .web(CALLBACK.toString())
                .scopes("mcp.notes")
                .appRoles("Admin", "Auditor")
                .groupMembershipClaims(GroupMembershipClaims.SecurityGroup)
                .optionalClaims("idtyp")
                .preAuthorize(FirstPartyApps.AZURE_CLI_ID);
        more.accept(gateway);
        return directory(gateway.build(), true);
    }

    /** @param graph whether the gateway has its permissions at Graph */
    static Directory directory(AppRegistration gateway, boolean graph) {
        Tenant contoso = SampleDirectories.contosoAndFabrikam().tenants().getFirst();
        List<AppRegistration> apps = new ArrayList<>(contoso.apps());
        apps.add(gateway);
        List<Consent> consents = new ArrayList<>(contoso.consents());
        consents.add(Consent.forEverybody(GATEWAY, SampleDirectories.DOWNSTREAM, "*"));
        List<RoleAssignment> roles = new ArrayList<>(contoso.roleAssignments());
        roles.add(new RoleAssignment(SampleDirectories.ALICE.oid(), GATEWAY, "Auditor"));
        roles.add(new RoleAssignment(SampleDirectories.ALICE.oid(), GATEWAY, "Admin"));
        if (graph) {
            consents.add(Consent.forEverybody(
                    GATEWAY, FirstPartyApps.GRAPH_ID, "User.Read", "User.ReadBasic.All", "GroupMember.Read.All"));
            roles.add(new RoleAssignment(GATEWAY, FirstPartyApps.GRAPH_ID, "GroupMember.Read.All"));
            roles.add(new RoleAssignment(GATEWAY, FirstPartyApps.GRAPH_ID, "User.Read.All"));
        }
        return Directory.of(new Tenant(
                contoso.id(),
                contoso.domain(),
                contoso.displayName(),
                contoso.users(),
                contoso.groups(),
                apps,
                consents,
                roles));
    }
}
