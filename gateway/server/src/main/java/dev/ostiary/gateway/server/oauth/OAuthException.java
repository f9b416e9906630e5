package dev.ostiary.gateway.server.oauth;

import java.io.Serial;

/** A request that is answered with an OAuth error (RFC 6749 §4.1.2.1 and §5.2, RFC 7591 §3.2.2, RFC 8707 §2). */
final class OAuthException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String error;
    private final String description;

    /**
     * @param status the HTTP status where the error is answered as JSON
     * @param error the registered error code
     * @param description what to do; ASCII without quotes and backslashes, and nothing that the request said
     */
    OAuthException(int status, String error, String description) {
        super(error + ": " + description, null, false, false);
        this.status = status;
        this.error = error;
        this.description = description;
    }

    static OAuthException invalidRequest(String description) {
        return new OAuthException(400, "invalid_request", description);
    }

    int status() {
        return status;
    }

    String error() {
        return error;
    }

    String description() {
        return description;
    }
}
