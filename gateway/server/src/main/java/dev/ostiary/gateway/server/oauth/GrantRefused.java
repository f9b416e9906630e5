package dev.ostiary.gateway.server.oauth;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A request for tokens was refused: what the client is told, and what the auditor is. */
final class GrantRefused extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String error;
    private final String reason;
    private final @Nullable String grantId;

    private GrantRefused(String error, String reason, String description, @Nullable String grantId) {
        super(description, null, false, false);
        this.error = error;
        this.reason = reason;
        this.grantId = grantId;
    }

    /** The one answer to every code and refresh token that is no good, whatever the reason. */
    static GrantRefused invalidGrant(String reason, @Nullable String grantId) {
        return new GrantRefused(
                "invalid_grant",
                reason,
                "the code or refresh token is not, or no longer, valid; sign in again",
                grantId);
    }

    static GrantRefused invalidTarget(String grantId) {
        return new GrantRefused(
                "invalid_target", "WrongResource", "the resource is not the one that was granted", grantId);
    }

    static GrantRefused invalidScope(String grantId) {
        return new GrantRefused("invalid_scope", "WiderScope", "the scope is wider than what was granted", grantId);
    }

    /** Signing in again would not help, so it is not {@code invalid_grant}; the code or refresh token stays good. */
    static GrantRefused tooManyGroups(String grantId) {
        return new GrantRefused(
                "invalid_request",
                "TokenTooLarge",
                "the user is in more groups than an access token can hold; an administrator has to name groups in the"
                        + " policies of this server, or fewer of them",
                grantId);
    }

    String error() {
        return error;
    }

    String reason() {
        return reason;
    }

    @Nullable
    String grantId() {
        return grantId;
    }

    OAuthException toAnswer() {
        return new OAuthException(400, error, String.valueOf(getMessage()));
    }
}
