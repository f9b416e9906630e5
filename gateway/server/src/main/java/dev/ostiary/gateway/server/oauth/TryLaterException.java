package dev.ostiary.gateway.server.oauth;

import java.io.Serial;
import java.time.Duration;

/** Nothing can be said now: answered with 503 and {@code Retry-After}, and nobody loses a grant for it. */
final class TryLaterException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private static final String ASK_AGAIN = "this cannot be decided at the moment; try again with the same token";

    private final Duration retryAfter;
    private final String description;

    /** @param reason CamelCase, for the event */
    TryLaterException(String reason, Duration retryAfter) {
        this(reason, retryAfter, ASK_AGAIN);
    }

    /**
     * @param reason CamelCase, for the event
     * @param description what the client is told, for people; none of Entra's own text
     */
    TryLaterException(String reason, Duration retryAfter, String description) {
        super(reason, null, false, false);
        this.retryAfter = retryAfter;
        this.description = description;
    }

    String description() {
        return description;
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    /** Whole seconds, at least one. */
    long retryAfterSeconds() {
        return Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }
}
