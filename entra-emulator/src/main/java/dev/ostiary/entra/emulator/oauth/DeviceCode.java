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
 * @param polledAt when the client last asked; null when it has not
 * @param interval how long it must wait between two questions
 */
record DeviceCode(
        Authority authority,
        String clientId,
        String scope,
        String userCode,
        Instant expiresAt,
        boolean declined,
        @Nullable SignIn signIn,
        @Nullable Instant polledAt,
        Duration interval) {

    static final Duration LIFETIME = Duration.ofMinutes(15);
    static final Duration INTERVAL = Duration.ofSeconds(5);

    static DeviceCode fresh(Authority authority, String clientId, String scope, String userCode, Instant expiresAt) {
        return new DeviceCode(authority, clientId, scope, userCode, expiresAt, false, null, null, INTERVAL);
    }

    /** Whether the client asks again sooner than it was told to. */
    boolean polledTooSoon(Instant now) {
        return polledAt != null && now.isBefore(polledAt.plus(interval));
    }

    /** The client has asked; too soon, and it must wait five seconds longer from now on (RFC 8628 §3.5). */
    DeviceCode polled(Instant now) {
        Duration next = polledTooSoon(now) ? interval.plus(INTERVAL) : interval;
        return new DeviceCode(authority, clientId, scope, userCode, expiresAt, declined, signIn, now, next);
    }

    DeviceCode approvedBy(SignIn who) {
        return new DeviceCode(authority, clientId, scope, userCode, expiresAt, false, who, polledAt, interval);
    }

    DeviceCode refused() {
        return new DeviceCode(authority, clientId, scope, userCode, expiresAt, true, null, polledAt, interval);
    }
}
