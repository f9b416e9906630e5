package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.oauth.SealedRecords.Kept;
import dev.ostiary.gateway.server.oauth.WatchedStore.Death;
import dev.ostiary.gateway.server.store.MemoryGrantStore;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Entra sessions redeemed for other APIs, with a store and an Entra that fail where it hurts. */
class DownstreamTokensTest {

    private static final List<String> SCOPES = List.of("https://graph.microsoft.com/User.Read");
    private static final String CLAIMS = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";

    private final ManualClock clock = new ManualClock();
    private final ScriptedEntra entra = new ScriptedEntra(clock);
    private final WatchedStore store = new WatchedStore(new MemoryGrantStore(clock));
    private final Facade facade = new Facade(clock, store, entra);
    private final DownstreamTokens tokens = new DownstreamTokens(facade.grants, entra);
    private final DownstreamTokens replica = new DownstreamTokens(facade.replica().grants, entra);
    private String refreshToken = "";

    @BeforeEach
    void annaSignsIn() throws Exception {
        refreshToken = facade.redeem(Facade.PUBLIC, facade.begin(Facade.PUBLIC)).refreshToken();
    }

    private static String token(DownstreamTokens tokens) throws Exception {
        return tokens.tokenFor(ScriptedEntra.TENANT, ScriptedEntra.ANNA, SCOPES).value();
    }

    private SessionRecord session() throws Exception {
        SealedRecords records = facade.grants.records();
        Kept<SessionRecord> kept = records.session(records.owner(ScriptedEntra.TENANT, ScriptedEntra.ANNA));
        assertThat(kept).isNotNull();
        return kept.value();
    }

    private static String anna(int n) {
        return ScriptedEntra.ANNA + "#" + n;
    }

    @Test
    void theNextRefreshTokenIsKeptBeforeTheTokenIsGivenOut() throws Exception {
        assertThat(token(tokens)).isEqualTo("for-an-api");
        assertThat(session().refreshToken()).isEqualTo(anna(2));
        assertThat(session().isLeased(clock.instant())).isFalse();
        token(replica);
        assertThat(entra.redeemed).containsExactly(anna(1), anna(2));
    }

    @Test
    void aSessionWithoutANextRefreshTokenKeepsTheOneItHas() throws Exception {
        entra.redemption = any -> entra.token(null);
        token(tokens);
        assertThat(session().refreshToken()).isEqualTo(anna(1));
    }

    @ParameterizedTest
    @EnumSource
    void aTokenWhoseSuccessorCouldNotBeKeptIsNotGivenOut(Death death) throws Exception {
        // 0 takes the lease, 1 keeps what Entra said.
        store.dieAt(1, death);
        assertThatThrownBy(() -> token(tokens)).isInstanceOf(StoreUnavailableException.class);
        assertThat(store.died()).isTrue();
        store.revive();
        clock.advance(EntraSessions.LEASE);
        assertThat(token(replica)).isEqualTo("for-an-api");
        assertThat(entra.redeemed).containsExactly(anna(1), death == Death.BEFORE ? anna(1) : anna(2));
    }

    @Test
    void withoutTheStoreEntraIsNotAsked() {
        store.goDown();
        assertThatThrownBy(() -> token(tokens)).isInstanceOf(StoreUnavailableException.class);
        assertThat(entra.redeemed).isEmpty();
    }

