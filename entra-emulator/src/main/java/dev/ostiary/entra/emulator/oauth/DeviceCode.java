package dev.ostiary.entra.emulator.oauth;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One device code.
 *
 * @param authority tenant part of the URL where it was asked for
 * @param clientId for whom
 * @param scope as it was asked for
 * @param userCode what the user types
 * @param expiresAt 15 minutes after it was asked for
 * @param declined whether the user refused
 * @param signIn who approved; null as long as nobody did
 */
record DeviceCode(
        Authority authority,
        String clientId,
        String scope,
        String userCode,
        Instant expiresAt,
        boolean declined,
        @Nullable SignIn signIn) {

    static final Duration LIFETIME = Duration.ofMinutes(15);

    DeviceCode approvedBy(SignIn who) {
        return new DeviceCode(authority, clientId, scope, userCode, expiresAt, false, who);
    }

    DeviceCode refused() {
        return new DeviceCode(authority, clientId, scope, userCode, expiresAt, true, null);
    }
}
