package dev.ostiary.entra.emulator.token;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom and what a token is about.
 *
 * @param tenant where it is issued
 * @param user the signed-in user; null for an app on its own
 * @param client who asked
 * @param resource whom it is for
 * @param scopes short names; empty for an app on its own
 */
public record TokenSubject(
        Tenant tenant, @Nullable User user, AppRegistration client, AppRegistration resource, List<String> scopes) {

    public TokenSubject {
        scopes = List.copyOf(scopes);
    }
}
