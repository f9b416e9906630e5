package dev.ostiary.gateway.server.admin;

import dev.ostiary.gateway.server.entra.EntraMetrics;
import dev.ostiary.gateway.server.oauth.FacadeEvent;
import dev.ostiary.gateway.server.oauth.FacadeEvents;
import dev.ostiary.gateway.server.oauth.GrantEvent;
import dev.ostiary.gateway.server.oauth.GrantEvents;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts sign-ins, grants and what Entra says. Labels hold what this gateway calls things and Entra's error codes, never what
 * a client sent; should one of them turn out to have no end, what comes after the first {@value #MAX_SERIES} series of a
 * metric is counted as {@code other}. Any thread.
 */
public final class SignInMetrics implements FacadeEvents, GrantEvents, EntraMetrics {

    /** Most series of one metric, but for {@code other}. */
    static final int MAX_SERIES = 100;

    private static final String OTHER = "other";

    private final MeterRegistry registry;
    private final ConcurrentHashMap<String, Set<Tags>> known = new ConcurrentHashMap<>();

    public SignInMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Counts events on their way to another. */
    public FacadeEvents countingFacade(FacadeEvents log) {
        return new FacadeEvents() {
            @Override
            public void record(FacadeEvent event) {
                log.record(event);
                SignInMetrics.this.record(event);
            }

            @Override
            public boolean ready() {
                return log.ready();
            }
        };
    }

    /** The same for those of grants. */
    public GrantEvents countingGrants(GrantEvents log) {
        return event -> {
            log.record(event);
            record(event);
        };
    }

    @Override
    public void record(FacadeEvent event) {
        switch (event) {
            case FacadeEvent.Registered _ -> facade("registered", "");
            case FacadeEvent.Refused refused -> facade("refused", refused.error());
            case FacadeEvent.RateLimited limited -> facade("rate_limited", limited.limit());
            case FacadeEvent.ConsentAnswered answered -> facade(answered.approved() ? "approved" : "denied", "");
            case FacadeEvent.SignedInFor _ -> facade("signed_in", "");
            case FacadeEvent.SignInFailed failed -> facade("sign_in_failed", failed.reason());
            case FacadeEvent.GrantEnded _ -> facade("grant_ended_by_user", "");
        }
    }

    @Override
    public void record(GrantEvent event) {
        switch (event) {
            case GrantEvent.Made _ -> grants("made", "");
            case GrantEvent.Redeemed _ -> grants("redeemed", "");
            case GrantEvent.Rotated _ -> grants("rotated", "");
            case GrantEvent.Refused refused -> grants("refused", refused.reason());
            case GrantEvent.Reused reused -> grants("reused", reused.what());
            case GrantEvent.Revoked revoked -> grants("revoked", revoked.reason());
            case GrantEvent.Unanswered unanswered -> grants("entra_unanswered", unanswered.reason());
        }
    }

    @Override
    public void answered(String endpoint) {
        count("ostiary.entra.requests", "endpoint", endpoint, "result", "answered");
    }

    @Override
    public void attemptFailed(String endpoint, String reason) {
        count("ostiary.entra.requests", "endpoint", endpoint, "result", reason);
    }

    @Override
    public void throttled(String endpoint) {
        count("ostiary.entra.throttled", "endpoint", endpoint, "result", "throttled");
    }

    @Override
    public void breakerOpened(String endpoint) {
        count("ostiary.entra.breaker.opened", "endpoint", endpoint, "result", "opened");
    }

    @Override
    public void groupsLookedUp() {
        count("ostiary.entra.groups", "source", "graph", "result", "ok");
    }

    @Override
    public void groupsRemembered() {
        count("ostiary.entra.groups", "source", "memory", "result", "ok");
    }

    @Override
    public void groupLookupFailed(String reason) {
        count("ostiary.entra.groups", "source", "graph", "result", reason);
    }

    private void facade(String event, String reason) {
        count("ostiary.facade.events", "event", event, "reason", reason);
    }

    private void grants(String event, String reason) {
        count("ostiary.grants.events", "event", event, "reason", reason);
    }

    private void count(String name, String label, String value, String detail, String detailValue) {
        Set<Tags> series = known.computeIfAbsent(name, _ -> ConcurrentHashMap.newKeySet());
        Tags tags = Tags.of(label, value, detail, detailValue);
        if (!series.contains(tags)) {
            if (series.size() >= MAX_SERIES) {
                tags = Tags.of(label, OTHER, detail, OTHER);
            } else {
                series.add(tags);
            }
        }
        registry.counter(name, tags).increment();
    }
}
