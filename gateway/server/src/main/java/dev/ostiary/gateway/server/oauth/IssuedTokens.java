package dev.ostiary.gateway.server.oauth;

import java.time.Duration;

/**
 * What a client gets. All but the last two are secrets.
 *
 * @param expiresIn how long the access token lives
 */
record IssuedTokens(String accessToken, String refreshToken, Duration expiresIn, String scope) {

    @Override
    public String toString() {
        return "IssuedTokens[" + scope + "]";
    }
}
