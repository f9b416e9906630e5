package dev.ostiary.gateway.server.oauth;

import org.jspecify.annotations.Nullable;

/** Something that happened to a grant. Plain values; never a code, a token or a secret. */
public sealed interface GrantEvent {

    /**
     * Whose grant it is.
     *
     * @param route the route's name
     */
    record Whose(String grantId, String tenantId, String objectId, String clientId, String route) {}

    /** A user has granted, and a code has been made. */
    record Made(Whose whose) implements GrantEvent {}

    /** Tokens were issued for a code. */
    record Redeemed(Whose whose, String clientAddress) implements GrantEvent {}

    /** A refresh token was used, and its successor made; not told of those that get the same successor. */
    record Rotated(Whose whose, String clientAddress) implements GrantEvent {}

    /**
     * A request for tokens was refused.
     *
     * @param clientId as the request proved or named it; null when it did not get so far
     * @param grantId null when there was none, or the request could not know it
     * @param error the OAuth error code
     * @param reason CamelCase, more exact than what the client is told
     */
    record Refused(
            @Nullable String clientId, @Nullable String grantId, String clientAddress, String error, String reason)
            implements GrantEvent {}

    /**
     * A code or refresh token came again after its time: somebody has a copy. The grant ends.
     *
     * @param what {@code Code} or {@code RefreshToken}
     */
    record Reused(Whose whose, String clientAddress, String what) implements GrantEvent {}

    /**
     * A grant has ended before its time.
     *
     * @param reason CamelCase
     */
    record Revoked(Whose whose, String reason) implements GrantEvent {}

    /**
     * Entra or Graph was asked about a user and did not answer, or could not because of the gateway's settings.
     *
     * @param reason CamelCase, or Entra's code
     */
    record Unanswered(String tenantId, String objectId, String reason) implements GrantEvent {}
}
