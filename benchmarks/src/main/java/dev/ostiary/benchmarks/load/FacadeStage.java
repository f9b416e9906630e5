package dev.ostiary.benchmarks.load;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A gateway with the facade, one route {@code echo} that readers may call, and a directory with many readers. */
public final class FacadeStage {

    /** Users {@code user0@…} to {@code user199@…}, all readers. */
    public static final int USERS = 200;

    /** Of the store's URL among the credentials. */
    static final String STORE_URL = "load/store/url";

    private static final String SECRET = "load/entra/secret";
    private static final String POLICY =
            "permit(principal in Group::\"" + DemoDirectory.READERS + "\", action, resource);";

    private FacadeStage() {}

    /**
     * The gateway's own secret at Entra, and where its Redis is.
     *
     * @param redis URL; empty: there is none
     */
    static Credentials credentials(String redis) {
        return new Credentials(Map.of(SECRET, DemoDirectory.GATEWAY_CLIENT_SECRET, STORE_URL, redis));
    }

    static Directory directory(String publicUrl) {
        Tenant tenant =
                DemoDirectory.forGateway(publicUrl, List.of("echo")).tenants().getFirst();
        List<User> users = new ArrayList<>();
        for (int number = 0; number < USERS; number++) {
            users.add(User.member(
                    "3d4b0f7e-0000-4000-8000-%012d".formatted(10_000 + number),
                    "user" + number + "@" + DemoDirectory.DOMAIN,
                    "User " + number,
                    DemoDirectory.READERS));
        }
        return Directory.of(new Tenant(
                tenant.id(),
                tenant.domain(),
                tenant.displayName(),
                users,
                tenant.groups(),
                tenant.apps(),
                tenant.consents(),
                tenant.roleAssignments()));
    }

    /**
     * The configuration; it believes {@code X-Forwarded-For} of this machine, so that limits per address do not end a run.
     *
     * @param entra origin of the emulator
     */
    public static Snapshot snapshot(String publicUrl, String entra, URI workload, StoreSettings store) {
        FacadeSettings usual = FacadeSettings.DEFAULT;
        return new Snapshot(
                SnapshotCodec.FORMAT,
                new ResourceName("load", "load"),
                URI.create(publicUrl),
                null,
                new EntraSettings(
                        DemoDirectory.TENANT_ID,
                        DemoDirectory.GATEWAY_CLIENT_ID,
                        URI.create(entra),
                        URI.create("https://sts.windows.net"),
                        URI.create(entra),
                        new EntraCredential.ClientSecret(SECRET),
                        new EntraSettings.GroupSettings(
                                EntraSettings.GroupSettings.Overage.DENY, EntraSettings.GroupSettings.Lookup.APP),
                        List.of()),
                new AuthorizationSettings(
                        new FacadeSettings(
                                usual.dynamicRegistration(),
                                usual.metadataDocuments(),
                                usual.deny(),
                                usual.remember(),
                                usual.staticClients(),
                                usual.redirects(),
                                usual.accessTokenTtl(),
                                usual.refreshTokenTtl(),
                                store),
                        null,
                        AuthorizationSettings.PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(),
                        List.of("127.0.0.0/8"),
                        ListenerSettings.Limits.DEFAULT,
                        ListenerSettings.Timeouts.DEFAULT),
                EgressSettings.DIRECT,
                new AuditSettings(AuditSettings.Arguments.NONE),
                List.of(new Route(
                        "echo",
                        new ResourceName("load", "echo"),
                        "uid-echo",
                        "echo",
                        null,
                        new Upstream(workload, Upstream.Transport.STREAMABLE_HTTP, false),
                        new UpstreamAuth.None(),
                        new RoutePolicies(
                                RoutePolicies.Evaluation.FORBID_ERRORS_DENY,
                                RoutePolicies.Numbers.NATIVE,
                                List.of(new RoutePolicies.PolicyEntry("load/p#0", POLICY, false, Map.of())),
                                List.of(),
                                "[]",
                                List.of(DemoDirectory.READERS),
                                false),
                        List.of(),
                        SessionSettings.DEFAULT)));
    }
}
