package dev.ostiary.gateway.server.legacysse;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.identity.Principal;
import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;

/** Ends streams whose callers have no right to them any more. */
@FunctionalInterface
public interface StreamWatch {

    /**
     * Watches a stream.
     *
     * @param executor the stream's own
     * @param principal whose token has opened it
     * @param most how many such streams this principal may have open on this route
     * @param end run on {@code executor} when the token has expired, its grant has ended, or the route is not served any more
     * @return to be run once when the stream has ended, on its executor; null when the principal has too many already
     */
    @Nullable
    Runnable open(EventExecutor executor, Principal principal, Route route, int most, Runnable end);
}
