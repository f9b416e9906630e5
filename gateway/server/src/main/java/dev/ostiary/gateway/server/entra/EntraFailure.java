package dev.ostiary.gateway.server.entra;

import org.jspecify.annotations.Nullable;

/**
 * Entra could not be asked, or its answer cannot be used. The message is for the gateway's own log: it names hosts and
 * sizes, never the content of a response, and is not shown to callers.
 */
public final class EntraFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean sent;
    private final boolean lasting;

    public EntraFailure(String reason, String message) {
        this(reason, message, null);
    }

    public EntraFailure(String reason, String message, @Nullable Throwable cause) {
        this(reason, message, cause, true, false);
    }

    private EntraFailure(String reason, String message, @Nullable Throwable cause, boolean sent, boolean lasting) {
        super(message, cause);
        this.reason = reason;
        this.sent = sent;
        this.lasting = lasting;
    }

    /** A failure before the first byte of the request was sent: asking again repeats nothing. */
    static EntraFailure notSent(String reason, String message, @Nullable Throwable cause) {
        return new EntraFailure(reason, message, cause, false, false);
    }

    /** A failure of the gateway's own settings, before anything was sent: asking again changes nothing. */
    static EntraFailure lasting(String reason, String message, @Nullable Throwable cause) {
        return new EntraFailure(reason, message, cause, false, true);
    }

    /** CamelCase, for metrics and logs. */
    public String reason() {
        return reason;
    }

    /** Whether the other side may have received the request. */
    boolean sent() {
        return sent;
    }

    /** Whether asking again is in vain until the settings change. */
    boolean lasting() {
        return lasting;
    }
}
