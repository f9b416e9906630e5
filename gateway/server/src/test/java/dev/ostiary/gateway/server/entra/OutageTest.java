package dev.ostiary.gateway.server.entra;

import static dev.ostiary.entra.emulator.SampleDirectories.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Lookup;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When Entra is ill: what is asked again, how often, and when it is left alone. */
class OutageTest {

    private SignInFixture fixture;

    @BeforeEach
    void start() {
        fixture = SignInFixture.start();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private int tokenRequests() {
        return fixture.entra.faults().requests(Area.TOKEN);
    }

    private String userToken() {
        return fixture.entra
                .tokens()
                .userToken(ALICE.oid(), FirstPartyApps.AZURE_CLI_ID, Registrations.GATEWAY, "mcp.notes")
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void aCodeThatWasNotTakenIsSentAgain(int status) throws Exception {
        EntraSignIn signIn = fixture.use().signIn();
        String code = fixture.code(signIn, ALICE);
        fixture.entra.faults().arm(Area.TOKEN, new Fault.Status(status, 2), 2);
        SignedIn alice = signIn.redeem(Registrations.CALLBACK, code, SignInFixture.VERIFIER, SignInFixture.NONCE);
        assertThat(alice.objectId()).isEqualTo(ALICE.oid());
        assertThat(tokenRequests()).isEqualTo(3);
        assertThat(fixture.time.waits()).containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 504})
    void aCodeOrASessionThatMayHaveBeenTakenIsNotSentAgain(int status) {
        EntraSignIn signIn = fixture.use().signIn();
        fixture.entra.faults().status(Area.TOKEN, status);
        SignInFixture.unavailable(() -> signIn.redeem(Registrations.CALLBACK, "c", "v", "n"));
        SignInFixture.unavailable(() -> signIn.renew("r"));
        SignInFixture.unavailable(() -> signIn.redeemFor("r", List.of(Registrations.FILES)));
        assertThat(tokenRequests()).isEqualTo(3);
        assertThat(fixture.time.waits()).isEmpty();
    }

    @Test
    void aTokenThatMayBeAskedForTwiceIsAskedForAgainAndNotForever() throws Exception {
        EntraSignIn signIn = fixture.use().signIn();
        String assertion = userToken();
        fixture.entra.faults().status(Area.TOKEN, 500);
        assertThat(SignInFixture.unavailable(() -> signIn.onBehalfOf(assertion, List.of(Registrations.FILES)))
                        .reason())
                .isEqualTo("ServerError");
        assertThat(tokenRequests()).isEqualTo(3);
        assertThat(fixture.time.waits())
                .hasSize(2)
                .allSatisfy(wait -> assertThat(wait).isBetween(Duration.ofMillis(100), Duration.ofMillis(400)));
        fixture.entra.faults().clearAll();
        assertThat(signIn.onBehalfOf(assertion, List.of(Registrations.FILES)).value())
                .isNotEmpty();
    }

    @Test
    void whereNobodyListensAskingAgainIsHarmless() {
        EntraSettings nowhere = SignInFixture.settings(
                URI.create("http://127.0.0.1:1"),
                URI.create("http://127.0.0.1:1"),
                SignInFixture.BY_SECRET,
                Lookup.APP);
        EntraSignIn signIn = fixture.use(nowhere, SignInFixture.CREDENTIALS).signIn();
        assertThat(SignInFixture.unavailable(() -> signIn.redeem(Registrations.CALLBACK, "c", "v", "n"))
                        .reason())
                .isEqualTo("Unreachable");
        assertThat(fixture.metrics.count("token Unreachable")).isEqualTo(3);
    }

    @Test
    void allAttemptsTogetherHaveAnEnd() {
        fixture.limits = new CallLimits(
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                100,
                Duration.ofSeconds(1),
                1_000,
                Duration.ofSeconds(5),
                Duration.ofMinutes(1));
        EntraSignIn signIn = fixture.use().signIn();
        fixture.entra.faults().status(Area.TOKEN, 503);
        long begun = fixture.time.nanos();
        SignInFixture.unavailable(() -> signIn.renew("r"));
        assertThat(Duration.ofNanos(fixture.time.nanos() - begun)).isLessThan(Duration.ofSeconds(10));
        assertThat(tokenRequests()).isBetween(3, 6);
    }

    @Test
    void inAnOutageTheAnswerComesAtOnceAndOneProbeFindsItsEnd() throws Exception {
        EntraSignIn signIn = fixture.use().signIn();
        SignedIn alice = fixture.signIn(signIn, ALICE);
        fixture.entra.faults().status(Area.TOKEN, 500);
        int before = tokenRequests();
        for (int i = 0; i < 50; i++) {
            SignInFixture.unavailable(() -> signIn.renew("r"));
        }
        assertThat(tokenRequests() - before).isEqualTo(5);
        assertThat(fixture.metrics.count("token opened")).isEqualTo(1);
        EntraUnavailableException held = SignInFixture.unavailable(() -> signIn.renew("r"));
        assertThat(held.reason()).isEqualTo("HeldBack");
        assertThat(held.retryAfter()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(5));

        fixture.time.advance(Duration.ofSeconds(5));
        SignInFixture.unavailable(() -> signIn.renew("r"));
        assertThat(tokenRequests() - before).isEqualTo(6);
        fixture.time.advance(Duration.ofSeconds(5));
        assertThat(SignInFixture.unavailable(() -> signIn.renew("r")).reason()).isEqualTo("HeldBack");
        assertThat(tokenRequests() - before).isEqualTo(6);

        fixture.entra.faults().clearAll();
        fixture.time.advance(Duration.ofSeconds(5));
        assertThat(signIn.renew(alice.refreshToken()).objectId()).isEqualTo(ALICE.oid());
        assertThat(signIn.renew(alice.refreshToken()).objectId()).isEqualTo(ALICE.oid());
    }

    @Test
    void theFirstWhoComesAfterAnOutageProbesAlone() throws Exception {
        EntraSignIn signIn = fixture.use().signIn();
        fixture.entra.faults().status(Area.TOKEN, 500);
        for (int i = 0; i < 5; i++) {
            SignInFixture.unavailable(() -> signIn.renew("r"));
        }
        fixture.time.advance(Duration.ofSeconds(5));
        fixture.entra.faults().slow(Area.TOKEN, Duration.ofMillis(700));
        int before = tokenRequests();
        try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> asking = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                asking.add(users.submit(() -> {
                    try {
                        signIn.renew("r");
                    } catch (EntraRefusedException | EntraUnavailableException expected) {
                        // One is refused by Entra, all others are held back.
                    }
                }));
            }
            for (Future<?> one : asking) {
                one.get(20, TimeUnit.SECONDS);
            }
        }
        assertThat(tokenRequests() - before).isEqualTo(1);
    }

    @Test
    void aRefusalIsAnAnswerAndNoOutage() {
        EntraSignIn signIn = fixture.use().signIn();
        for (int i = 0; i < 20; i++) {
            SignInFixture.refused(() -> signIn.renew("no such session"));
        }
        assertThat(tokenRequests()).isEqualTo(20);
        assertThat(fixture.metrics.count("token opened")).isZero();
    }

    @Test
    void anOutageOfGraphLeavesSignInAlone() throws Exception {
        EntraServices.Registration gateway = fixture.use();
        fixture.entra.faults().status(Area.GRAPH, 500);
        for (int i = 0; i < 5; i++) {
            SignInFixture.unavailable(() -> gateway.groups().allOf(ALICE.oid(), null));
        }
        assertThat(fixture.metrics.count("graph opened")).isEqualTo(1);
        assertThat(fixture.signIn(gateway.signIn(), ALICE).objectId()).isEqualTo(ALICE.oid());
    }

    @Test
    void aConnectionThatIsCutInTheMiddleIsNotUsedForTheCodeAgain() throws IOException {
        try (RawServer cut = RawServer.answering("")) {
            EntraSettings settings =
                    SignInFixture.settings(cut.origin(), cut.origin(), SignInFixture.BY_SECRET, Lookup.APP);
            EntraSignIn signIn =
                    fixture.use(settings, SignInFixture.CREDENTIALS).signIn();
            SignInFixture.unavailable(() -> signIn.redeem(Registrations.CALLBACK, "c", "v", "n"));
            assertThat(cut.requests().stream()
                            .filter(request -> request.startsWith("POST "))
                            .toList())
                    .hasSize(1);
        }
    }
}
