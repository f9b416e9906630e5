package dev.ostiary.gateway.server.entra;

import static dev.ostiary.entra.emulator.SampleDirectories.ALICE;
import static dev.ostiary.entra.emulator.SampleDirectories.BOB;
import static dev.ostiary.entra.emulator.SampleDirectories.MIA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
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

/** Acting for a user whose token the gateway holds. */
class OnBehalfOfTest {

    private static final List<String> FILES = List.of(Registrations.FILES);

    private SignInFixture fixture;
    private EntraSignIn signIn;

    @BeforeEach
    void start() {
        fixture = SignInFixture.start();
        signIn = fixture.use().signIn();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private int tokenRequests() {
        return fixture.entra.faults().requests(Area.TOKEN);
    }

    private String token(User user) {
        return fixture.entra
                .tokens()
                .userToken(user.oid(), FirstPartyApps.AZURE_CLI_ID, Registrations.GATEWAY, "mcp.notes")
                .build();
    }

    @Test
    void theNewTokenIsTheUsersForTheOtherApi() throws Exception {
        EntraToken token = signIn.onBehalfOf(token(ALICE), FILES);
        var claims = UnverifiedClaims.of(token.value());
        assertThat(claims.path("aud").textValue()).isEqualTo(SampleDirectories.DOWNSTREAM);
        assertThat(claims.path("oid").textValue()).isEqualTo(ALICE.oid());
        assertThat(claims.path("azp").textValue()).isEqualTo(Registrations.GATEWAY);
        assertThat(token.refreshToken()).isNull();
    }

    @Test
    void anExchangeIsMadeOnceUntilItsTokenNearlyEnds() throws Exception {
        String alice = token(ALICE);
        EntraToken first = signIn.onBehalfOf(alice, FILES);
        assertThat(signIn.onBehalfOf(alice, FILES)).isSameAs(first);
        Duration life = Duration.ofMillis(first.expires().toEpochMilli() - fixture.time.wallMillis());
        fixture.time.advance(life.minusMinutes(3));
        assertThat(signIn.onBehalfOf(alice, FILES)).isSameAs(first);
        assertThat(tokenRequests()).isEqualTo(1);
        fixture.time.advance(Duration.ofSeconds(70));
        signIn.onBehalfOf(alice, FILES);
        assertThat(tokenRequests()).isEqualTo(2);
    }

    @Test
    void anotherUserTokenOrScopeIsAnotherExchange() throws Exception {
        String alice = token(ALICE);
        EntraToken reading = signIn.onBehalfOf(alice, FILES);
        EntraToken writing = signIn.onBehalfOf(alice, List.of("api://downstream/files.write"));
        EntraToken bobs = signIn.onBehalfOf(token(BOB), FILES);
        assertThat(List.of(reading.value(), writing.value(), bobs.value())).doesNotHaveDuplicates();
        assertThat(UnverifiedClaims.of(bobs.value()).path("oid").textValue()).isEqualTo(BOB.oid());
        assertThat(tokenRequests()).isEqualTo(3);
        signIn.onBehalfOf(alice, List.of("api://downstream/files.write", "api://downstream/files.read"));
        signIn.onBehalfOf(alice, List.of("api://downstream/files.read", "api://downstream/files.write"));
        assertThat(tokenRequests()).isEqualTo(4);
    }

    @Test
    void manyWhoNeedTheSameExchangeShareIt() throws Exception {
        String alice = token(ALICE);
        fixture.entra.faults().slow(Area.TOKEN, Duration.ofMillis(400));
        try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<EntraToken>> tokens = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                tokens.add(calls.submit(() -> signIn.onBehalfOf(alice, FILES)));
            }
            for (Future<EntraToken> token : tokens) {
                assertThat(token.get(20, TimeUnit.SECONDS))
                        .isSameAs(tokens.getFirst().get());
            }
        }
        assertThat(tokenRequests()).isEqualTo(1);
    }

    @Test
    void aConditionalAccessChallengeIsCarriedAndTheAssertionNotTriedAgainAtOnce() {
        String mia = token(MIA);
        for (int i = 0; i < 3; i++) {
            EntraRefusedException refusal = SignInFixture.refused(() -> signIn.onBehalfOf(mia, FILES));
            assertThat(refusal.meaning()).isEqualTo(Meaning.SIGN_IN_AGAIN);
            assertThat(refusal.claims()).contains("polids");
            assertThat(refusal.diagnosis().code()).isEqualTo("AADSTS50076");
        }
        assertThat(tokenRequests()).isEqualTo(1);
    }

    @Test
    void anApplicationsTokenIsRefusedWithoutAskingEntra() {
        String app = fixture.entra
                .tokens()
                .appToken(SampleDirectories.DAEMON, "api://" + Registrations.GATEWAY)
                .build();
        EntraRefusedException refusal = SignInFixture.refused(() -> signIn.onBehalfOf(app, FILES));
        assertThat(refusal.meaning()).isEqualTo(Meaning.USER_REFUSED);
        assertThat(refusal.diagnosis().code()).isEqualTo("NotAUserToken");
        assertThat(tokenRequests()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "opaque", "a.b.c", "..", "e30.e30.e30", "e30.W10.e30"})
    void whatIsNoTokenIsRefusedWithoutAskingEntra(String assertion) {
        SignInFixture.refused(() -> signIn.onBehalfOf(assertion, FILES));
        assertThat(tokenRequests()).isZero();
    }

    @Test
    void whatEntraFindsWrongWithATokenIsExplained() {
        String foreign = fixture.entra
                .tokens()
                .userToken(ALICE.oid(), FirstPartyApps.AZURE_CLI_ID, SampleDirectories.API, "mcp.read")
                .build();
        assertThat(code(foreign)).isEqualTo("AADSTS500131");
        String expired = fixture.entra
                .tokens()
                .userToken(ALICE.oid(), FirstPartyApps.AZURE_CLI_ID, Registrations.GATEWAY, "mcp.notes")
                .expired()
                .build();
        assertThat(code(expired)).isEqualTo("AADSTS500133");
        String graph = fixture.entra
                .tokens()
                .userToken(ALICE.oid(), FirstPartyApps.AZURE_CLI_ID, FirstPartyApps.GRAPH_ID, "User.Read")
                .build();
        assertThat(code(graph)).isEqualTo("AADSTS50013");
    }

    private String code(String assertion) {
        return SignInFixture.refused(() -> signIn.onBehalfOf(assertion, FILES))
                .diagnosis()
                .code();
    }
}
