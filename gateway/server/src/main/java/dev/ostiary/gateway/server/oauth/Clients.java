package dev.ostiary.gateway.server.oauth;

import org.jspecify.annotations.Nullable;

/** Finds clients and tells whether they are who they say. Blocks when a document has to be fetched: virtual threads only. */
interface Clients {

    /**
     * The client.
     *
     * @param id as a request names it; anything
     * @throws OAuthException 401 {@code invalid_client} when it is unknown, denied, or its document cannot be had
     */
    Client find(String id) throws OAuthException;

    /**
     * Whether a secret is the client's; compared in constant time.
     *
     * @param secret null: none was sent
     */
    boolean isSecretOf(Client client, @Nullable String secret);
}
