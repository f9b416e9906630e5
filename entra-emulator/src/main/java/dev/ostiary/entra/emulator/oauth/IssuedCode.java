package dev.ostiary.entra.emulator.oauth;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One authorization code.
 *
 * @param grant what it stands for
 * @param redirectUri as it was asked for; null when it was left out
 * @param challenge PKCE challenge; null for none
 * @param s256 whether the challenge is a SHA-256
 * @param nonce for the id_token; null for none
 * @param issuedAt it lives ten minutes from here
 * @param redeemed whether it was used
 */
record IssuedCode(
        Grant grant,
        @Nullable String redirectUri,
        @Nullable String challenge,
        boolean s256,
        @Nullable String nonce,
        Instant issuedAt,
        boolean redeemed) {

    static final Duration LIFETIME = Duration.ofMinutes(10);

    IssuedCode spent() {
        return new IssuedCode(grant, redirectUri, challenge, s256, nonce, issuedAt, true);
    }

    @Override
    public String toString() {
        return "IssuedCode[" + grant.clientId() + "]";
    }
}
