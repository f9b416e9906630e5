package dev.ostiary.connect.oauth;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user chose about signing in.
 *
 * @param clientId a client that was registered by hand; null: register one
 * @param clientDocument URL of a client-id metadata document; null: none
 * @param scopes null: those that the server asks for
 * @param device the code that is typed elsewhere, instead of a browser here
 * @param margin before its expiry a token is refreshed
 * @param patience how long a person may take
 */
public record SignInSettings(
        @Nullable String clientId,
        @Nullable String clientDocument,
        @Nullable List<String> scopes,
        boolean device,
        Duration margin,
        Duration patience) {}
