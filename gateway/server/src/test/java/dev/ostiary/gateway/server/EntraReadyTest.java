package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.RoleAssignment;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.AuthorizationSettings.EntraTokens;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.server.forward.Forwarding;
import dev.ostiary.gateway.server.registration.RegistrationLog;
import dev.ostiary.gateway.server.registration.RegistrationState;
import dev.ostiary.gateway.server.registration.RegistrationState.Outcome;
import dev.ostiary.gateway.server.store.StoreHost;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** What a whole gateway finds out about its registration in the emulator's directory, with nothing but its own credential. */
class EntraReadyTest {

    private static final String URL = "http://localhost:7777";
    private static final Duration HOUR = Duration.ofHours(1);
    private static final User ADA = User.member("3d4b0f7e-0000-4000-8000-0000000002aa", "ada@ostiary.example", "Ada")
            .withRoles(DirectoryRole.GlobalAdministrator);
    private static final String APP = "applications(appId='" + DemoDirectory.GATEWAY_CLIENT_ID + "')";
    private static final String PRINCIPAL = "servicePrincipals(appId='" + DemoDirectory.GATEWAY_CLIENT_ID + "')";

    /** Made once: a key pair takes longer than a look. */
    private final HeldTime time = new HeldTime();

    private final KeyRing keys = KeyRing.generate(new SecureRandom(), Instant.now());
    private final List<RegistrationState> told = new CopyOnWriteArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private EntraEmulator entra;
    private GatewayServer server;

    @AfterEach
    void stop() {
        server.close();
        entra.close();
        http.close();
    }

    private void startEntra(String... permissions) {
        Tenant tenant = DemoDirectory.forGateway(URL, List.of("notes", "other"))
                .tenants()
                .getFirst();
        List<User> users = new ArrayList<>(tenant.users());
        users.add(ADA);
        List<RoleAssignment> roles = new ArrayList<>();
        for (String permission : permissions) {
            roles.add(new RoleAssignment(DemoDirectory.GATEWAY_CLIENT_ID, FirstPartyApps.GRAPH_ID, permission));
        }
        entra = EntraEmulator.start(dev.ostiary.entra.emulator.Settings.of(Directory.of(new Tenant(
                        tenant.id(),
                        tenant.domain(),
                        tenant.displayName(),
                        users,
                        tenant.groups(),
                        tenant.apps(),
                        tenant.consents(),
                        roles)))
                .withKeys(EmulatorKeys.copy()));
    }

    /** With every permission that a look needs. */
    private void startAllKnowing() throws IOException {
        startEntra("Application.Read.All", "GroupMember.Read.All", "User.Read.All");
        startGateway(config(DemoDirectory.GATEWAY_CLIENT_SECRET));
    }

