package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.Faults;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.UpstreamAuth;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a workload with {@code upstreamAuth: OnBehalfOf} gets from Entra in the name of a caller with an Entra token. */
class WorkloadOnBehalfOfTest extends GatewayScenario {

    private static final String CHALLENGE = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";

    private static int registration;

    /**
     * Another name for the same secret is another registration in use, without its caches and its breaker; another UID is
     * another workload, of which nothing is known.
     */
    @BeforeEach
    void nothingIsKnownOfEntra() {
        String name = "mcp/entra/secret-" + ++registration;
        gateway.entraCredential = new EntraCredential.ClientSecret(name);
        gateway.credentials = new Credentials(Map.of(name, DemoDirectory.GATEWAY_CLIENT_SECRET));
        apply();
    }

    @AfterEach
    void entraIsWell() {
        gateway.entra.faults().clearAll();
    }

    private void apply() {
        gateway.apply(
                GatewayFixture.shown(
                        GatewayFixture.with(
                                notes(), "uid-" + registration, notes().upstream(), notes().policies(), List.of()),
                        new UpstreamAuth.OnBehalfOf(List.of("https://graph.microsoft.com/User.Read"))),
                gateway.route("other"));
    }

    private int asked() {
        return gateway.entra.faults().requests(Area.TOKEN);
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

    @Test
    void theWorkloadCallsGraphInTheNameOfWhoeverCalls() throws Exception {
        gateway.workload.script(this::whoAmI);
        assertThat(gateway.post("anna", "notes", READ).body())
                .contains("\"userPrincipalName\":\"anna@" + DemoDirectory.DOMAIN + "\"");
        assertThat(gateway.post("ben", "notes", READ).body())
                .contains("\"userPrincipalName\":\"ben@" + DemoDirectory.DOMAIN + "\"");
    }

    @Test
    void nothingOfTheCallersOwnTokenReachesTheWorkload() throws Exception {
        HttpRequest request = gateway.request("anna", "notes")
                .POST(HttpRequest.BodyPublishers.ofString(READ))
                .build();
        String token =
                request.headers().firstValue("Authorization").orElseThrow().substring("Bearer ".length());
        gateway.http.send(request, HttpResponse.BodyHandlers.ofString());
        String signature = token.substring(token.lastIndexOf('.') + 1);
        assertThat(gateway.workload.received())
                .extracting(Workload.Received::rpc)
                .contains("tools/list", "tools/call");
        assertThat(gateway.workload.received()).allSatisfy(received -> {
            assertThat(received.header("Authorization")).hasSize(1);
            assertThat(received.toString()).doesNotContain(signature);
        });
        assertThat(gateway.auditLines()).doesNotContain(signature);
    }

    @Test
    void fiftyCallsAtOnceAreOneRequestToEntra() throws Exception {
        HttpRequest call = gateway.request("anna", "notes")
                .POST(HttpRequest.BodyPublishers.ofString(LIST))
                .build();
        gateway.entra.faults().slow(Area.TOKEN, Duration.ofMillis(300));
        int before = asked();
        List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, 50)
                .mapToObj(i -> gateway.http.sendAsync(call, HttpResponse.BodyHandlers.ofString()))
                .toList();
        for (CompletableFuture<HttpResponse<String>> each : calls) {
            assertThat(each.get(20, TimeUnit.SECONDS).body()).contains("\"result\"");
        }
        assertThat(asked() - before).isEqualTo(1);
        gateway.entra.faults().clearAll();
        gateway.http.send(call, HttpResponse.BodyHandlers.ofString());
        assertThat(asked() - before).isEqualTo(1);
    }

