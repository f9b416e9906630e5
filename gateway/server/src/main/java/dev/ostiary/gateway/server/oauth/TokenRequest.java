package dev.ostiary.gateway.server.oauth;

import org.jspecify.annotations.Nullable;

/** A request for tokens by a client that is known and has authenticated itself. Its values are anything. */
sealed interface TokenRequest {

    Client client();

    String clientAddress();

    /**
     * With a code (RFC 6749 §4.1.3, RFC 7636 §4.5).
     *
     * @param resource null when the request names none
     */
    record WithCode(
            Client client,
            String clientAddress,
            String code,
            String redirectUri,
            String verifier,
            @Nullable String resource)
            implements TokenRequest {
        @Override
        public String toString() {
            return "WithCode[" + client.id() + "]";
        }
    }

    /**
     * With a refresh token (RFC 6749 §6).
     *
     * @param scope null when the request names none: all that was granted
     * @param resource null when the request names none
     */
    record WithRefreshToken(
            Client client,
            String clientAddress,
            String refreshToken,
            @Nullable String scope,
            @Nullable String resource) implements TokenRequest {
        @Override
        public String toString() {
            return "WithRefreshToken[" + client.id() + "]";
        }
    }
}
