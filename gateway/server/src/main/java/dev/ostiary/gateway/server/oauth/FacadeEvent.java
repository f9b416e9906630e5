package dev.ostiary.gateway.server.oauth;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened at the facade and that an auditor wants to know. Plain values; never a code, a token, a secret or
 * the {@code state} of a client.
 */
public sealed interface FacadeEvent {

    /** Where it came from. */
    Source source();

    /**
     * Where a request came from.
     *
     * @param clientAddress as the listener saw it
     * @param correlationId what the answer named too, where it was an error
     */
    record Source(String clientAddress, String correlationId) {}

    /**
     * A client registered itself.
     *
     * @param clientId the id that it got
     * @param name as it called itself, sanitised
     * @param confidential whether it got a secret
     */
    record Registered(Source source, String clientId, String name, boolean confidential) implements FacadeEvent {}

    /**
     * A request was refused.
     *
     * @param endpoint its path
     * @param clientId as the request named it, if it did; anything, at most 2,048 characters
     * @param error the OAuth error code, or the name of the problem that a page explained
     * @param description what was wrong; nothing that the request said
     */
    record Refused(Source source, String endpoint, @Nullable String clientId, String error, String description)
            implements FacadeEvent {}

    /**
     * Somebody came too often.
     *
     * @param endpoint the path
     * @param limit which limit it was
     */
    record RateLimited(Source source, String endpoint, String limit) implements FacadeEvent {}

    /**
     * A consent page was answered, by somebody whom Entra has not vouched for yet.
     *
     * @param approved the button
     * @param transaction what {@link SignedInFor} names again
     */
    record ConsentAnswered(
            Source source,
            String clientId,
            String clientName,
            String redirectHost,
            String route,
            boolean approved,
            String transaction)
            implements FacadeEvent {}

    /**
     * Entra vouched for a user, who now has what was approved.
     *
     * @param clientId null: the user looks at the page of grants
     * @param remembered whether an earlier approval stood in for the consent page
     */
    record SignedInFor(
            Source source,
            String tenantId,
            String objectId,
            @Nullable String clientId,
            @Nullable String route,
            boolean remembered,
            String transaction)
            implements FacadeEvent {}

    /**
     * A sign-in came back and ended without a grant.
     *
     * @param reason CamelCase
     * @param code Entra's code where the reason is Entra's
     */
    record SignInFailed(
            Source source,
            @Nullable String clientId,
            String reason,
            @Nullable String code) implements FacadeEvent {}

    /** A user ended a grant on the page of grants. */
    record GrantEnded(Source source, String tenantId, String objectId, String grantId) implements FacadeEvent {}
}
