package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import dev.ostiary.gateway.server.oauth.Facade.Answer;
import dev.ostiary.gateway.server.oauth.WatchedStore.Death;
import dev.ostiary.gateway.server.store.MemoryGrantStore;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A replica dies around each of its writes; another one goes on. */
class CrashTest {

    /** Deaths that are tried; more than any operation has writes. */
    private static final int MAX_WRITES = 8;

    private final ManualClock clock = new ManualClock();
    private ScriptedEntra entra = new ScriptedEntra(clock);
    private WatchedStore store = new WatchedStore(new MemoryGrantStore(clock));
    private Facade dying = new Facade(clock, store, entra);
    private Facade other = dying.replica();

    /** Every death happens in a world of its own. */
    private void begin() {
        entra = new ScriptedEntra(clock);
        store = new WatchedStore(new MemoryGrantStore(clock));
        dying = new Facade(clock, store, entra);
        other = dying.replica();
    }

    private interface Scenario {
        void run(int write, Death death) throws Exception;
    }

    private Stream<DynamicTest> everyDeath(int writes, Scenario scenario) {
        List<DynamicTest> tests = new ArrayList<>();
        for (int write = 0; write < writes; write++) {
            int at = write;
            for (Death death : Death.values()) {
                tests.add(DynamicTest.dynamicTest(death + " write " + at, () -> {
                    begin();
                    scenario.run(at, death);
                }));
            }
        }
        return tests.stream();
    }

    private Answer signedIn() throws Exception {
        return dying.redeem(Facade.PUBLIC, dying.begin(Facade.PUBLIC));
    }

    /** Runs what dies, and sees that it did. */
    private void dies(int write, Death death, ThrowingCallable call) throws Exception {
        store.dieAt(write, death);
        try {
            call.call();
        } catch (StoreUnavailableException expected) {
            // The browser is told to try again.
        } catch (Throwable other) {
            throw new AssertionError(other);
        }
        assertThat(store.died()).isTrue();
        store.revive();
    }

    @TestFactory
    Stream<DynamicTest> aSignInIsRepeated() {
        return everyDeath(2, (write, death) -> {
            dies(write, death, () -> dying.begin(Facade.PUBLIC));
            assertThat(other.redeem(Facade.PUBLIC, other.begin(Facade.PUBLIC)).status())
                    .isEqualTo(200);
            assertThat(other.grants.of(ScriptedEntra.TENANT, ScriptedEntra.ANNA))
                    .isNotEmpty();
        });
    }

    @TestFactory
    Stream<DynamicTest> aCodeIsConsumedOrStillGoodAndASignInHelpsInAnyCase() {
        return everyDeath(1, (write, death) -> {
            String code = dying.begin(Facade.PUBLIC);
            dies(
                    write,
                    death,
                    () -> assertThat(dying.redeem(Facade.PUBLIC, code).status()).isEqualTo(503));
            assertThat(other.redeem(Facade.PUBLIC, code).status()).isEqualTo(death == Death.BEFORE ? 200 : 400);
            assertThat(other.redeem(Facade.PUBLIC, other.begin(Facade.PUBLIC)).status())
                    .isEqualTo(200);
        });
    }

    @TestFactory
    Stream<DynamicTest> aRefreshThatAsksEntraIsRepeatedElsewhereAndNobodyIsSignedOut() {
        return everyDeath(3, (write, death) -> {
            String token = signedIn().refreshToken();
            clock.advance(Duration.ofMinutes(6));
            dies(
                    write,
                    death,
                    () -> assertThat(dying.refresh(Facade.PUBLIC, token).status())
                            .isEqualTo(503));
            // A dead replica's lease runs out.
            clock.advance(EntraSessions.LEASE);
            Answer again = other.refresh(Facade.PUBLIC, token);
            assertThat(again.status()).isEqualTo(200);
            clock.advance(Duration.ofMinutes(6));
            assertThat(other.refresh(Facade.PUBLIC, again.refreshToken()).status())
                    .isEqualTo(200);
        });
    }

