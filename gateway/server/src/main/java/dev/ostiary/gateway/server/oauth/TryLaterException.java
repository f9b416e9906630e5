package dev.ostiary.gateway.server.oauth;

import java.io.Serial;
import java.time.Duration;

/** Nothing can be said now: answered with 503 and {@code Retry-After}, and nobody loses a grant for it. */
final class TryLaterException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /** @param reason CamelCase, for the event */
    TryLaterException(String reason, Duration retryAfter) {
        super(reason, null, false, false);
        this.retryAfter = retryAfter;
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    /** Whole seconds, at least one. */
    long retryAfterSeconds() {
        return Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }
}
