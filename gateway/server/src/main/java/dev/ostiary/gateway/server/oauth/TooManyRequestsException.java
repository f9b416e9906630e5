package dev.ostiary.gateway.server.oauth;

import java.io.Serial;

/** Somebody came too often. */
final class TooManyRequestsException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final long retryAfterSeconds;

    TooManyRequestsException(String limit, long retryAfterSeconds) {
        super(limit, null, false, false);
        this.retryAfterSeconds = retryAfterSeconds;
    }

    long retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
