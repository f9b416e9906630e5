package dev.ostiary.gateway.server.entra;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Entra or Graph cannot be reached, is slow, throttles or fails: nothing is known, and nobody loses a grant for it. */
public final class EntraUnavailableException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final Duration retryAfter;

    /**
     * @param reason CamelCase, for audit and metrics
     * @param retryAfter when asking again makes sense; at least a second
     * @param message for the log; never a token, a code or a secret
     */
    public EntraUnavailableException(String reason, Duration retryAfter, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public String reason() {
        return reason;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
