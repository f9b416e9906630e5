package dev.ostiary.gateway.server.oauth;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What answers at the facade's paths.
 *
 * @param metadata of the authorization server
 * @param jwks the key set in JSON
 * @param registration null: switched off
 */
record FacadeEndpoints(
        ServerMetadata metadata,
        Supplier<String> jwks,
        BrowserEndpoint authorize,
        BrowserEndpoint consent,
        BrowserEndpoint callback,
        BrowserEndpoint grants,
        OAuthEndpoint token,
        OAuthEndpoint revoke,
        @Nullable RegistrationEndpoint registration) {}
