package dev.ostiary.entra.emulator.directory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A delegated permission grant.
 *
 * @param userOid who consented; null when an administrator consented for everybody
 * @param clientId the client that may ask
 * @param resourceId client id of the API
 * @param scopes short scope names; `*` for all that the API has
 */
public record Consent(@Nullable String userOid, String clientId, String resourceId, List<String> scopes) {

    public Consent {
        scopes = Lists.orEmpty(scopes);
    }

    /** An administrator's consent for everybody. */
    public static Consent forEverybody(String clientId, String resourceId, String... scopes) {
        return new Consent(null, clientId, resourceId, List.of(scopes));
    }
}
