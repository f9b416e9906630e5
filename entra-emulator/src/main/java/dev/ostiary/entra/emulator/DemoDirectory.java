package dev.ostiary.entra.emulator;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.GroupMembershipClaims;
import dev.ostiary.entra.emulator.directory.AppRegistrationBuilder;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import java.util.List;

/**
 * The directory of the demonstration: anna reads, ben also writes, carl sees nothing. All ids are fixed, so that
 * resource files can name them.
 */
public final class DemoDirectory {

    /** Tenant id. */
    public static final String TENANT_ID = "3d4b0f7e-0000-4000-8000-000000000001";

    /** Verified domain. */
    public static final String DOMAIN = "ostiary.example";

    /** Client id of the gateway's registration: the audience of its tokens. */
    public static final String GATEWAY_CLIENT_ID = "3d4b0f7e-0000-4000-8000-0000000000a1";

    /** The gateway's client secret, for the facade; worth nothing outside the emulator. */
    public static final String GATEWAY_CLIENT_SECRET = "emulator-only-secret";

    /** Object id of the group Readers. */
    public static final String READERS = "3d4b0f7e-0000-4000-8000-000000000101";

    /** Object id of the group Writers. */
    public static final String WRITERS = "3d4b0f7e-0000-4000-8000-000000000102";

    /** Object id of anna. */
    public static final String ANNA = "3d4b0f7e-0000-4000-8000-000000000201";

    /** Object id of ben. */
    public static final String BEN = "3d4b0f7e-0000-4000-8000-000000000202";

    /** Object id of carl. */
    public static final String CARL = "3d4b0f7e-0000-4000-8000-000000000203";

    private DemoDirectory() {}

    /**
     * The directory for a gateway.
     *
     * @param publicUrl origin of the gateway, without a slash at its end; each route's identifier URI begins with it
     * @param routes names of the gateway's routes; each has the scope {@code mcp.<route>}
     */
    public static Directory forGateway(String publicUrl, List<String> routes) {
        AppRegistrationBuilder gateway = AppRegistration.builder(GATEWAY_CLIENT_ID, "Ostiary demo gateway")
                .identifierUris("api://" + GATEWAY_CLIENT_ID)
                .secret(GATEWAY_CLIENT_SECRET)
                .groupMembershipClaims(GroupMembershipClaims.SecurityGroup)
                .optionalClaims("idtyp")
                .web(publicUrl + "/oauth/callback")
                .preAuthorize(FirstPartyApps.AZURE_CLI_ID, FirstPartyApps.VS_CODE_ID);
        for (String route : routes) {
            gateway.identifierUris(publicUrl + "/" + route).scopes("mcp." + route);
        }
        return Directory.of(new Tenant(
                TENANT_ID,
                DOMAIN,
                "Ostiary demo",
                List.of(
                        User.member(ANNA, "anna@" + DOMAIN, "Anna Reader", READERS),
                        User.member(BEN, "ben@" + DOMAIN, "Ben Writer", WRITERS),
                        User.member(CARL, "carl@" + DOMAIN, "Carl Nobody")),
                List.of(Group.of(READERS, "Readers"), Group.of(WRITERS, "Writers")),
                List.of(gateway.build()),
                List.of(),
                List.of()));
    }
}