    @Test
    void twoReplicasNeverHoldTheRefreshTokenAtOnce() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        entra.redemption = token -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.yield();
            inside.decrementAndGet();
            return entra.token(entra.next(token).refreshToken());
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                DownstreamTokens one = i % 2 == 0 ? tokens : replica;
                all.add(threads.submit(() -> token(one)));
            }
            for (Future<String> each : all) {
                assertThat(each.get()).isEqualTo("for-an-api");
            }
        }
        assertThat(most).hasValue(1);
        assertThat(entra.redeemed).hasSize(10);
        assertThat(new HashSet<>(entra.redeemed))
                .as("each with the one before's successor")
                .hasSize(10);
    }

    @Test
    void anEndedSessionEndsTheGrants() throws Exception {
        entra.redemption = any -> {
            throw ScriptedEntra.refusal(Meaning.GRANT_ENDED, null);
        };
        assertThatThrownBy(() -> token(tokens)).isInstanceOf(EntraRefusedException.class);
        assertThatThrownBy(() -> token(replica)).isInstanceOf(EntraRefusedException.class);
        assertThat(entra.redeemed).as("what has ended is not asked about again").hasSize(1);
        assertThat(facade.refresh(Facade.PUBLIC, refreshToken).summary()).isEqualTo("400 invalid_grant");
    }

    @Test
    void whoeverEntraWantsToSeeGetsNothingBeforeTheySignIn() throws Exception {
        entra.redemption = any -> {
            throw ScriptedEntra.refusal(Meaning.SIGN_IN_AGAIN, CLAIMS);
        };
        assertThatThrownBy(() -> token(tokens)).isInstanceOf(EntraRefusedException.class);
        assertThatThrownBy(() -> token(replica)).isInstanceOfSatisfying(EntraRefusedException.class, refused -> {
            assertThat(refused.meaning()).isEqualTo(Meaning.SIGN_IN_AGAIN);
            assertThat(refused.claims()).isEqualTo(CLAIMS);
        });
        assertThat(entra.redeemed).hasSize(1);
        assertThat(facade.refresh(Facade.PUBLIC, refreshToken).summary()).isEqualTo("400 invalid_grant");
        assertThat(facade.grants.pendingClaims(ScriptedEntra.TENANT, ScriptedEntra.ANNA))
                .isEqualTo(CLAIMS);

        entra.redemption = any -> entra.token(null);
        facade.begin(Facade.PUBLIC);
        assertThat(token(replica)).isEqualTo("for-an-api");
    }

    @Test
    void anOutageGivesTheLeaseBack() throws Exception {
        entra.redemption = any -> {
            throw ScriptedEntra.unavailable();
        };
        assertThatThrownBy(() -> token(tokens)).isInstanceOf(EntraUnavailableException.class);
        assertThat(session().isLeased(clock.instant())).isFalse();
        assertThat(session().refreshToken()).isEqualTo(anna(1));
        assertThat(facade.refresh(Facade.PUBLIC, refreshToken).status()).isEqualTo(200);
    }

    @Test
    void aSignInThatComesInBetweenIsNewerAndStays() throws Exception {
        entra.redemption = token -> {
            facade.begin(Facade.OTHER, entra.signedIn(ScriptedEntra.ANNA, anna(9)));
            return entra.token(anna(2));
        };
        token(tokens);
        assertThat(session().refreshToken()).isEqualTo(anna(9));
    }

    @ParameterizedTest
    @EnumSource(names = {"SIGN_IN_AGAIN", "GRANT_ENDED"})
    void whatEntraSaysOfASessionDoesNotTouchTheSignInThatHasJustReplacedIt(Meaning meaning) throws Exception {
        entra.redemption = token -> {
            facade.begin(Facade.OTHER, entra.signedIn(ScriptedEntra.ANNA, anna(9)));
            throw ScriptedEntra.refusal(meaning, CLAIMS);
        };
        assertThatThrownBy(() -> token(tokens)).isInstanceOf(EntraRefusedException.class);
        assertThat(session().state()).isEqualTo(SessionRecord.State.ALIVE);
        assertThat(session().pendingClaims()).isNull();
        assertThat(facade.refresh(Facade.PUBLIC, refreshToken).status()).isEqualTo(200);
        entra.redemption = any -> entra.token(null);
        assertThat(token(replica)).isEqualTo("for-an-api");
        assertThat(entra.redeemed).endsWith(anna(9));
    }

    @Test
    void aStrangerHasNoSession() {
        assertThatThrownBy(() -> tokens.tokenFor(ScriptedEntra.TENANT, ScriptedEntra.BEN, SCOPES))
                .isInstanceOfSatisfying(
                        EntraRefusedException.class,
                        refused -> assertThat(refused.meaning()).isEqualTo(Meaning.GRANT_ENDED));
        assertThat(entra.redeemed).isEmpty();
    }
}
