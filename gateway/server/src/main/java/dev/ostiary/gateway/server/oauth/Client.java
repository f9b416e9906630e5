package dev.ostiary.gateway.server.oauth;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client of the facade, however it came to be known.
 *
 * @param id as it appears in requests
 * @param kind where its description comes from
 * @param name for people; self-asserted unless the client is {@link Kind#STATIC}
 * @param redirectUris where it may be answered, as registered
 * @param authentication how it authenticates at the token endpoint
 * @param jwks its keys as a JWK set in JSON, with {@link Authentication#PRIVATE_KEY_JWT}; null otherwise
 */
public record Client(
        String id,
        Kind kind,
        String name,
        List<String> redirectUris,
        Authentication authentication,
        @Nullable String jwks) {

    public Client {
        redirectUris = List.copyOf(redirectUris);
    }

    /** Where a description comes from. */
    public enum Kind {
        /** The {@code McpGateway}. */
        STATIC,
        /** A client ID metadata document. */
        DOCUMENT,
        /** The client itself, by dynamic registration. */
        REGISTERED
    }

    /** How a client proves who it is. */
    public enum Authentication {
        /** Not at all (public client): PKCE alone. */
        NONE,
        /** {@code client_secret_basic} or {@code client_secret_post}. */
        SECRET,
        /** {@code private_key_jwt} (RFC 7523). */
        PRIVATE_KEY_JWT
    }
}
