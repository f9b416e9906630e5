package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Overage;
import dev.ostiary.gateway.server.identity.Authentication.Authenticated;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import dev.ostiary.gateway.server.identity.Principal;
import dev.ostiary.gateway.server.oauth.Facade.Answer;
import dev.ostiary.gateway.server.store.MemoryGrantStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GrantFlowTest {

    private final ManualClock clock = new ManualClock();
    private final ScriptedEntra entra = new ScriptedEntra(clock);
    private final WatchedStore store = new WatchedStore(new MemoryGrantStore(clock));
    private final Facade facade = new Facade(clock, store, entra);

    @Test
    void aCodeBecomesTokensThatOpenTheRouteTheyWereIssuedForAndNoOther() throws Exception {
        Answer tokens = facade.redeem(Facade.PUBLIC, facade.begin(Facade.PUBLIC));

        assertThat(tokens.status()).isEqualTo(200);
        assertThat(tokens.json().path("token_type").asText()).isEqualTo("Bearer");
        assertThat(tokens.json().path("expires_in").asInt()).isEqualTo(900);
        assertThat(tokens.json().path("scope").asText()).isEqualTo("mcp:notes");
        assertThat(facade.call("notes", tokens.accessToken(), id -> false))
                .isInstanceOfSatisfying(Authenticated.class, authenticated -> {
                    Principal principal = authenticated.principal();
                    assertThat(principal.key()).isEqualTo(ScriptedEntra.TENANT + "/" + ScriptedEntra.ANNA);
                    assertThat(principal.groups()).containsExactly(ScriptedEntra.READERS);
                    assertThat(principal.roles()).containsExactly("Mcp.Call");
                    assertThat(principal.claims().path("department").asText()).isEqualTo("Sales");
                    assertThat(principal.clientId()).isEqualTo(Facade.PUBLIC.id());
                    assertThat(principal.grantId()).isNotNull();
                });
        assertThat(facade.call("mail", tokens.accessToken(), id -> false))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.status()).isEqualTo(401);
                    assertThat(rejected.error()).isEqualTo("invalid_token");
                    assertThat(rejected.auditReason()).isEqualTo("WrongAudience");
                });
    }

    @Test
    void keepingAGrantTakesTwoWritesAndARefreshOne() throws Exception {
        String code = facade.begin(Facade.PUBLIC);
        assertThat(store.writes).hasValue(2);
        Answer first = facade.redeem(Facade.PUBLIC, code);
        assertThat(store.writes).hasValue(3);
        Answer second = facade.refresh(Facade.PUBLIC, first.refreshToken());
        assertThat(second.status()).isEqualTo(200);
        assertThat(store.writes).hasValue(4);
        assertThat(entra.renewals).hasValue(0);
    }

    @Test
    void entraIsAskedOnceInFiveMinutesForAllGrantsOfAUser() throws Exception {
        Answer one = facade.redeem(Facade.PUBLIC, facade.begin(Facade.PUBLIC));
        Answer other = facade.redeem(Facade.OTHER, facade.begin(Facade.OTHER));
        clock.advance(Duration.ofMinutes(6));
        assertThat(facade.refresh(Facade.PUBLIC, one.refreshToken()).status()).isEqualTo(200);
        assertThat(facade.refresh(Facade.OTHER, other.refreshToken()).status()).isEqualTo(200);
        assertThat(entra.renewals).hasValue(1);
    }

    @Test
    void aUserWithTwoHundredGrantsLosesTheOneThatWasNotUsedForTheLongestTime() throws Exception {
        List<Answer> all = new ArrayList<>();
        for (int i = 0; i < GrantLimits.PER_USER; i++) {
            all.add(facade.redeem(Facade.PUBLIC, facade.begin(Facade.PUBLIC)));
            clock.advance(Duration.ofMillis(1));
        }
        // The first is used again, so the second has been idle for longer.
        Answer first = facade.refresh(Facade.PUBLIC, all.getFirst().refreshToken());
        Answer another = facade.redeem(Facade.PUBLIC, facade.begin(Facade.PUBLIC));

        assertThat(another.status()).isEqualTo(200);
        assertThat(facade.refresh(Facade.PUBLIC, first.refreshToken()).status()).isEqualTo(200);
        assertThat(facade.refresh(Facade.PUBLIC, all.get(1).refreshToken()).summary())
                .isEqualTo("400 invalid_grant");
        assertThat(facade.refresh(Facade.PUBLIC, all.get(2).refreshToken()).status())
                .isEqualTo(200);
        assertThat(facade.grants.of(ScriptedEntra.TENANT, ScriptedEntra.ANNA)).hasSize(GrantLimits.PER_USER);
        DenyFeed feed = new DenyFeed(store, clock, id -> {});
        feed.read();
        assertThat(feed.size()).isEqualTo(1);
    }

    @Test
    void moreGroupsThanATokenHoldsCostNeitherTheCodeNorTheRefreshToken() throws Exception {
        facade.use(Facade.snapshot(Facade.policies(true), Overage.GRAPH, "uid-notes"));
        entra.groupsComplete = false;
        List<String> many =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(3000).toList();
        List<String> few = entra.groups;
        entra.groups = many;
        String code = facade.begin(Facade.PUBLIC);
        assertThat(facade.redeem(Facade.PUBLIC, code).summary()).isEqualTo("400 invalid_request");
        entra.groups = few;
        Answer tokens = facade.redeem(Facade.PUBLIC, code);
        assertThat(tokens.status()).isEqualTo(200);

        entra.groups = many;
        int before = store.writes.get();
        assertThat(facade.refresh(Facade.PUBLIC, tokens.refreshToken()).summary())
                .isEqualTo("400 invalid_request");
        assertThat(store.writes).hasValue(before);
        entra.groups = few;
        assertThat(facade.refresh(Facade.PUBLIC, tokens.refreshToken()).status())
                .isEqualTo(200);
    }
}
