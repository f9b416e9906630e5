package dev.ostiary.gateway.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.oauth.FacadeEvent;
import dev.ostiary.gateway.server.oauth.GrantEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class SignInMetricsTest {

    private static final FacadeEvent.Source SOURCE = new FacadeEvent.Source("192.0.2.7", "0af7651916cd43dd");
    private static final GrantEvent.Whose WHOSE = new GrantEvent.Whose("g1", "tenant", "anna", "client", "notes");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SignInMetrics metrics = new SignInMetrics(registry);

    @Test
    void signInsAndGrantsAreCountedByWhatBecameOfThem() {
        metrics.record(new FacadeEvent.Registered(SOURCE, "id", "A client", false));
        metrics.record(new FacadeEvent.ConsentAnswered(SOURCE, "id", "A client", "localhost", "notes", true, "t"));
        metrics.record(new FacadeEvent.ConsentAnswered(SOURCE, "id", "A client", "localhost", "notes", false, "t"));
        metrics.record(new FacadeEvent.SignedInFor(SOURCE, "tenant", "anna", "id", "notes", false, "t"));
        metrics.record(new FacadeEvent.SignInFailed(SOURCE, "id", "OtherBrowser", null));
        metrics.record(new FacadeEvent.SignInFailed(SOURCE, "id", "OtherBrowser", null));
        metrics.record(new FacadeEvent.RateLimited(SOURCE, "/register", "register"));
        metrics.record(new GrantEvent.Reused(WHOSE, "192.0.2.7", "RefreshToken"));
        metrics.record(new GrantEvent.Refused("id", null, "192.0.2.7", "invalid_grant", "CodeExpired"));

        assertThat(facade("registered", "")).isOne();
        assertThat(facade("approved", "")).isOne();
        assertThat(facade("denied", "")).isOne();
        assertThat(facade("signed_in", "")).isOne();
        assertThat(facade("sign_in_failed", "OtherBrowser")).isEqualTo(2);
        assertThat(facade("rate_limited", "register")).isOne();
        assertThat(grants("reused", "RefreshToken")).isOne();
        assertThat(grants("refused", "CodeExpired")).isOne();
    }

    @Test
    void whatEntraAnswersIsCounted() {
        metrics.answered("token");
        metrics.attemptFailed("graph", "Timeout");
        metrics.throttled("graph");
        metrics.breakerOpened("token");
        metrics.groupsLookedUp();
        metrics.groupsRemembered();
        metrics.groupLookupFailed("AADSTS7000215");

        assertThat(registry.get("ostiary.entra.requests")
                        .tag("result", "Timeout")
                        .counter()
                        .count())
                .isOne();
        assertThat(registry.get("ostiary.entra.throttled")
                        .tag("endpoint", "graph")
                        .counter()
                        .count())
                .isOne();
        assertThat(registry.get("ostiary.entra.breaker.opened")
                        .tag("endpoint", "token")
                        .counter()
                        .count())
                .isOne();
        assertThat(registry.get("ostiary.entra.groups")
                        .tag("source", "memory")
                        .counter()
                        .count())
                .isOne();
    }

    @Test
    void noNumberOfClientsNamesUsersAndCodesMakesMoreSeriesThanTheBound() {
        for (int i = 0; i < 1000; i++) {
            metrics.record(new FacadeEvent.Registered(SOURCE, "id" + i, "Client " + i, false));
            metrics.record(new FacadeEvent.Refused(SOURCE, "/authorize", "id" + i, "BAD_REQUEST", "words " + i));
            metrics.record(new FacadeEvent.SignedInFor(SOURCE, "tenant", "user" + i, "id", "notes", false, "t" + i));
        }
        assertThat(registry.getMeters()).hasSize(3);

        for (int i = 0; i < 1000; i++) {
            metrics.groupLookupFailed("AADSTS" + i);
        }
        assertThat(registry.getMeters()).hasSize(3 + SignInMetrics.MAX_SERIES + 1);
        assertThat(registry.get("ostiary.entra.groups")
                        .tag("result", "other")
                        .counter()
                        .count())
                .isEqualTo(1000 - SignInMetrics.MAX_SERIES);
    }

    private double facade(String event, String reason) {
        return registry.get("ostiary.facade.events")
                .tags("event", event, "reason", reason)
                .counter()
                .count();
    }

    private double grants(String event, String reason) {
        return registry.get("ostiary.grants.events")
                .tags("event", event, "reason", reason)
                .counter()
                .count();
    }
}
