package dev.ostiary.gateway.server.entra;

import org.jspecify.annotations.Nullable;

/**
 * Entra could not be asked, or its answer cannot be used. The message is for the gateway's own log: it names hosts and
 * sizes, never the content of a response, and is not shown to callers.
 */
public final class EntraFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    public EntraFailure(String reason, String message) {
        this(reason, message, null);
    }

    public EntraFailure(String reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** CamelCase, for metrics and logs. */
    public String reason() {
        return reason;
    }
}
