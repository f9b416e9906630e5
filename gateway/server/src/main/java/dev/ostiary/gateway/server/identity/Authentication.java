package dev.ostiary.gateway.server.identity;

import org.jspecify.annotations.Nullable;

/** What authenticating a request came to. */
public sealed interface Authentication {

    /** The caller is known, and the token is good for this route. */
    record Authenticated(Principal principal) implements Authentication {}

    /**
     * The request is refused.
     *
     * <p>401 asks the client to sign in, so it is answered only where another token can help. A token that is sound but
     * belongs to somebody whom this gateway does not let in (a client that is not listed, an application without its role,
     * a user whose groups are not known) is a 403 without an error code and without a challenge: signing in again would
     * bring the same token.
     *
     * @param status 401 without a usable token; 403 for a sound token that is not enough; 400 for a malformed header
     * @param error the RFC 6750 §3.1 error code; null when there was no token at all, or when no new token would help.
     *     {@code insufficient_scope} only where the user can grant the missing scope
     * @param description what to do, for people; no token content, no parser or key-set detail; ASCII without quotes
     * @param scope the scope a token needs here, as clients must request it; null where naming it would not help
     * @param auditReason CamelCase, more exact than what the client is told
     * @param principal who it was, when the token was sound; null otherwise
     */
    record Rejected(
            int status,
            @Nullable String error,
            String description,
            @Nullable String scope,
            String auditReason,
            @Nullable Principal principal)
            implements Authentication {

        /** A refusal of somebody unknown. */
        public Rejected(
                int status, @Nullable String error, String description, @Nullable String scope, String auditReason) {
            this(status, error, description, scope, auditReason, null);
        }
    }

    /**
     * This request cannot be authenticated now: no key set could be fetched and no usable one is held, or too many requests
     * wait for what is missing.
     *
     * @param retryAfterSeconds when asking again makes sense; at least 1
     * @param description what to do, for people; ASCII without quotes
     */
    record Unavailable(int retryAfterSeconds, String description) implements Authentication {

        /** The identity provider is out of reach. */
        public static Unavailable entra(int retryAfterSeconds) {
            return new Unavailable(
                    retryAfterSeconds,
                    "the identity provider cannot be reached, so nobody can be signed in; try again later");
        }

        /** Too many wait for the gateway itself. */
        public static Unavailable busy() {
            return new Unavailable(1, "too many sign-ins are being checked just now; try again in a moment");
        }
    }
}