    @TestFactory
    Stream<DynamicTest> anOutageOfEntraDuringADeathSignsNobodyOut() {
        return everyDeath(2, (write, death) -> {
            String token = signedIn().refreshToken();
            clock.advance(Duration.ofMinutes(6));
            entra.script = any -> {
                throw ScriptedEntra.unavailable();
            };
            dies(
                    write,
                    death,
                    () -> assertThat(dying.refresh(Facade.PUBLIC, token).status())
                            .isEqualTo(503));
            entra.script = entra::next;
            clock.advance(EntraSessions.LEASE);
            assertThat(other.refresh(Facade.PUBLIC, token).status()).isEqualTo(200);
        });
    }

    @TestFactory
    Stream<DynamicTest> aRevocationThatIsRepeatedIsComplete() {
        return everyDeath(4, (write, death) -> {
            Answer tokens = signedIn();
            dies(
                    write,
                    death,
                    () -> assertThat(dying.revoke(Facade.PUBLIC, tokens.refreshToken())
                                    .status())
                            .isEqualTo(503));
            assertThat(other.revoke(Facade.PUBLIC, tokens.refreshToken()).status())
                    .isEqualTo(200);
            assertIsOver(tokens);
        });
    }

    @TestFactory
    Stream<DynamicTest> aReuseThatIsSeenAgainEndsTheFamily() {
        return everyDeath(4, (write, death) -> {
            Answer tokens = signedIn();
            Answer second = dying.refresh(Facade.PUBLIC, tokens.refreshToken());
            clock.advance(GrantLimits.GRACE);
            dies(
                    write,
                    death,
                    () -> assertThat(dying.refresh(Facade.PUBLIC, tokens.refreshToken())
                                    .status())
                            .isEqualTo(503));
            assertThat(other.refresh(Facade.PUBLIC, tokens.refreshToken()).summary())
                    .isEqualTo("400 invalid_grant");
            assertIsOver(second);
        });
    }

    @TestFactory
    Stream<DynamicTest> aDisabledUserIsOutAfterTheNextRefreshWhateverDied() {
        return everyDeath(MAX_WRITES, (write, death) -> {
            Answer one = signedIn();
            Answer second = dying.redeem(Facade.OTHER, dying.begin(Facade.OTHER));
            clock.advance(Duration.ofMinutes(6));
            entra.script = any -> {
                throw ScriptedEntra.refusal(Meaning.GRANT_ENDED, null);
            };
            dies(
                    write,
                    death,
                    () -> assertThat(dying.refresh(Facade.PUBLIC, one.refreshToken())
                                    .status())
                            .isEqualTo(503));
            clock.advance(EntraSessions.LEASE);
            assertThat(other.refresh(Facade.PUBLIC, one.refreshToken()).summary())
                    .isEqualTo("400 invalid_grant");
            assertThat(other.refresh(Facade.OTHER, second.refreshToken()).summary())
                    .isEqualTo("400 invalid_grant");
            assertIsOver(one);
            assertIsOver(second);
            entra.script = entra::next;
        });
    }

    private void assertIsOver(Answer tokens) {
        assertThat(other.refresh(Facade.PUBLIC, tokens.refreshToken()).summary())
                .isEqualTo("400 invalid_grant");
        DenyFeed feed = new DenyFeed(store, clock, id -> {});
        feed.read();
        FacadeTokensOrigin origin = FacadeTokensOrigin.of(other, tokens.accessToken(), clock);
        assertThat(feed.revoked(origin.grantId())).isTrue();
    }

    /** The grant that an access token names, expired or not. */
    private record FacadeTokensOrigin(String grantId) {
        static FacadeTokensOrigin of(Facade facade, String accessToken, ManualClock clock) {
            var origin = facade.tokens.origin(accessToken, clock.instant());
            assertThat(origin).isNotNull();
            return new FacadeTokensOrigin(origin.grantId());
        }
    }
}
