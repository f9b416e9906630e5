package dev.ostiary.gateway.server.admin;

import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import dev.ostiary.gateway.server.upstream.UpstreamMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts what happens between the gateway and its workloads. Labels come from closed sets. Any thread. */
public final class UpstreamCounters implements UpstreamMetrics {

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Timer connecting;
    private final Counter reused;
    private final Counter retried;
    private final Map<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
    private final Map<UpstreamFailure.Kind, Counter> failed = new EnumMap<>(UpstreamFailure.Kind.class);

    /** Registers everything at once, so that what has not happened yet reads as zero. */
    public UpstreamCounters(MeterRegistry registry) {
        registry.gauge("ostiary.upstream.connections", open);
        registry.gauge("ostiary.upstream.waiting", waiting);
        connecting = registry.timer("ostiary.upstream.connect");
        reused = registry.counter("ostiary.upstream.reused");
        retried = registry.counter("ostiary.upstream.retried");
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, registry.counter("ostiary.upstream.closed", "reason", lower(reason)));
        }
        for (UpstreamFailure.Kind kind : UpstreamFailure.Kind.values()) {
            failed.put(kind, registry.counter("ostiary.upstream.failed", "kind", lower(kind)));
        }
    }

    @Override
    public void connectionOpened(long nanos) {
        open.incrementAndGet();
        connecting.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void connectionReused() {
        reused.increment();
    }

    @Override
    public void connectionClosed(CloseReason reason) {
        open.decrementAndGet();
        count(closed.get(reason));
    }

    @Override
    public void callRetried() {
        retried.increment();
    }

    @Override
    public void callFailed(UpstreamFailure.Kind kind) {
        count(failed.get(kind));
    }

    @Override
    public void waitingChanged(int delta) {
        waiting.addAndGet(delta);
    }

    private static void count(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
