package dev.ostiary.connect.oauth;

import org.jspecify.annotations.Nullable;

/**
 * What we are to an authorization server.
 *
 * @param secret null for a public client
 * @param basic whether the secret goes into a header instead of the form
 * @param redirectUri the one that was registered; null where any port of loopback will do
 */
record Client(
        String id,
        @Nullable String secret,
        boolean basic,
        @Nullable String redirectUri) {

    @Override
    public String toString() {
        return "Client[" + id + "]";
    }
}
