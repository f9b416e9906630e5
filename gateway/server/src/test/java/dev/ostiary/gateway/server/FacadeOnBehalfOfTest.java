package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.Faults;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.UpstreamAuth;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a workload with {@code upstreamAuth: OnBehalfOf} gets from the Entra session of a user of the facade. */
class FacadeOnBehalfOfTest extends GatewayScenario {

    private static final String CHALLENGE = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";
    private static final String USER_READ = "https://graph.microsoft.com/User.Read";

    private static int registration;

    /** Another name for the same secret is another registration in use, with nothing kept from the test before. */
    @BeforeEach
    void signInAtTheGateway() {
        String name = "mcp/entra/secret-" + ++registration;
        gateway.facade = FacadeSettings.DEFAULT;
        gateway.entraCredential = new EntraCredential.ClientSecret(name);
        gateway.credentials = new Credentials(Map.of(name, DemoDirectory.GATEWAY_CLIENT_SECRET));
        gateway.workload.script(this::whoAmI);
        apply(USER_READ);
    }

    @AfterEach
    void entraIsWell() {
        gateway.entra.faults().clearAll();
    }

    private void apply(String scope) {
        gateway.apply(
                GatewayFixture.shown(
                        GatewayFixture.with(
                                notes(), "uid-" + registration, notes().upstream(), notes().policies(), List.of()),
                        new UpstreamAuth.OnBehalfOf(List.of(scope))),
                gateway.route("other"));
    }

    private int asked() {
        return gateway.entra.faults().requests(Area.TOKEN);
    }

    private FacadeClient client() throws IOException, InterruptedException {
        return new FacadeClient(gateway, "notes");
    }

