package dev.ostiary.gateway.server.upstream;

import io.netty.channel.EventLoop;
import java.net.URI;
import java.util.HashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The connection pools of one event loop, under the settings of the moment. Confined to that loop. */
final class LoopPools {

    /** Each route has few URLs, each pod one; a caller that makes up URLs must not fill the heap. */
    private static final int MAX_TARGETS = 4_096;

    private final EventLoop loop;
    private final UpstreamMetrics metrics;
    private final NameCache names;
    private final Executor handshakes;
    private final HashMap<URI, Target> targets = new HashMap<>();
    private final HashMap<Origin, OriginPool> pools = new HashMap<>();
    private @Nullable Wiring wiring;

    LoopPools(EventLoop loop, UpstreamMetrics metrics, NameCache names, Executor handshakes) {
        this.loop = loop;
        this.metrics = metrics;
        this.names = names;
        this.handshakes = handshakes;
    }

    EventLoop loop() {
        return loop;
    }

    UpstreamMetrics metrics() {
        return metrics;
    }

    NameCache names() {
        return names;
    }

    Executor handshakes() {
        return handshakes;
    }

    /** @param current the settings of the moment; null: the client is closed */
    PooledCall send(UpstreamClient.Request request, UpstreamClient.Listener listener, @Nullable Wiring current) {
        use(current);
        PooledCall call = new PooledCall(loop, metrics, request, listener);
        if (current == null) {
            call.fail(UpstreamFailure.Kind.UNREACHABLE, "the gateway is shutting down");
        } else {
            try {
                Target target = targets.get(request.url());
                call.begin(target != null ? target : learn(request.url(), current));
            } catch (IllegalArgumentException e) {
                call.fail(UpstreamFailure.Kind.UNREACHABLE, String.valueOf(e.getMessage()));
            }
        }
        call.sent();
        return call;
    }

    /** Lets the pools end when they were made under other settings. */
    void use(@Nullable Wiring current) {
        if (wiring == current) {
            return;
        }
        wiring = current;
        OriginPool[] former = pools.values().toArray(OriginPool[]::new);
        pools.clear();
        targets.clear();
        for (OriginPool pool : former) {
            pool.retire();
        }
    }

    private Target learn(URI url, Wiring current) {
        if (targets.size() >= MAX_TARGETS) {
            targets.clear();
            pools.values().removeIf(OriginPool::isUnused);
        }
        OriginPool pool = pools.computeIfAbsent(Origin.of(url), origin -> new OriginPool(this, current, origin));
        Target target = Target.of(url, pool);
        targets.put(url, target);
        return target;
    }
}
