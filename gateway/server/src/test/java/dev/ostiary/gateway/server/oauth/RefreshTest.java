package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Overage;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import dev.ostiary.gateway.server.identity.Authentication.Authenticated;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import dev.ostiary.gateway.server.oauth.Facade.Answer;
import dev.ostiary.gateway.server.store.MemoryGrantStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RefreshTest {

    private final ManualClock clock = new ManualClock();
    private final ScriptedEntra entra = new ScriptedEntra(clock);
    private final WatchedStore store = new WatchedStore(new MemoryGrantStore(clock));
    private final Facade facade = new Facade(clock, store, entra);
    private final Facade replica = facade.replica();

    private Answer signIn(Client client) throws Exception {
        return facade.redeem(client, facade.begin(client));
    }

    private static <T> List<T> atOnce(int count, Callable<T> call) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                futures.add(threads.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            start.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }

    @Test
    void twoHundredRefreshesAtOnceOnTwoReplicasAllGetTheSameSuccessorForOneWrite() throws Exception {
        String token = signIn(Facade.PUBLIC).refreshToken();
        int before = store.writes.get();
        Set<String> successors = new HashSet<>();
        for (Answer answer : refreshOnBoth(token)) {
            assertThat(answer.status()).isEqualTo(200);
            successors.add(answer.refreshToken());
        }
        assertThat(successors).hasSize(1).doesNotContain(token);
        assertThat(store.writes.get() - before).isEqualTo(1);
        assertThat(facade.refresh(Facade.PUBLIC, successors.iterator().next()).status())
                .isEqualTo(200);
    }

    @Test
    void twoHundredRefreshesAtOnceAskEntraOnce() throws Exception {
        String token = signIn(Facade.PUBLIC).refreshToken();
        clock.advance(Duration.ofMinutes(6));
        int before = store.writes.get();
        assertThat(refreshOnBoth(token)).extracting(Answer::status).containsOnly(200);
        assertThat(entra.renewals).hasValue(1);
        // The lease, what Entra said, the rotation.
        assertThat(store.writes.get() - before).isEqualTo(3);
    }

    private List<Answer> refreshOnBoth(String token) throws Exception {
        List<Answer> answers = new ArrayList<>();
        List<List<Answer>> pairs = atOnce(
                100,
                () -> atOnce(
                                1,
                                () -> List.of(
                                        facade.refresh(Facade.PUBLIC, token), replica.refresh(Facade.PUBLIC, token)))
                        .getFirst());
        pairs.forEach(answers::addAll);
        return answers;
    }

    @Test
    void codeDoubleRedemptionInParallelGivesTokensOnceAndThenEndsTheGrant() throws Exception {
        String code = facade.begin(Facade.PUBLIC);
        List<Answer> answers = atOnce(20, () -> facade.redeem(Facade.PUBLIC, code));
        List<Answer> good =
                answers.stream().filter(answer -> answer.status() == 200).toList();
        assertThat(good).hasSize(1);
        assertThat(answers).extracting(Answer::summary).containsOnly("200 ", "400 invalid_grant");
        assertThat(facade.refresh(Facade.PUBLIC, good.getFirst().refreshToken()).summary())
                .isEqualTo("400 invalid_grant");
        DenyFeed feed = new DenyFeed(store, clock, id -> {});
        feed.read();
        assertThat(facade.call("notes", good.getFirst().accessToken(), feed))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.auditReason()).isEqualTo("Revoked"));
        assertThat(facade.events(GrantEvent.Reused.class)).isNotEmpty();
    }

    @Test
    void codeReplayEndsWhatItIssued() throws Exception {
        String code = facade.begin(Facade.PUBLIC);
        Answer tokens = facade.redeem(Facade.PUBLIC, code);
        assertThat(facade.redeem(Facade.PUBLIC, code).summary()).isEqualTo("400 invalid_grant");
        assertThat(facade.refresh(Facade.PUBLIC, tokens.refreshToken()).summary())
                .isEqualTo("400 invalid_grant");
    }

    @Test
    void aCodeIsGoodForSixtySeconds() throws Exception {
        String late = facade.begin(Facade.PUBLIC);
        clock.advance(Duration.ofSeconds(59));
        String early = facade.begin(Facade.OTHER);
        clock.advance(Duration.ofSeconds(1));
        assertThat(facade.redeem(Facade.PUBLIC, late).summary()).isEqualTo("400 invalid_grant");
        assertThat(facade.redeem(Facade.OTHER, early).status()).isEqualTo(200);
    }

    @Test
    void aLostAnswerIsRepeatedForSixtySeconds() throws Exception {
        String first = signIn(Facade.PUBLIC).refreshToken();
        String second = facade.refresh(Facade.PUBLIC, first).refreshToken();
        clock.advance(Duration.ofSeconds(59));
        assertThat(replica.refresh(Facade.PUBLIC, first).refreshToken()).isEqualTo(second);
    }

    @Test
    void stolenRefreshTokenUsedAfterTheGraceEndsTheFamily() throws Exception {
        Answer tokens = signIn(Facade.PUBLIC);
        Answer second = facade.refresh(Facade.PUBLIC, tokens.refreshToken());
        clock.advance(Duration.ofSeconds(60));
        assertThat(replica.refresh(Facade.PUBLIC, tokens.refreshToken()).summary())
                .isEqualTo("400 invalid_grant");
        assertThat(facade.refresh(Facade.PUBLIC, second.refreshToken()).summary())
                .isEqualTo("400 invalid_grant");
        assertThat(replica.events(GrantEvent.Reused.class))
                .singleElement()
                .satisfies(reused -> assertThat(reused.what()).isEqualTo("RefreshToken"));
        assertThat(replica.events(GrantEvent.Revoked.class)).hasSize(1);
    }

    @Test
    void stolenRefreshTokenUsedAfterItsSuccessorEndsTheFamily() throws Exception {
        String first = signIn(Facade.PUBLIC).refreshToken();
        String second = facade.refresh(Facade.PUBLIC, first).refreshToken();
        String third = facade.refresh(Facade.PUBLIC, second).refreshToken();
        assertThat(facade.refresh(Facade.PUBLIC, first).summary()).isEqualTo("400 invalid_grant");
        assertThat(facade.refresh(Facade.PUBLIC, third).summary()).isEqualTo("400 invalid_grant");
    }

    @Test
    void aGrantThatIsNotUsedEndsAndOneThatIsUsedEndsInTheEnd() throws Exception {
        String idle = signIn(Facade.PUBLIC).refreshToken();
        String busy = signIn(Facade.OTHER).refreshToken();
        for (int day = 0; day < 179; day += 20) {
            clock.advance(Duration.ofDays(20));
            Answer answer = facade.refresh(Facade.OTHER, busy);
            assertThat(answer.summary()).isEqualTo("200 ");
            busy = answer.refreshToken();
            if (day == 20) {
                assertThat(facade.refresh(Facade.PUBLIC, idle).summary()).isEqualTo("400 invalid_grant");
            }
            if (day == 140) {
                break;
            }
        }
        clock.advance(Duration.ofDays(20));
        assertThat(facade.refresh(Facade.OTHER, busy).summary()).isEqualTo("400 invalid_grant");
    }

    @Test
    void upstreamOutageDuringRefreshIsSaidAsSuchAndSignsNobodyOut() throws Exception {
        String token = signIn(Facade.PUBLIC).refreshToken();
        clock.advance(Duration.ofMinutes(6));
        entra.script = any -> {
            throw ScriptedEntra.unavailable();
        };
        Answer answer = facade.refresh(Facade.PUBLIC, token);
        assertThat(answer.summary()).isEqualTo("503 temporarily_unavailable");
        assertThat(answer.raw().headers()).containsEntry("Retry-After", "7");
        entra.script = entra::next;
        assertThat(replica.refresh(Facade.PUBLIC, token).status()).isEqualTo(200);
    }

    @Test
    void aStoreOutageIsSaidAsSuchAndSignsNobodyOut() throws Exception {
        String token = signIn(Facade.PUBLIC).refreshToken();
        store.goDown();
        Answer answer = facade.refresh(Facade.PUBLIC, token);
        assertThat(answer.summary()).isEqualTo("503 temporarily_unavailable");
        assertThat(answer.raw().headers()).containsKey("Retry-After");
        assertThat(facade.revoke(Facade.PUBLIC, token).summary()).isEqualTo("503 temporarily_unavailable");
        store.revive();
        assertThat(facade.refresh(Facade.PUBLIC, token).status()).isEqualTo(200);
    }

    @Test
    void aWrongRegistrationSignsNobodyOut() throws Exception {
        String token = signIn(Facade.PUBLIC).refreshToken();
        clock.advance(Duration.ofMinutes(6));
        entra.script = any -> {
            throw ScriptedEntra.refusal(Meaning.MISCONFIGURED, null);
        };
        assertThat(facade.refresh(Facade.PUBLIC, token).summary()).isEqualTo("503 temporarily_unavailable");
        assertThat(facade.events(GrantEvent.Unanswered.class))
                .singleElement()
                .satisfies(event -> assertThat(event.reason()).isEqualTo("AADSTS50076"));
        entra.script = entra::next;
        assertThat(facade.refresh(Facade.PUBLIC, token).status()).isEqualTo(200);
    }

    @Test
    void aUserWhomEntraWantsToSeeSignsInOnceForAllGrants() throws Exception {
        String one = signIn(Facade.PUBLIC).refreshToken();
        String other = signIn(Facade.OTHER).refreshToken();
        clock.advance(Duration.ofMinutes(6));
        String challenge = "{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"x\"]}}}";
        entra.script = any -> {
            throw ScriptedEntra.refusal(Meaning.SIGN_IN_AGAIN, challenge);
        };
        assertThat(facade.refresh(Facade.PUBLIC, one).summary()).isEqualTo("400 invalid_grant");
        assertThat(replica.refresh(Facade.OTHER, other).summary()).isEqualTo("400 invalid_grant");
        assertThat(entra.renewals).hasValue(1);
        assertThat(facade.grants.pendingClaims(ScriptedEntra.TENANT, ScriptedEntra.ANNA))
                .isEqualTo(challenge);

        entra.script = entra::next;
        assertThat(signIn(Facade.PUBLIC).status()).isEqualTo(200);
        assertThat(facade.refresh(Facade.OTHER, other).status()).isEqualTo(200);
        assertThat(facade.grants.pendingClaims(ScriptedEntra.TENANT, ScriptedEntra.ANNA))
                .isNull();
    }

    @Test
    void aDisabledUserLosesEverythingAtTheNextRefresh() throws Exception {
        Answer one = signIn(Facade.PUBLIC);
        Answer other = signIn(Facade.OTHER);
        Answer ben = facade.redeem(Facade.PUBLIC, facade.begin(Facade.PUBLIC, ScriptedEntra.BEN));
        clock.advance(Duration.ofMinutes(6));
        entra.script = token -> {
            if (token.startsWith(ScriptedEntra.ANNA)) {
                throw ScriptedEntra.refusal(Meaning.GRANT_ENDED, null);
            }
            return entra.next(token);
        };
        assertThat(facade.refresh(Facade.PUBLIC, one.refreshToken()).summary()).isEqualTo("400 invalid_grant");
        List<String> ended = new ArrayList<>();
        DenyFeed feed = new DenyFeed(store, clock, ended::add);
        feed.read();
        assertThat(ended).hasSize(2);
        assertThat(facade.call("notes", other.accessToken(), feed)).isInstanceOf(Rejected.class);
        assertThat(facade.grants.of(ScriptedEntra.TENANT, ScriptedEntra.ANNA)).isEmpty();
        assertThat(facade.refresh(Facade.PUBLIC, ben.refreshToken()).status()).isEqualTo(200);
    }

    @Test
    void aReplacedWorkloadInheritsNoGrant() throws Exception {
        Answer tokens = signIn(Facade.PUBLIC);
        facade.use(Facade.snapshot(Facade.policies(false), Overage.GRAPH, "uid-notes-2"));
        assertThat(facade.refresh(Facade.PUBLIC, tokens.refreshToken()).summary())
                .isEqualTo("400 invalid_grant");
        assertThat(facade.call("notes", tokens.accessToken(), id -> false))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.status()).isEqualTo(401);
                    assertThat(rejected.auditReason()).isEqualTo("WorkloadReplaced");
                });
    }

    @Test
    void groupsThatEntraLeavesOutAreAskedForByNameAndAgainWhenPoliciesNameOthers() throws Exception {
        entra.groupsComplete = false;
        facade.use(Facade.snapshot(Facade.policies(false, ScriptedEntra.READERS), Overage.GRAPH, "uid-notes"));
        Answer tokens = signIn(Facade.PUBLIC);
        assertThat(facade.call("notes", tokens.accessToken(), id -> false))
                .isInstanceOfSatisfying(
                        Authenticated.class,
                        authenticated ->
                                assertThat(authenticated.principal().groups()).containsExactly(ScriptedEntra.READERS));

        facade.use(Facade.snapshot(
                Facade.policies(false, ScriptedEntra.READERS, ScriptedEntra.WRITERS), Overage.GRAPH, "uid-notes"));
        assertThat(facade.call("notes", tokens.accessToken(), id -> false))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.status()).isEqualTo(401);
                    assertThat(rejected.error()).isEqualTo("invalid_token");
                    assertThat(rejected.auditReason()).isEqualTo("GroupsNotAsked");
                });
        Answer again = facade.refresh(Facade.PUBLIC, tokens.refreshToken());
        assertThat(facade.call("notes", again.accessToken(), id -> false)).isInstanceOf(Authenticated.class);

        facade.use(Facade.snapshot(Facade.policies(true), Overage.GRAPH, "uid-notes"));
        assertThat(facade.call("notes", again.accessToken(), id -> false)).isInstanceOf(Rejected.class);
        Answer all = facade.refresh(Facade.PUBLIC, again.refreshToken());
        assertThat(facade.call("notes", all.accessToken(), id -> false)).isInstanceOf(Authenticated.class);
    }

    @Test
    void withoutGraphNoTokenIsIssuedWhoseGroupsAreUnknownAndNothingIsConsumed() throws Exception {
        entra.groupsComplete = false;
        entra.graphDown = true;
        facade.use(Facade.snapshot(Facade.policies(false, ScriptedEntra.READERS), Overage.GRAPH, "uid-notes"));
        String code = facade.begin(Facade.PUBLIC);
        assertThat(facade.redeem(Facade.PUBLIC, code).summary()).isEqualTo("503 temporarily_unavailable");
        assertThat(facade.events(GrantEvent.Unanswered.class))
                .singleElement()
                .satisfies(event -> assertThat(event.reason()).isEqualTo("GroupsTimeout"));
        entra.graphDown = false;
        assertThat(facade.redeem(Facade.PUBLIC, code).status()).isEqualTo(200);
    }

    @Test
    void whereNobodyMayAskForGroupsTheUserIsToldAndNotSentToSignInAgain() throws Exception {
        entra.groupsComplete = false;
        facade.use(Facade.snapshot(Facade.policies(false, ScriptedEntra.READERS), Overage.DENY, "uid-notes"));
        Answer tokens = signIn(Facade.PUBLIC);
        assertThat(entra.lookups).hasValue(0);
        assertThat(facade.call("notes", tokens.accessToken(), id -> false))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.status()).isEqualTo(403);
                    assertThat(rejected.auditReason()).isEqualTo("GroupsOverage");
                });
    }
}
