package dev.ostiary.gateway.server.forward;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.server.identity.Principal;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The open event streams: bounded per principal and route, ended with the token that opened them, and told when the
 * configuration changes. Any thread; each stream is spoken to on its own event loop.
 */
final class LiveStreams {

    /** A stream, as this registry sees it. Called on {@link #executor()}. */
    interface Stream {

        EventExecutor executor();

        /** The token has expired, or would not be accepted any more: end so that the client comes back with a new one. */
        void expire();

        /** Another configuration is enforced now: check whether the stream may go on under it. */
        void reconsider();
    }

    private record Owner(String principal, String route) {}

    private final InstantSource clock;

    /** With the grant whose tokens opened them; empty where there was none. */
    private final Map<Stream, String> streams = new ConcurrentHashMap<>();

    /** For streams of requests that were let in just before. */
    private final Cache<String, Boolean> revokedLately = Caffeine.newBuilder()
            .expireAfterWrite(Duration.ofMinutes(2))
            .maximumSize(100_000)
            .build();

    private final Map<Owner, Integer> counts = new ConcurrentHashMap<>();

    LiveStreams(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Registers a stream that has no end of its own.
     *
     * @param most how many such streams this principal may have open on this route
     * @return to be run once when the stream has ended, on its executor; null when the principal has too many already
     */
    @Nullable
    Runnable openLasting(Stream stream, Principal principal, String route, int most) {
        Owner owner = new Owner(principal.key() + "/" + principal.clientId(), route);
        boolean[] taken = new boolean[1];
        counts.compute(owner, (_, count) -> {
            int now = count == null ? 0 : count;
            taken[0] = now < most;
            return taken[0] ? Integer.valueOf(now + 1) : count;
        });
        if (!taken[0]) {
            return null;
        }
        Runnable close = open(stream, principal);
        return () -> {
            if (streams.containsKey(stream)) {
                close.run();
                counts.computeIfPresent(owner, (_, count) -> count == 1 ? null : count - 1);
            }
        };
    }

    /**
     * Registers a stream that ends with its answer; such are bounded as requests are.
     *
     * @return to be run once when the stream has ended, on its executor
     */
    Runnable open(Stream stream, Principal principal) {
        String grantId = principal.grantId() == null ? "" : principal.grantId();
        streams.put(stream, grantId);
        if (revokedLately.getIfPresent(grantId) != null) {
            stream.executor().execute(stream::expire);
        }
        Duration left = Duration.between(clock.instant(), principal.expires());
        var expiry = stream.executor().schedule(stream::expire, Math.max(0, left.toMillis()), TimeUnit.MILLISECONDS);
        return () -> {
            if (streams.remove(stream) != null) {
                expiry.cancel(false);
            }
        };
    }

    /** Ends every stream: what admitted them no longer holds. */
    void expireAll() {
        for (Stream stream : streams.keySet()) {
            stream.executor().execute(stream::expire);
        }
    }

    /** Ends the streams that were opened with tokens of a grant that has ended. */
    void grantRevoked(String grantId) {
        revokedLately.put(grantId, true);
        streams.forEach((stream, openedWith) -> {
            if (openedWith.equals(grantId)) {
                stream.executor().execute(stream::expire);
            }
        });
    }

    /** Tells every stream that the configuration has changed. */
    void configurationChanged() {
        for (Stream stream : streams.keySet()) {
            stream.executor().execute(stream::reconsider);
        }
    }

    /** How many are open. */
    int size() {
        return streams.size();
    }
}
