package dev.ostiary.gateway.server.credentials;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Where Entra sessions are kept does not answer: nothing is known, and nobody loses a session for it. */
public final class SessionsUnavailableException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message for the log; never a token */
    public SessionsUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
