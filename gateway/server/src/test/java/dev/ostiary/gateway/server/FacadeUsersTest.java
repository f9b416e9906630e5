package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Overage;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.forward.Forwarding;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What changes for users of the facade when Entra's directory does: at the next refresh after five minutes. */
class FacadeUsersTest extends GatewayScenario {

    private final AtomicLong ahead = new AtomicLong();

    @Override
    @BeforeAll
    void startGateway() throws IOException {
        Time system = Time.system();
        Time time = new Time() {
            @Override
            public long nanos() {
                return system.nanos() + Duration.ofMillis(ahead.get()).toNanos();
            }

            @Override
            public long wallMillis() {
                return system.wallMillis() + ahead.get();
            }

            @Override
            public Runnable after(Duration delay, Runnable task) {
                return system.after(delay, task);
            }
        };
        gateway = new GatewayFixture(GatewayScenario::answering, time, Forwarding.KEEP_ALIVE, policies());
    }

    @Override
    String[] policies() {
        return new String[] {
            GatewayFixture.READ_TOOLS,
            GatewayFixture.WRITERS_MAY,
            "permit(principal in Role::\"Notes.Admin\", action, resource);"
        };
    }

    @BeforeEach
    void signInAtTheGateway() {
        gateway.facade = FacadeSettings.DEFAULT;
        gateway.overage = Overage.GRAPH;
        gateway.entraCredential = new EntraCredential.ClientSecret("mcp/entra/secret");
        gateway.credentials = new Credentials(Map.of("mcp/entra/secret", DemoDirectory.GATEWAY_CLIENT_SECRET));
        gateway.apply(notes(), gateway.route("other"));
    }

    @AfterEach
    void asItWas() {
        gateway.entra.faults().clearAll();
        gateway.entra.directory().tenants().getFirst().users().forEach(gateway.entra::change);
    }

    private User user(String name) {
        return gateway.entra
                .directory()
                .tenants()
                .getFirst()
                .user(name + "@" + DemoDirectory.DOMAIN)
                .orElseThrow();
    }

    private FacadeClient signedIn(String user) throws IOException, InterruptedException {
        return new FacadeClient(gateway, "notes").signIn(user);
    }

    /** A refresh that asks Entra. */
    private HttpResponse<String> refreshLater(FacadeClient client) throws IOException, InterruptedException {
        ahead.addAndGet(Duration.ofMinutes(6).toMillis());
        return client.refresh();
    }

    private static void assertPermitted(HttpResponse<String> answer) {
        assertThat(answer.body()).contains("\"result\"");
    }

    private static void assertDenied(HttpResponse<String> answer) {
        assertThat(answer.body()).contains("NoPermit");
    }

    private void assertIsOut(FacadeClient client) throws IOException, InterruptedException {
        HttpResponse<String> refused = refreshLater(client);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(FacadeClient.json(refused).path("error").asText()).isEqualTo("invalid_grant");
        await().untilAsserted(() -> assertThat(client.call(LIST).statusCode()).isEqualTo(401));
    }

    @Test
    void aDisabledUserIsOutAndStaysOut() throws Exception {
        FacadeClient anna = signedIn("anna");
        assertPermitted(anna.call(READ));
        gateway.entra.change(user("anna").disabled());
        assertIsOut(anna);
        gateway.entra.change(user("anna"));
        assertThat(anna.refresh().statusCode()).as("the grant has ended").isEqualTo(400);
        assertPermitted(anna.signIn("anna").call(READ));
    }

    @Test
    void aRevokedSessionEndsTheGrantAndAnotherSignInBeginsAnew() throws Exception {
        FacadeClient anna = signedIn("anna");
        assertPermitted(anna.call(READ));
        gateway.entra.revokeSessions("anna@" + DemoDirectory.DOMAIN);
        assertIsOut(anna);
        assertPermitted(anna.signIn("anna").call(READ));
    }

    @Test
    void whoLeavesOrJoinsAGroupLosesOrGainsItsTools() throws Exception {
        FacadeClient ben = signedIn("ben");
        assertPermitted(ben.call(DELETE));
        gateway.entra.change(user("ben").withGroups(List.of(DemoDirectory.READERS)));
        assertThat(refreshLater(ben).statusCode()).isEqualTo(200);
        assertDenied(ben.call(DELETE));
        assertPermitted(ben.call(READ));
        gateway.entra.change(user("ben"));
        assertThat(refreshLater(ben).statusCode()).isEqualTo(200);
        assertPermitted(ben.call(DELETE));
    }

    @Test
    void aRoleOpensWhatItsPolicyPermits() throws Exception {
        assertPermitted(signedIn("carl").call(DELETE));
    }

    @Test
    void groupsThatNoTokenTellsAreLookedUpWhenOneIsIssuedAndNotAtCalls() throws Exception {
        int before = gateway.entra.faults().requests(Area.GRAPH);
        FacadeClient olga = signedIn("olga");
        int issued = gateway.entra.faults().requests(Area.GRAPH);
        assertThat(issued).isGreaterThan(before);
        assertPermitted(olga.call(READ));
        assertDenied(olga.call(DELETE));
        assertThat(gateway.entra.faults().requests(Area.GRAPH)).isEqualTo(issued);

        gateway.entra.change(GatewayFixture.olga());
        assertThat(refreshLater(olga).statusCode()).isEqualTo(200);
        assertDenied(olga.call(READ));
    }
}
