package dev.ostiary.gateway.server.entra;

import static dev.ostiary.entra.emulator.SampleDirectories.ALICE;
import static dev.ostiary.entra.emulator.SampleDirectories.BOB;
import static dev.ostiary.entra.emulator.SampleDirectories.ENGINEERING;
import static dev.ostiary.entra.emulator.SampleDirectories.EVERYBODY;
import static dev.ostiary.entra.emulator.SampleDirectories.OSCAR;
import static dev.ostiary.entra.emulator.SampleDirectories.STAFF;
import static dev.ostiary.entra.emulator.SampleDirectories.manyGroupId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Lookup;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import dev.ostiary.gateway.server.entra.GroupLookup.UserCredential;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups from Graph, asked as Graph allows it and as seldom as possible. */
class GroupLookupTest {

    private static final String NOBODYS = "02223b6b-0000-4000-8000-00000000dead";

    private SignInFixture fixture;

    @BeforeEach
    void start() {
        fixture = SignInFixture.start();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private GroupLookup lookup(Lookup how) {
        return fixture.use(fixture.settings(SignInFixture.BY_SECRET, how), SignInFixture.CREDENTIALS)
                .groups();
    }

    private int graphRequests() {
        return fixture.entra.faults().requests(Area.GRAPH);
    }

    private int tokenRequests() {
        return fixture.entra.faults().requests(Area.TOKEN);
    }

    @Test
    void nestedGroupsCount() throws Exception {
        GroupLookup groups = lookup(Lookup.APP);
        assertThat(groups.memberOf(ALICE.oid(), Set.of(EVERYBODY, NOBODYS), null))
                .containsExactly(EVERYBODY);
        assertThat(groups.allOf(ALICE.oid(), null)).containsExactlyInAnyOrder(ENGINEERING, STAFF, EVERYBODY);
        assertThat(groups.allOf(BOB.oid(), null)).isEmpty();
    }

    @Test
    void manyGroupsAreAskedForInTwenties() throws Exception {
        Set<String> asked =
                IntStream.range(195, 240).mapToObj(n -> manyGroupId(n)).collect(Collectors.toSet());
        assertThat(lookup(Lookup.APP).memberOf(OSCAR.oid(), asked, null))
                .isEqualTo(
                        IntStream.range(195, 205).mapToObj(n -> manyGroupId(n)).collect(Collectors.toSet()));
        assertThat(graphRequests()).isEqualTo(3);
        assertThat(tokenRequests()).isEqualTo(1);
    }

    @Test
    void forVeryManyGroupsTheWholeListIsRead() throws Exception {
        Set<String> asked =
                IntStream.range(0, 230).mapToObj(n -> manyGroupId(n)).collect(Collectors.toSet());
        assertThat(lookup(Lookup.APP).memberOf(OSCAR.oid(), asked, null)).hasSize(205);
        assertThat(graphRequests()).isEqualTo(1);
    }

    @Test
    void theWholeListIsReadPageByPage() throws Exception {
        fixture.graphLimits = new GraphGroupLookup.Limits(Duration.ofMinutes(5), 1_000, 200, 50, 20_000);
        assertThat(lookup(Lookup.APP).allOf(OSCAR.oid(), null)).hasSize(205);
        assertThat(graphRequests()).isEqualTo(5);
    }

    @Test
    void aUserInFarTooManyGroupsIsNotAnsweredInPart() {
        fixture.graphLimits = new GraphGroupLookup.Limits(Duration.ofMinutes(5), 1_000, 200, 50, 100);
        assertThat(SignInFixture.unavailable(() -> lookup(Lookup.APP).allOf(OSCAR.oid(), null))
                        .reason())
                .isEqualTo("TooManyGroups");
    }

    @Test
    void whatIsNoObjectIdIsNobodysGroupAndIsNotAsked() throws Exception {
        assertThat(lookup(Lookup.APP).memberOf(ALICE.oid(), Set.of("Readers", "", "../me", NOBODYS + "0"), null))
                .isEmpty();
        assertThat(graphRequests()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "me", "../groups/x", "690222be-0000-4000-8000-00000000000", "alice@contoso.example"})
    void whatIsNoObjectIdIsNoUser(String user) {
        SignInFixture.unavailable(() -> lookup(Lookup.APP).allOf(user, null));
        assertThat(graphRequests()).isZero();
    }

    @Test
    void aUserWhoIsGoneIsRefused() {
        EntraRefusedException refusal =
                SignInFixture.refused(() -> lookup(Lookup.APP).allOf(NOBODYS, null));
        assertThat(refusal.meaning()).isEqualTo(Meaning.USER_REFUSED);
        assertThat(refusal.diagnosis().code()).isEqualTo("GraphUserNotFound");
        assertThat(refusal.diagnosis().entraTraceId()).isNotNull();
    }

    @Test
    void aMissingPermissionIsNamedAndNotAskedAgainAtOnce() {
        AppRegistration gateway = AppRegistration.builder(Registrations.GATEWAY, "Gateway")
                .secret(Registrations.SECRET)
                .build();
        try (SignInFixture poor = SignInFixture.start(Registrations.directory(gateway, false))) {
            GroupLookup groups = poor.use().groups();
            for (int i = 0; i < 3; i++) {
                EntraRefusedException refusal = SignInFixture.refused(() -> groups.allOf(ALICE.oid(), null));
                assertThat(refusal.meaning()).isEqualTo(Meaning.MISCONFIGURED);
                assertThat(refusal.diagnosis().code()).isEqualTo("GraphForbidden");
                assertThat(refusal.diagnosis().fix()).contains("GroupMember.Read.All");
            }
            assertThat(poor.entra.faults().requests(Area.GRAPH)).isEqualTo(1);
            assertThat(poor.metrics.count("groups GraphForbidden")).isEqualTo(3);
            poor.time.advance(Remembered.REFUSALS_KEPT);
            SignInFixture.refused(() -> groups.allOf(ALICE.oid(), null));
            assertThat(poor.entra.faults().requests(Area.GRAPH)).isEqualTo(2);
        }
    }

    @Test
    void membershipsAreBelievedForFiveMinutes() throws Exception {
        GroupLookup groups = lookup(Lookup.APP);
        groups.memberOf(ALICE.oid(), Set.of(STAFF), null);
        groups.memberOf(ALICE.oid(), Set.of(STAFF), null);
        fixture.time.advance(Duration.ofSeconds(299));
        groups.memberOf(ALICE.oid(), new TreeSet<>(Set.of(STAFF)), null);
        assertThat(graphRequests()).isEqualTo(1);
        assertThat(fixture.metrics.count("groups looked up")).isEqualTo(1);
        assertThat(fixture.metrics.count("groups remembered")).isEqualTo(2);
        fixture.time.advance(Duration.ofSeconds(2));
        groups.memberOf(ALICE.oid(), Set.of(STAFF), null);
        assertThat(graphRequests()).isEqualTo(2);
        assertThat(tokenRequests()).isEqualTo(1);
    }

    @Test
    void anotherQuestionAndAnotherUserAreAskedForThemselves() throws Exception {
        GroupLookup groups = lookup(Lookup.APP);
        assertThat(groups.memberOf(ALICE.oid(), Set.of(STAFF), null)).containsExactly(STAFF);
        assertThat(groups.memberOf(ALICE.oid(), Set.of(NOBODYS), null)).isEmpty();
        assertThat(groups.memberOf(BOB.oid(), Set.of(STAFF), null)).isEmpty();
        assertThat(graphRequests()).isEqualTo(3);
    }

    @Test
    void aQuestionIsAskedOnceHoweverManyAsk() throws Exception {
        GroupLookup groups = lookup(Lookup.APP);
        fixture.entra.faults().slow(Area.GRAPH, Duration.ofMillis(500));
        try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Set<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(users.submit(() -> groups.memberOf(ALICE.oid(), Set.of(STAFF), null)));
            }
            for (Future<Set<String>> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS)).containsExactly(STAFF);
            }
        }
        assertThat(graphRequests()).isEqualTo(1);
        assertThat(tokenRequests()).isEqualTo(1);
    }

    @Test
    void whoGivesUpWaitingLeavesAtOnce() throws Exception {
        GroupLookup groups = lookup(Lookup.APP);
        groups.allOf(BOB.oid(), null);
        fixture.entra.faults().hang(Area.GRAPH);
        Thread asking =
                Thread.ofVirtual().start(() -> SignInFixture.unavailable(() -> groups.allOf(ALICE.oid(), null)));
        await().atMost(10, TimeUnit.SECONDS).until(() -> graphRequests() == 2);
        asking.interrupt();
        assertThat(asking.join(Duration.ofSeconds(4))).isTrue();
        fixture.entra.faults().clearAll();
        assertThat(groups.allOf(ALICE.oid(), null)).hasSize(3);
    }

    @Test
    void throttlingIsWaitedOutAsLongAsGraphAsks() throws Exception {
        fixture.entra.faults().throttle(Area.GRAPH, 4, 2);
        assertThat(lookup(Lookup.APP).allOf(ALICE.oid(), null)).hasSize(3);
        assertThat(graphRequests()).isEqualTo(3);
        assertThat(fixture.time.waits()).containsExactly(Duration.ofSeconds(4), Duration.ofSeconds(4));
        assertThat(fixture.metrics.count("graph throttled")).isEqualTo(2);
    }

    @Test
    void throttlingForLongerThanAnybodyWaitsIsPassedOn() {
        fixture.entra.faults().throttle(Area.GRAPH, 120, 1);
        EntraUnavailableException failure =
                SignInFixture.unavailable(() -> lookup(Lookup.APP).allOf(ALICE.oid(), null));
        assertThat(failure.reason()).isEqualTo("Throttled");
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(120));
        assertThat(graphRequests()).isEqualTo(1);
        assertThat(fixture.time.waits()).isEmpty();
    }

    @Test
    void aTokenThatGraphNoLongerTakesIsReplacedOnce() throws Exception {
        GroupLookup groups = lookup(Lookup.APP);
        groups.allOf(BOB.oid(), null);
        fixture.entra.faults().arm(Area.GRAPH, new Fault.Status(401, 0), 1);
        assertThat(groups.allOf(ALICE.oid(), null)).hasSize(3);
        assertThat(tokenRequests()).isEqualTo(2);

        fixture.entra.faults().status(Area.GRAPH, 401);
        EntraRefusedException refusal = SignInFixture.refused(() -> groups.allOf(OSCAR.oid(), null));
        assertThat(refusal.diagnosis().code()).isEqualTo("GraphUnauthorized");
    }

    @Test
    void theAppsTokenIsKeptUntilShortlyBeforeItsEnd() throws Exception {
        GroupLookup groups = lookup(Lookup.APP);
        groups.allOf(ALICE.oid(), null);
        fixture.time.advance(Duration.ofMinutes(50));
        groups.allOf(ALICE.oid(), null);
        assertThat(tokenRequests()).isEqualTo(1);
        fixture.time.advance(Duration.ofMinutes(40));
        groups.allOf(ALICE.oid(), null);
        assertThat(tokenRequests()).isEqualTo(2);
    }

    private String userToken(String user) {
        return fixture.entra
                .tokens()
                .userToken(user, FirstPartyApps.AZURE_CLI_ID, Registrations.GATEWAY, "mcp.notes")
                .build();
    }

    @Test
    void onBehalfOfAUserGraphIsAskedAboutMe() throws Exception {
        GroupLookup groups = lookup(Lookup.ON_BEHALF_OF);
        UserCredential alice = new UserCredential.Assertion(userToken(ALICE.oid()));
        assertThat(groups.memberOf(ALICE.oid(), Set.of(STAFF, NOBODYS), alice)).containsExactly(STAFF);
        assertThat(groups.allOf(ALICE.oid(), alice)).hasSize(3);
        assertThat(tokenRequests()).isEqualTo(1);
    }

    @Test
    void aSessionIsAsGoodAsAToken() throws Exception {
        EntraServices.Registration gateway =
                fixture.use(fixture.settings(SignInFixture.BY_SECRET, Lookup.ON_BEHALF_OF), SignInFixture.CREDENTIALS);
        SignedIn oscar = fixture.signIn(gateway.signIn(), OSCAR);
        UserCredential session = new UserCredential.Session(oscar.refreshToken());
        assertThat(gateway.groups().allOf(OSCAR.oid(), session)).hasSize(205);
        assertThat(gateway.groups().memberOf(OSCAR.oid(), Set.of(manyGroupId(7)), session))
                .hasSize(1);
        assertThat(tokenRequests()).isEqualTo(2);
        assertThat(gateway.signIn().renew(oscar.refreshToken()).objectId()).isEqualTo(OSCAR.oid());
    }

    @Test
    void anotherUsersTokenAnswersForNobody() {
        UserCredential bob = new UserCredential.Assertion(userToken(BOB.oid()));
        EntraRefusedException refusal =
                SignInFixture.refused(() -> lookup(Lookup.ON_BEHALF_OF).allOf(ALICE.oid(), bob));
        assertThat(refusal.diagnosis().code()).isEqualTo("TokenOfAnotherUser");
        assertThat(graphRequests()).isZero();
    }

    @Test
    void withoutAUserNobodyIsActedFor() {
        EntraRefusedException refusal =
                SignInFixture.refused(() -> lookup(Lookup.ON_BEHALF_OF).allOf(ALICE.oid(), null));
        assertThat(refusal.diagnosis().code()).isEqualTo("NobodyToActFor");
    }

    @Test
    void aClaimsChallengeOfGraphReachesTheUser() throws Exception {
        String claims = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1604106651\"}}}";
        fixture.entra.faults().arm(Area.GRAPH, new Fault.Aadsts(50076, claims), 1);
        UserCredential alice = new UserCredential.Assertion(userToken(ALICE.oid()));
        EntraRefusedException refusal =
                SignInFixture.refused(() -> lookup(Lookup.ON_BEHALF_OF).allOf(ALICE.oid(), alice));
        assertThat(refusal.meaning()).isEqualTo(Meaning.SIGN_IN_AGAIN);
        assertThat(refusal.claims()).isEqualTo(claims);
    }
}
