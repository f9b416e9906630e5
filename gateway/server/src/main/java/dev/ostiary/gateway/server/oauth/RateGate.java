package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.oauth.RateLimits.Limit;
import org.jspecify.annotations.Nullable;

/** Lets requests pass as often as the limits say, and tells the auditors of the others. Thread-safe. */
final class RateGate {

    private final RateLimiter limiter;
    private final FacadeEvents events;

    RateGate(RateLimiter limiter, FacadeEvents events) {
        this.limiter = limiter;
        this.events = events;
    }

    RateLimits limits() {
        return limiter.limits();
    }

    void passAddress(Limit limit, String path, FacadeEvent.Source source) throws TooManyRequestsException {
        pass(limit, RateLimiter.network(source.clientAddress()), path, source);
    }

    /** @param clientId as the request names it; anything; null: it names none */
    void passClient(Limit limit, @Nullable String clientId, String path, FacadeEvent.Source source)
            throws TooManyRequestsException {
        if (clientId != null) {
            // The digest, so that long ids take no more room than short ones.
            pass(limit, Secrets.digest(clientId), path, source);
        }
    }

    private void pass(Limit limit, String who, String path, FacadeEvent.Source source) throws TooManyRequestsException {
        long wait = limiter.take(limit, who);
        if (wait > 0) {
            events.record(new FacadeEvent.RateLimited(source, path, limit.name()));
            throw new TooManyRequestsException(limit.name(), wait);
        }
    }
}