    @Test
    void theClaimsChallengeComesTooWhereTheToolsMustBeKnownFirst() throws Exception {
        gateway.entra.faults().arm(Area.TOKEN, new Faults.Fault.Aadsts(50076, CHALLENGE), Integer.MAX_VALUE);
        HttpResponse<String> refused = gateway.post("anna", "notes", READ);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("error=\"insufficient_claims\"")
                .contains("claims=\"" + Base64.getEncoder().encodeToString(CHALLENGE.getBytes(StandardCharsets.UTF_8)));
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void conditionalAccessBecomesAClaimsChallengeAndTheSameTokenIsNeverExchangedAgain() throws Exception {
        HttpRequest call = gateway.request("anna", "notes")
                .POST(HttpRequest.BodyPublishers.ofString(LIST))
                .build();
        gateway.entra.faults().arm(Area.TOKEN, new Faults.Fault.Aadsts(50076, CHALLENGE), Integer.MAX_VALUE);
        int before = asked();
        HttpResponse<String> refused = gateway.http.send(call, HttpResponse.BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(401);
        String header = refused.headers().firstValue("WWW-Authenticate").orElseThrow();
        assertThat(header)
                .startsWith("Bearer resource_metadata=\"" + gateway.publicUrl())
                .contains("error=\"insufficient_claims\"")
                .contains("authorization_uri=\"" + gateway.entra.origin());
        var claims = Pattern.compile("claims=\"([^\"]+)\"").matcher(header);
        assertThat(claims.find()).isTrue();
        assertThat(new String(Base64.getDecoder().decode(claims.group(1)), StandardCharsets.UTF_8))
                .isEqualTo(CHALLENGE);
        assertThat(gateway.workload.received()).isEmpty();

        gateway.entra.faults().clearAll();
        assertThat(gateway.http.send(call, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
        assertThat(asked() - before).isEqualTo(1);
        // Another token, as the client gets it with these claims.
        assertThat(gateway.post("anna", "notes", LIST).statusCode()).isEqualTo(200);
    }

    @Test
    void aUserWhoseSessionWasRevokedIsAskedToSignIn() throws Exception {
        gateway.entra.faults().arm(Area.TOKEN, new Faults.Fault.Aadsts(50173, null), 1);
        HttpResponse<String> refused = gateway.post("anna", "notes", LIST);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("error=\"invalid_token\"")
                .doesNotContain("claims=");
    }

    @Test
    void whatIsWrongWithTheRegistrationIsNamed() throws Exception {
        gateway.entraCredential = new EntraCredential.None();
        apply();
        HttpResponse<String> failed = gateway.post("anna", "notes", LIST);
        assertThat(failed.statusCode()).isEqualTo(502);
        assertThat(failed.body()).contains("spec.entra.credential").contains("correlationId");
        assertThat(failed.headers().firstValue("WWW-Authenticate")).isEmpty();
    }

    @Test
    void missingConsentIsForTheAdministratorAndNotForTheUser() throws Exception {
        gateway.apply(
                GatewayFixture.shown(
                        notes(),
                        new UpstreamAuth.OnBehalfOf(List.of("https://graph.microsoft.com/User.ReadBasic.All"))),
                gateway.route("other"));
        HttpResponse<String> failed = gateway.post("anna", "notes", LIST);
        assertThat(failed.statusCode()).isEqualTo(502);
        assertThat(failed.body()).contains("API permissions").contains("AADSTS65001");
    }

    @Test
    void whileEntraThrottlesNobodyIsSentToSignIn() throws Exception {
        gateway.entra.faults().throttle(Area.TOKEN, 30, Integer.MAX_VALUE);
        HttpResponse<String> failed = gateway.post("anna", "notes", LIST);
        assertThat(failed.statusCode()).isEqualTo(503);
        assertThat(failed.headers().firstValue("Retry-After")).isPresent();
        assertThat(failed.body()).contains("try again later");
    }

    @Test
    void whoeverWaitsForEntraDoesNotWaitLongerThanForAConnection() throws Exception {
        ListenerSettings before = gateway.listener;
        ListenerSettings.Timeouts usual = ListenerSettings.Timeouts.DEFAULT;
        gateway.listener = new ListenerSettings(
                List.of(),
                List.of(),
                ListenerSettings.Limits.DEFAULT,
                new ListenerSettings.Timeouts(
                        usual.headerRead(),
                        usual.requestRead(),
                        usual.keepAliveIdle(),
                        Duration.ofMillis(200),
                        usual.upstreamFirstByte(),
                        usual.upstreamStreamIdle()));
        try {
            apply();
            gateway.entra.faults().hang(Area.TOKEN);
            assertThat(gateway.post("anna", "notes", LIST).statusCode()).isEqualTo(503);
        } finally {
            gateway.listener = before;
        }
    }

    @Test
    void applicationsWithoutAUserAreRefused() throws Exception {
        gateway.appOnlyRoles = List.of("Mcp.Call");
        try {
            apply();
            int before = asked();
            String token = gateway.entra
                    .tokens()
                    .appToken(FirstPartyApps.AZURE_CLI_ID, DemoDirectory.GATEWAY_CLIENT_ID)
                    .roles("Mcp.Call")
                    .clientAuthentication(1)
                    .build();
            HttpResponse<String> refused = gateway.http.send(
                    gateway.request("", "notes")
                            .header("Authorization", "Bearer " + token)
                            .POST(HttpRequest.BodyPublishers.ofString(GatewayFixture.INITIALIZE))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("on behalf of users");
            assertThat(asked()).isEqualTo(before);
        } finally {
            gateway.appOnlyRoles = List.of();
        }
    }

    @Test
    void aTokenThatTheWorkloadRefusesIsReplacedOnce() throws Exception {
        int before = asked();
        gateway.workload.script((request, reply) -> {
            if (gateway.workload.received().size() == 1) {
                reply.header("WWW-Authenticate", "Bearer error=\"invalid_token\"")
                        .json(401, "{\"error\":\"upstream-secret\"}");
            } else {
                answering(request, reply);
            }
        });
        assertThat(gateway.post("anna", "notes", LIST).body()).contains("\"result\"");
        List<Workload.Received> received = gateway.workload.received();
        assertThat(received).hasSize(2);
        assertThat(received.get(0).body()).isEqualTo(received.get(1).body());
        assertThat(received.get(0).header("Authorization"))
                .isNotEqualTo(received.get(1).header("Authorization"));
        assertThat(asked() - before).isEqualTo(2);
    }

    @Test
    void aWorkloadThatRefusesEveryTokenDoesNotMakeTheGatewayAskAgainAndAgain() throws Exception {
        HttpRequest call = gateway.request("anna", "notes")
                .POST(HttpRequest.BodyPublishers.ofString(LIST))
                .build();
        int before = asked();
        gateway.workload.script((request, reply) -> reply.header("WWW-Authenticate", "Bearer realm=\"upstream-secret\"")
                .json(401, "{}"));
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> failed = gateway.http.send(call, HttpResponse.BodyHandlers.ofString());
            assertThat(failed.statusCode()).isEqualTo(502);
            assertThat(failed.headers().firstValue("WWW-Authenticate")).isEmpty();
            assertSaysNothingInternal(failed.body());
        }
        assertThat(asked() - before).isEqualTo(2);
    }

    @Test
    void aClientThatGivesUpWhileEntraIsAskedLeavesNothingBehind() throws Exception {
        gateway.entra.faults().hang(Area.TOKEN);
        int before = asked();
        CompletableFuture<HttpResponse<String>> call = gateway.http.sendAsync(
                gateway.request("anna", "notes")
                        .POST(HttpRequest.BodyPublishers.ofString(LIST))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        await().until(() -> asked() > before);
        call.cancel(true);
        await().untilAsserted(
                        () -> assertThat(gateway.metric("ostiary_exchanges")).isZero());
        gateway.entra.faults().clearAll();
        assertThat(gateway.workload.received()).isEmpty();
    }
}