    /** A workload that tells callers who they are, asking Graph with the token it got. */
    private void whoAmI(Workload.Received request, Workload.Reply reply) throws IOException {
        if (!request.rpc().equals("tools/call")) {
            answering(request, reply);
            return;
        }
        try {
            HttpResponse<String> me = gateway.http.send(
                    HttpRequest.newBuilder(URI.create(gateway.entra.graphOrigin() + "/v1.0/me"))
                            .header(
                                    "Authorization",
                                    request.header("Authorization").getFirst())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            reply.result(request, "{\"content\":[],\"structuredContent\":" + me.body() + "}");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What Entra refused is not asked again for a second. */
    private static void awaitCalledAs(String user, FacadeClient client) {
        await().untilAsserted(() -> assertCalledAs(user, client.call(READ)));
    }

    private static void assertCalledAs(String user, HttpResponse<String> answer) {
        assertThat(answer.body()).contains("\"userPrincipalName\":\"" + user + "@" + DemoDirectory.DOMAIN + "\"");
    }

    @Test
    void theWorkloadCallsGraphInTheNameOfWhoeverSignedIn() throws Exception {
        FacadeClient anna = client().signIn("anna");
        assertCalledAs("anna", anna.call(READ));
        assertCalledAs("ben", client().signIn("ben").call(READ));
        assertThat(gateway.workload.received())
                .allSatisfy(received -> assertThat(received.toString())
                        .doesNotContain(anna.accessToken.substring(anna.accessToken.lastIndexOf('.') + 1)));
    }

    @Test
    void fiftyCallsAtOnceAreOneRedemption() throws Exception {
        FacadeClient anna = client().signIn("anna");
        gateway.entra.faults().slow(Area.TOKEN, Duration.ofMillis(300));
        int before = asked();
        List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, 50)
                .mapToObj(i -> gateway.http.sendAsync(anna.request(READ), HttpResponse.BodyHandlers.ofString()))
                .toList();
        for (CompletableFuture<HttpResponse<String>> each : calls) {
            assertCalledAs("anna", each.get(20, TimeUnit.SECONDS));
        }
        assertThat(asked() - before).isEqualTo(1);
    }

    /** The policies here go by annotations, so that a call has the tools listed first. */
    @Test
    void aCallThatNeedsTheToolsFirstIsAnsweredAsIfItHadBeenMade() throws Exception {
        FacadeClient anna = client().signIn("anna");
        gateway.workload.received().clear();
        gateway.entra.faults().arm(Area.TOKEN, new Faults.Fault.Aadsts(50076, CHALLENGE), 1);
        HttpResponse<String> refused = anna.call(READ);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("error=\"invalid_token\"");
        assertThat(gateway.workload.received()).isEmpty();
        await().untilAsserted(() -> assertThat(gateway.auditLines()).contains("\"reason\":\"CredentialWithheld\""));
        anna.signIn("anna");
        assertThat(FacadeClient.parameter(anna.atEntra.getLast(), "claims")).isEqualTo(CHALLENGE);
        awaitCalledAs("anna", anna);
    }

    @Test
    void aCallThatNeedsTheToolsFirstWhileEntraDoesNotAnswerIsToBeTriedAgain() throws Exception {
        FacadeClient anna = client().signIn("anna");
        gateway.entra.faults().throttle(Area.TOKEN, 1, Integer.MAX_VALUE);
        HttpResponse<String> failed = anna.call(READ);
        assertThat(failed.statusCode()).as(failed.body()).isEqualTo(503);
        assertThat(failed.headers().firstValue("Retry-After")).isPresent();
        gateway.entra.faults().clearAll();
        awaitCalledAs("anna", anna);
    }

    private void entraChallenges(FacadeClient client) throws Exception {
        gateway.entra.faults().arm(Area.TOKEN, new Faults.Fault.Aadsts(50076, CHALLENGE), 1);
        HttpResponse<String> refused = client.call(LIST);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("error=\"invalid_token\"")
                .as("the client could do nothing with them")
                .doesNotContain("claims");
        HttpResponse<String> refresh = client.refresh();
        assertThat(refresh.statusCode()).isEqualTo(400);
        assertThat(FacadeClient.json(refresh).path("error").asText()).isEqualTo("invalid_grant");
        client.atEntra.clear();
    }

    @Test
    void afterConditionalAccessTheNextSignInBringsTheClaimsAndTheCallWorks() throws Exception {
        FacadeClient anna = client().signIn("anna");
        entraChallenges(anna);
        anna.signIn("anna");
        assertThat(anna.atEntra).as("the browser's cookie says who comes").hasSize(1);
        assertThat(FacadeClient.parameter(anna.atEntra.getFirst(), "claims")).isEqualTo(CHALLENGE);
        awaitCalledAs("anna", anna);
        anna.signIn("anna");
        assertThat(FacadeClient.parameter(anna.atEntra.getLast(), "claims")).isNull();
    }

    @Test
    void anUnknownBrowserIsSentToEntraASecondTimeWithTheClaims() throws Exception {
        FacadeClient anna = client().signIn("anna");
        entraChallenges(anna);
        anna.forgetCookies();
        anna.signIn("anna");
        assertThat(anna.atEntra).hasSize(2);
        assertThat(FacadeClient.parameter(anna.atEntra.getFirst(), "claims")).isNull();
        assertThat(FacadeClient.parameter(anna.atEntra.getLast(), "claims")).isEqualTo(CHALLENGE);
        awaitCalledAs("anna", anna);
    }

    @Test
    void whoSignsInAfterSomebodyElseInTheSameBrowserOwesWhatIsTheirs() throws Exception {
        FacadeClient anna = client().signIn("anna");
        entraChallenges(anna);
        FacadeClient ben = client().signIn("ben");
        assertThat(ben.atEntra).hasSize(1);
        assertCalledAs("ben", ben.call(READ));
        anna.signIn("ben");
        assertThat(anna.atEntra)
                .as("the guess was wrong, which costs ben nothing but a factor")
                .hasSize(1);
        assertCalledAs("ben", anna.call(READ));
        anna.atEntra.clear();
        anna.signIn("anna");
        assertThat(FacadeClient.parameter(anna.atEntra.getLast(), "claims")).isEqualTo(CHALLENGE);
        awaitCalledAs("anna", anna);
    }

    @Test
    void aRevokedSessionEndsTheGrantAndAnotherSignInBeginsAnew() throws Exception {
        FacadeClient ben = client().signIn("ben");
        gateway.entra.revokeSessions("ben@" + DemoDirectory.DOMAIN);
        assertThat(ben.call(LIST).statusCode()).isEqualTo(401);
        assertThat(FacadeClient.json(ben.refresh()).path("error").asText()).isEqualTo("invalid_grant");
        awaitCalledAs("ben", ben.signIn("ben"));
    }

    @Test
    void missingConsentIsForTheAdministratorAndEndsNoSession() throws Exception {
        apply("https://graph.microsoft.com/User.ReadBasic.All");
        FacadeClient anna = client().signIn("anna");
        HttpResponse<String> failed = anna.call(LIST);
        assertThat(failed.statusCode()).isEqualTo(502);
        assertThat(failed.body()).contains("API permissions").contains("AADSTS65001");
        assertThat(anna.refresh().statusCode()).isEqualTo(200);
    }

    @Test
    void whileEntraDoesNotAnswerNobodyIsSentToSignIn() throws Exception {
        FacadeClient anna = client().signIn("anna");
        gateway.entra.faults().throttle(Area.TOKEN, 1, Integer.MAX_VALUE);
        HttpResponse<String> failed = anna.call(LIST);
        assertThat(failed.statusCode()).isEqualTo(503);
        assertThat(failed.headers().firstValue("Retry-After")).isPresent();
        gateway.entra.faults().clearAll();
        assertThat(anna.refresh().statusCode()).isEqualTo(200);
    }
}
