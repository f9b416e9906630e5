package dev.ostiary.gateway.server.store;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The store did not answer, or said that it cannot. Whether the operation took effect is unknown. Sign-ins and refreshes are
 * answered with 503; nobody loses a grant for it.
 */
public final class StoreUnavailableException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message what to look at; never a credential, never a value */
    public StoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
