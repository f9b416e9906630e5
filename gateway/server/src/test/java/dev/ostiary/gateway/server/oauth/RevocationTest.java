package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.identity.Authentication.Authenticated;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import dev.ostiary.gateway.server.oauth.Facade.Answer;
import dev.ostiary.gateway.server.store.DenyEntry;
import dev.ostiary.gateway.server.store.MemoryGrantStore;
import dev.ostiary.gateway.server.store.RecordKey;
import dev.ostiary.gateway.server.store.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RevocationTest {

    private final ManualClock clock = new ManualClock();
    private final WatchedStore store = new WatchedStore(new MemoryGrantStore(clock));
    private final Facade facade = new Facade(clock, store, new ScriptedEntra(clock));
    private final List<String> told = new ArrayList<>();
    private final DenyFeed feed = new DenyFeed(store, clock, told::add);

    private Answer signIn(Client client) throws Exception {
        return facade.redeem(client, facade.begin(client));
    }

    private boolean hasSession() throws Exception {
        SealedRecords records = facade.grants.records();
        return store.get(new RecordKey(RecordType.SESSION, records.owner(ScriptedEntra.TENANT, ScriptedEntra.ANNA)))
                != null;
    }

    @Test
    void eitherTokenEndsTheGrantOnEveryReplica() throws Exception {
        for (boolean byAccessToken : new boolean[] {true, false}) {
            Answer tokens = signIn(Facade.PUBLIC);
            assertThat(facade.call("notes", tokens.accessToken(), feed)).isInstanceOf(Authenticated.class);
            String token = byAccessToken ? tokens.accessToken() : tokens.refreshToken();
            assertThat(facade.revoke(Facade.PUBLIC, token).status()).isEqualTo(200);
            feed.read();
            assertThat(facade.call("notes", tokens.accessToken(), feed))
                    .isInstanceOfSatisfying(Rejected.class, rejected -> {
                        assertThat(rejected.status()).isEqualTo(401);
                        assertThat(rejected.auditReason()).isEqualTo("Revoked");
                    });
            assertThat(facade.refresh(Facade.PUBLIC, tokens.refreshToken()).summary())
                    .isEqualTo("400 invalid_grant");
            assertThat(facade.revoke(Facade.PUBLIC, token).status()).isEqualTo(200);
        }
        assertThat(told).hasSize(2);
    }

    @Test
    void anotherClientsTokenIsAnsweredLikeAnUnknownOneAndStays() throws Exception {
        Answer tokens = signIn(Facade.PUBLIC);
        for (String token : List.of(tokens.refreshToken(), tokens.accessToken(), "unknown", "a.b.c")) {
            Answer answer = facade.revoke(Facade.OTHER, token);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.raw().json()).isEmpty();
        }
        assertThat(facade.refresh(Facade.PUBLIC, tokens.refreshToken()).status())
                .isEqualTo(200);
    }

    @Test
    void anUnknownClientRevokesNothing() throws Exception {
        Answer tokens = signIn(Facade.PUBLIC);
        Client nobody = Facade.client("nobody", Client.Authentication.NONE, null);
        assertThat(facade.revoke(nobody, tokens.refreshToken()).summary()).isEqualTo("401 invalid_client");
        assertThat(facade.refresh(Facade.PUBLIC, tokens.refreshToken()).status())
                .isEqualTo(200);
    }

    @Test
    void theLastGrantTakesTheEntraSessionWithIt() throws Exception {
        Answer one = signIn(Facade.PUBLIC);
        Answer other = signIn(Facade.OTHER);
        facade.revoke(Facade.PUBLIC, one.refreshToken());
        assertThat(hasSession()).isTrue();
        assertThat(facade.refresh(Facade.OTHER, other.refreshToken()).status()).isEqualTo(200);
        facade.revoke(Facade.OTHER, other.refreshToken());
        assertThat(hasSession()).isFalse();
    }

    @Test
    void aSignInInProgressKeepsItsSessionWhenTheLastGrantEnds() throws Exception {
        Answer one = signIn(Facade.PUBLIC);
        String code = facade.begin(Facade.OTHER);
        facade.revoke(Facade.PUBLIC, one.refreshToken());
        assertThat(facade.redeem(Facade.OTHER, code).status()).isEqualTo(200);
    }

    @Test
    void usersSeeAndEndTheirOwnGrantsAlone() throws Exception {
        Answer tokens = signIn(Facade.PUBLIC);
        facade.begin(Facade.OTHER);
        List<Grants.Listed> listed = facade.grants.of(ScriptedEntra.TENANT, ScriptedEntra.ANNA);
        assertThat(listed).singleElement().satisfies(grant -> {
            assertThat(grant.clientId()).isEqualTo(Facade.PUBLIC.id());
            assertThat(grant.route()).isEqualTo("notes");
        });
        String id = listed.getFirst().id();
        facade.grants.end(ScriptedEntra.TENANT, ScriptedEntra.BEN, id);
        facade.grants.end(ScriptedEntra.TENANT, ScriptedEntra.ANNA, "../" + id);
        assertThat(facade.grants.of(ScriptedEntra.TENANT, ScriptedEntra.BEN)).isEmpty();
        assertThat(facade.refresh(Facade.PUBLIC, tokens.refreshToken()).status())
                .isEqualTo(200);
        facade.grants.end(ScriptedEntra.TENANT, ScriptedEntra.ANNA, id);
        assertThat(facade.grants.of(ScriptedEntra.TENANT, ScriptedEntra.ANNA)).isEmpty();
        feed.read();
        assertThat(told).containsExactly(id);
    }

    @Test
    void whatWasReadHoldsDuringAnOutageAndNothingIsMissedAfterIt() throws Exception {
        store.deny(new DenyEntry("one", clock.instant().plusSeconds(600)));
        feed.read();
        store.goDown();
        feed.read();
        assertThat(feed.revoked("one")).isTrue();
        store.revive();
        store.deny(new DenyEntry("two", clock.instant().plusSeconds(600)));
        feed.read();
        assertThat(feed.revoked("two")).isTrue();
        assertThat(told).containsExactly("one", "two");
    }

    @Test
    void entriesAreForgottenWhenTheirTokensHaveEnded() throws Exception {
        store.deny(new DenyEntry("one", clock.instant().plusSeconds(600)));
        feed.read();
        clock.advance(Duration.ofMinutes(10));
        assertThat(feed.revoked("one")).isFalse();
        feed.read();
        assertThat(feed.size()).isZero();
    }

    @Test
    void ofTooManyThoseThatEndSoonestAreForgotten() throws Exception {
        DenyFeed small = new DenyFeed(store, clock, told::add, 2);
        store.deny(new DenyEntry("soon", clock.instant().plusSeconds(10)));
        store.deny(new DenyEntry("later", clock.instant().plusSeconds(600)));
        store.deny(new DenyEntry("latest", clock.instant().plusSeconds(900)));
        small.read();
        assertThat(small.size()).isEqualTo(2);
        assertThat(small.revoked("soon")).isFalse();
        assertThat(small.revoked("later")).isTrue();
        assertThat(small.revoked("latest")).isTrue();
    }
}
