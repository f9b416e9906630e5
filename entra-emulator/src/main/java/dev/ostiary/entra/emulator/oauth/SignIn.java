package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import java.time.Instant;
import java.util.List;

/**
 * One user's sign-in.
 *
 * @param tenant where
 * @param user who
 * @param mfa whether with a second factor
 * @param at when
 */
record SignIn(Tenant tenant, User user, boolean mfa, Instant at) {

    List<String> methods() {
        return mfa ? List.of("pwd", "mfa") : List.of("pwd");
    }
}
