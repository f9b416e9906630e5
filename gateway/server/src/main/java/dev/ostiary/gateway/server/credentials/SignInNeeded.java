package dev.ostiary.gateway.server.credentials;

import org.jspecify.annotations.Nullable;

/**
 * Entra wants to see a user of the facade again before their session gets any further token.
 *
 * @param tenantId the user's tenant
 * @param objectId the user
 * @param claims the claims challenge to replay on the next authorization request, as JSON; null: none
 */
public record SignInNeeded(
        String tenantId, String objectId, @Nullable String claims) {}