    private void startGateway(RuntimeConfig config) throws IOException {
        server = GatewayServer.start(
                new GatewayServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        null,
                        null,
                        1,
                        StoreHost.NONE,
                        null,
                        new RegistrationLog(told::add),
                        OutputStream.nullOutputStream()),
                config,
                time,
                Forwarding.KEEP_ALIVE,
                Map.<String, String>of()::get);
    }

    private RuntimeConfig config(String secret) {
        return config(
                secret,
                DemoDirectory.TENANT_ID,
                DemoDirectory.GATEWAY_CLIENT_ID,
                new EntraCredential.ClientSecret("mcp/entra/secret"),
                true);
    }

    /** A gateway with a facade that takes Entra's tokens too, and whose policies read groups. */
    private RuntimeConfig config(
            String secret, String tenant, String client, EntraCredential credential, boolean takesTokens) {
        Snapshot as = Replicas.snapshot(URL, entra, URI.create("http://127.0.0.1:1/mcp"), new StoreSettings.Memory());
        EntraSettings settings = as.entra();
        assertThat(settings).isNotNull();
        return RuntimeConfig.of(
                new Snapshot(
                        as.format(),
                        as.gateway(),
                        as.publicUrl(),
                        null,
                        new EntraSettings(
                                tenant,
                                client,
                                settings.authority(),
                                settings.v1Authority(),
                                settings.graph(),
                                credential,
                                new EntraSettings.GroupSettings(
                                        EntraSettings.GroupSettings.Overage.GRAPH,
                                        EntraSettings.GroupSettings.Lookup.APP),
                                settings.claims()),
                        new AuthorizationSettings(
                                as.authorization().facade(),
                                takesTokens
                                        ? new EntraTokens(List.of(FirstPartyApps.AZURE_CLI_ID), null, List.of())
                                        : null,
                                as.authorization().principalClaim()),
                        as.listener(),
                        as.egress(),
                        as.audit(),
                        as.routes()),
                keys,
                new Credentials(Map.of("mcp/entra/secret", secret)));
    }

    /** As an administrator in the portal. */
    private void patch(String path, String json) throws Exception {
        String token = entra.tokens()
                .userToken(
                        ADA.oid(),
                        FirstPartyApps.AZURE_CLI_ID,
                        FirstPartyApps.GRAPH_ID,
                        "Application.ReadWrite.All",
                        "Directory.AccessAsUser.All")
                .build();
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(entra.graphOrigin() + "/v1.0/" + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .method("PATCH", HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    }

    private RegistrationState state() {
        return told.isEmpty() ? new RegistrationState(Outcome.NOT_CHECKED, List.of(), "") : told.getLast();
    }

    private RegistrationState await(Outcome outcome) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(state().outcome()).as(state().toString()).isEqualTo(outcome));
        // The next look is arranged before anybody is told, so an hour may pass now.
        return state();
    }

    private void aLookLater(Outcome outcome) {
        time.pass(HOUR);
        await(outcome);
    }

    private double ready() {
        return server.metrics()
                .lines()
                .filter(line -> line.startsWith("ostiary_entra_ready "))
                .mapToDouble(line -> Double.parseDouble(line.substring("ostiary_entra_ready ".length())))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRegistrationThatIsAsItMustBe() throws Exception {
        startAllKnowing();

        assertThat(await(Outcome.READY)).isEqualTo(new RegistrationState(Outcome.READY, List.of(), ""));
        assertThat(ready()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            no callback                          | app | {"web":{"redirectUris":[]}} | web.redirectUris | AADSTS50011
            callback with a slash at its end     | app | {"web":{"redirectUris":["http://localhost:7777/oauth/callback/"]}} | web.redirectUris | AADSTS50011
            callback of a single-page application| app | {"web":{"redirectUris":[]},"spa":{"redirectUris":["http://localhost:7777/oauth/callback"]}} | web.redirectUris | AADSTS9002327
            callback of a desktop application    | app | {"web":{"redirectUris":[]},"publicClient":{"redirectUris":["http://localhost:7777/oauth/callback"]}} | web.redirectUris | AADSTS700025
            tokens of v1.0                       | app | {"api":{"requestedAccessTokenVersion":1}} | api.requestedAccessTokenVersion | Manifest
            no Application ID URI                | app | {"identifierUris":[]} | identifierUris | AADSTS9010010
            no groups in tokens                  | app | {"groupMembershipClaims":"None"} | groupMembershipClaims | Groups claim
            switched off                         | sp  | {"accountEnabled":false} | servicePrincipal.accountEnabled | AADSTS7000112
            """)
    void aRegistrationThatIsBrokenAndMended(String name, String object, String json, String field, String named)
            throws Exception {
        startAllKnowing();
        await(Outcome.READY);
        HttpResponse<String> whole = http.send(
                HttpRequest.newBuilder(URI.create(entra.graphOrigin() + "/v1.0/" + APP))
                        .header(
                                "Authorization",
                                "Bearer "
                                        + entra.tokens()
                                                .userToken(
                                                        ADA.oid(),
                                                        FirstPartyApps.AZURE_CLI_ID,
                                                        FirstPartyApps.GRAPH_ID,
                                                        "Application.Read.All")
                                                .build())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        var before = new com.fasterxml.jackson.databind.ObjectMapper().readTree(whole.body());
        String path = object.strip().equals("sp") ? PRINCIPAL : APP;
        patch(path, json);

        aLookLater(Outcome.BROKEN);

        assertThat(state().findings()).isNotEmpty().allSatisfy(finding -> {
            assertThat(finding.path()).isEqualTo(field);
            assertThat(finding.message()).contains(named);
        });
        assertThat(ready()).isZero();

        patch(
                path,
                path.equals(PRINCIPAL)
                        ? "{\"accountEnabled\":true}"
                        : "{\"web\":{\"redirectUris\":" + before.at("/web/redirectUris")
                                + "},\"spa\":{\"redirectUris\":[]},"
                                + "\"publicClient\":{\"redirectUris\":[]},\"api\":{\"requestedAccessTokenVersion\":2},"
                                + "\"identifierUris\":" + before.get("identifierUris")
                                + ",\"groupMembershipClaims\":\"SecurityGroup\"}");
        aLookLater(Outcome.READY);
        assertThat(state().findings()).isEmpty();
    }

    @Test
    void aSecretThatEntraDoesNotTakeAndThenOneThatItTakes() throws Exception {
        startEntra("Application.Read.All", "GroupMember.Read.All", "User.Read.All");
        startGateway(config("an-old-secret"));

        RegistrationFinding finding = await(Outcome.BROKEN).findings().getFirst();
        assertThat(finding.path()).isEqualTo("passwordCredentials");
        assertThat(finding.message())
                .contains("AADSTS7000215")
                .contains("Certificates & secrets")
                .doesNotContain("an-old-secret");

        server.apply(config(DemoDirectory.GATEWAY_CLIENT_SECRET));
        await(Outcome.READY);
        assertThat(told.stream().map(RegistrationState::outcome)).containsSubsequence(Outcome.BROKEN, Outcome.READY);
    }

    @Test
    void aTenantThatIsNotThere() throws Exception {
        startEntra();
        startGateway(config(
                DemoDirectory.GATEWAY_CLIENT_SECRET,
                "3d4b0f7e-0000-4000-8000-00000000dead",
                DemoDirectory.GATEWAY_CLIENT_ID,
                new EntraCredential.ClientSecret("mcp/entra/secret"),
                true));

        assertThat(await(Outcome.BROKEN).findings()).hasSize(1).allSatisfy(finding -> {
            assertThat(finding.path()).isEqualTo("spec.entra.tenantId");
            assertThat(finding.code()).isEqualTo("AADSTS90002");
        });
    }

    @Test
    void aClientIdThatIsNotThere() throws Exception {
        startEntra();
        startGateway(config(
                DemoDirectory.GATEWAY_CLIENT_SECRET,
                DemoDirectory.TENANT_ID,
                "3d4b0f7e-0000-4000-8000-00000000beef",
                new EntraCredential.ClientSecret("mcp/entra/secret"),
                true));

        assertThat(await(Outcome.BROKEN).findings()).hasSize(1).allSatisfy(finding -> {
            assertThat(finding.path()).isEqualTo("spec.entra.clientId");
            assertThat(finding.code()).isEqualTo("AADSTS700016");
        });
    }

    @Test
    void aClockThatIsWrong() throws Exception {
        startEntra("Application.Read.All", "GroupMember.Read.All", "User.Read.All");
        time.off(Duration.ofMinutes(7));
        startGateway(config(DemoDirectory.GATEWAY_CLIENT_SECRET));

        assertThat(await(Outcome.BROKEN).findings()).hasSize(1).allSatisfy(finding -> {
            assertThat(finding.path()).isEqualTo("clock");
            assertThat(finding.message()).contains("ahead of").contains("AADSTS700024");
        });
        List<RegistrationState> before = List.copyOf(told);
        time.off(Duration.ofMinutes(9));
        aLookLater(Outcome.BROKEN);
        assertThat(told).as("the drift goes on, and says nothing new").isEqualTo(before);
    }

    @Test
    void aRegistrationThatMayNotBeReadIsNotKnown() throws Exception {
        startEntra("GroupMember.Read.All", "User.Read.All");
        startGateway(config(DemoDirectory.GATEWAY_CLIENT_SECRET));
        await(Outcome.NOT_ALLOWED_TO_READ);
        patch(APP, "{\"web\":{\"redirectUris\":[]}}");

        time.pass(HOUR);
        awaitLooks(2);

        assertThat(state().outcome()).isEqualTo(Outcome.NOT_ALLOWED_TO_READ);
        assertThat(state().findings()).isEmpty();
        assertThat(state().note()).contains("Application.Read.All");
        assertThat(ready()).isNaN();
    }

    @Test
    void groupsThatMayNotBeLookedUpAreAWarning() throws Exception {
        startEntra("Application.Read.All", "GroupMember.Read.All");
        startGateway(config(DemoDirectory.GATEWAY_CLIENT_SECRET));

        assertThat(await(Outcome.READY).findings()).hasSize(1).allSatisfy(finding -> {
            assertThat(finding.severity()).isEqualTo(RegistrationFinding.Severity.WARNING);
            assertThat(finding.message()).contains("User.Read.All").contains("200 groups");
        });
    }

    @Test
    void whatOnlyMayBreakIsAWarning() throws Exception {
        startAllKnowing();
        await(Outcome.READY);
        patch(
                APP,
                "{\"identifierUris\":[\"api://" + DemoDirectory.GATEWAY_CLIENT_ID + "\"],"
                        + "\"api\":{\"preAuthorizedApplications\":[]}}");

        time.pass(HOUR);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(state().findings().stream().map(RegistrationFinding::path))
                        .contains("identifierUris", "api.preAuthorizedApplications"));
        assertThat(state().outcome()).isEqualTo(Outcome.READY);
    }

    @Test
    void withoutATokenVersionTheFacadeAloneWorks() throws Exception {
        startEntra("Application.Read.All", "GroupMember.Read.All", "User.Read.All");
        patch(APP, "{\"api\":{\"requestedAccessTokenVersion\":1}}");
        startGateway(config(
                DemoDirectory.GATEWAY_CLIENT_SECRET,
                DemoDirectory.TENANT_ID,
                DemoDirectory.GATEWAY_CLIENT_ID,
                new EntraCredential.ClientSecret("mcp/entra/secret"),
                false));

        assertThat(await(Outcome.READY).findings())
                .allSatisfy(finding -> assertThat(finding.severity()).isEqualTo(RegistrationFinding.Severity.WARNING));
    }

    @Test
    void withoutACredentialTenantAndClockAreSeen() throws Exception {
        startEntra("Application.Read.All");
        startGateway(
                config("", DemoDirectory.TENANT_ID, DemoDirectory.GATEWAY_CLIENT_ID, new EntraCredential.None(), true));

        assertThat(await(Outcome.NOT_ALLOWED_TO_READ).note()).contains("spec.entra.credential");
        assertThat(entra.faults().requests(Area.TOKEN)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"DISCOVERY", "TOKEN", "GRAPH"})
    void whileEntraIsAwayNothingIsConcluded(Area away) throws Exception {
        startAllKnowing();
        await(Outcome.READY);
        entra.faults().status(away, 503);

        aLookLater(Outcome.ENTRA_UNAVAILABLE);
        assertThat(state().findings()).isEmpty();
        assertThat(state().note())
                .contains("has not answered as it should since")
                .contains("nothing was wrong");
        assertThat(time.waiting()).as("the next look").anyMatch(wait -> wait.compareTo(Duration.ofMinutes(5)) <= 0);

        List<RegistrationState> before = List.copyOf(told);
        int asked = entra.faults().requests(away);
        time.pass(Duration.ofMinutes(5));
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> entra.faults().requests(away) > asked
                        && time.waiting().stream().anyMatch(wait -> wait.compareTo(Duration.ofMinutes(5)) <= 0));
        assertThat(told).as("an outage is told once").isEqualTo(before);

        entra.faults().clearAll();
        aLookLater(Outcome.READY);
    }

    @Test
    void whatWasWrongBeforeEntraWentAwayIsSaidAndNotHeld() throws Exception {
        startAllKnowing();
        await(Outcome.READY);
        patch(APP, "{\"web\":{\"redirectUris\":[]}}");
        aLookLater(Outcome.BROKEN);
        entra.faults().status(Area.TOKEN, 500);

        aLookLater(Outcome.ENTRA_UNAVAILABLE);

        assertThat(state().note()).contains("this was wrong");
        assertThat(state().findings().getFirst().path()).isEqualTo("web.redirectUris");
        assertThat(ready()).isNaN();
    }

    @Test
    void atRestNothingIsToldAndTheLogIsSilent() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(RegistrationLog.class);
        logger.addAppender(log);
        try {
            startAllKnowing();
            await(Outcome.READY);
            patch(APP, "{\"web\":{\"redirectUris\":[]}}");
            aLookLater(Outcome.BROKEN);
            int times = told.size();

            for (int hour = 2; hour < 6; hour++) {
                time.pass(HOUR);
                awaitLooks(hour + 1);
            }

            assertThat(told).hasSize(times);
            assertThat(log.list.stream().filter(event -> event.getLevel() == Level.WARN))
                    .hasSize(1)
                    .allSatisfy(event -> assertThat(event.getKeyValuePairs().toString())
                            .contains("web.redirectUris")
                            .doesNotContain(DemoDirectory.GATEWAY_CLIENT_SECRET));
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void anotherRouteIsLookedAtAtOnceAndNothingElseIs() throws Exception {
        startAllKnowing();
        await(Outcome.READY);
        int looks = entra.faults().requests(Area.TOKEN);

        server.apply(config(DemoDirectory.GATEWAY_CLIENT_SECRET));
        RuntimeConfig withoutTokens = config(
                DemoDirectory.GATEWAY_CLIENT_SECRET,
                DemoDirectory.TENANT_ID,
                DemoDirectory.GATEWAY_CLIENT_ID,
                new EntraCredential.ClientSecret("mcp/entra/secret"),
                false);
        server.apply(withoutTokens);
        awaitLooks(looks + 1);
        assertThat(entra.faults().requests(Area.TOKEN))
                .as("the same again is not looked at")
                .isEqualTo(looks + 1);
        assertThat(told.stream().map(RegistrationState::outcome))
                .as("what was known stays until more is")
                .doesNotContain(Outcome.NOT_CHECKED);
    }

    /** So many looks have ended: each asks for one token, and arranges the next. */
    private void awaitLooks(int looks) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> entra.faults().requests(Area.TOKEN) >= looks
                        && time.waiting().stream().anyMatch(wait -> wait.compareTo(HOUR) <= 0));
    }
}
