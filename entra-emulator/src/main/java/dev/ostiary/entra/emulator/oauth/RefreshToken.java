package dev.ostiary.entra.emulator.oauth;

import java.time.Duration;
import java.time.Instant;

/**
 * One refresh token. Using it makes a new one and leaves it valid (fact sheet §2.9, [D] refresh-tokens.md).
 *
 * @param grant what it stands for
 * @param issuedAt when
 * @param expiresAt 90 days later, or for single-page apps 24 hours after the sign-in
 */
record RefreshToken(Grant grant, Instant issuedAt, Instant expiresAt) {

    static final Duration LIFETIME = Duration.ofDays(90);
    static final Duration SPA_LIFETIME = Duration.ofHours(24);
}
