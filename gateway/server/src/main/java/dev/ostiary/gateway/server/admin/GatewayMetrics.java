package dev.ostiary.gateway.server.admin;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.authorize.DecisionLog;
import dev.ostiary.gateway.server.authorize.DecisionRecord;
import dev.ostiary.gateway.server.entra.KeySetMetrics;
import dev.ostiary.gateway.server.http.ListenerEvents;
import dev.ostiary.gateway.server.http.Rejection;
import dev.ostiary.gateway.server.identity.Authentication;
import dev.ostiary.gateway.server.identity.AuthenticationEvents;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what happens. Labels come from closed sets (reasons, outcomes, status classes) and from the configuration (routes):
 * nothing a caller sends makes a new time series. Any thread.
 */
public final class GatewayMetrics implements ListenerEvents, AuthenticationEvents, KeySetMetrics {

    private final MeterRegistry registry;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger exchanges = new AtomicInteger();
    private final Map<Rejection, Counter> rejections = new EnumMap<>(Rejection.class);
    private final Counter[] responses = new Counter[6];
    private final Counter incomplete;
    private final Map<String, Counter> byName = new ConcurrentHashMap<>();
    private final Map<DecisionRecord.Outcome, Timer> decisions = new EnumMap<>(DecisionRecord.Outcome.class);

    public GatewayMetrics(MeterRegistry registry) {
        this.registry = registry;
        registry.gauge("ostiary.connections", connections);
        registry.gauge("ostiary.exchanges", exchanges);
        for (Rejection rejection : Rejection.values()) {
            rejections.put(rejection, registry.counter("ostiary.rejected", "reason", lower(rejection)));
        }
        for (int i = 0; i < responses.length; i++) {
            responses[i] = registry.counter("ostiary.responses", "status", i == 0 ? "none" : i + "xx");
        }
        incomplete = registry.counter("ostiary.responses.incomplete");
        for (DecisionRecord.Outcome outcome : DecisionRecord.Outcome.values()) {
            decisions.put(outcome, registry.timer("ostiary.decisions", "outcome", lower(outcome)));
        }
    }

    /** A log that counts and times decisions on their way to another. */
    public DecisionLog counting(DecisionLog log) {
        return decision -> {
            Timer timer = decisions.get(decision.outcome());
            if (timer != null) {
                timer.record(decision.decisionNanos(), TimeUnit.NANOSECONDS);
            }
            boolean written = log.record(decision);
            if (!written) {
                count("ostiary.audit.refused", "route", decision.route());
            }
            return written;
        };
    }

    @Override
    public void connectionOpened() {
        connections.incrementAndGet();
    }

    @Override
    public void connectionClosed() {
        connections.decrementAndGet();
    }

    @Override
    public void exchangeStarted() {
        exchanges.incrementAndGet();
    }

    @Override
    public void exchangeEnded(int status, boolean complete) {
        exchanges.decrementAndGet();
        responses[Math.clamp(status / 100, 0, responses.length - 1)].increment();
        if (!complete) {
            incomplete.increment();
        }
    }

    @Override
    public void rejected(Rejection reason) {
        Counter counter = rejections.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void rejected(Route route, Authentication.Rejected rejected) {
        count("ostiary.authentication.rejected", "reason", rejected.auditReason());
    }

    @Override
    public void unavailable(Route route) {
        count("ostiary.authentication.unavailable", "route", route.name());
    }

    @Override
    public void fetched() {
        count("ostiary.keys.fetched", "result", "ok");
    }

    @Override
    public void fetchFailed(String reason) {
        count("ostiary.keys.fetched", "result", reason);
    }

    @Override
    public void staleServed() {
        count("ostiary.keys.stale", "use", "token");
    }

    /** The registry that all of this is in. */
    public MeterRegistry registry() {
        return registry;
    }

    private void count(String name, String label, String value) {
        byName.computeIfAbsent(name + ' ' + value, _ -> registry.counter(name, label, value))
                .increment();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
