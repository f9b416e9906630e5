package dev.ostiary.connect.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.connect.token.AccessToken;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a sign-in. Its text is never printed.
 *
 * @param resource sent with every request for tokens (RFC 8707); null where the server does not want it
 * @param accessToken null when only the registration is left
 * @param expiresAt null when the server did not say
 */
record Grant(
        String issuer,
        URI tokenEndpoint,
        Client client,
        @Nullable String resource,
        String scope,
        @Nullable String accessToken,
        @Nullable String refreshToken,
        Instant issuedAt,
        @Nullable Instant expiresAt) {

    /** What is kept where nothing is: read as no grant. */
    @SuppressWarnings("MutablePublicArray")
    static final byte[] NOTHING = {'{', '}'};

    private static final JsonMapper JSON = new JsonMapper();

    @Override
    public String toString() {
        return "Grant[issuer=" + issuer + ", expiresAt=" + expiresAt + "]";
    }

    @Nullable
    AccessToken token() {
        return accessToken == null ? null : new AccessToken(accessToken, expiresAt);
    }

    /** The registration alone. */
    Grant withoutTokens() {
        return new Grant(issuer, tokenEndpoint, client, resource, scope, null, null, issuedAt, null);
    }

    byte[] toJson() throws IOException {
        ObjectNode json = JSON.createObjectNode()
                .put("format", 1)
                .put("issuer", issuer)
                .put("tokenEndpoint", tokenEndpoint.toString())
                .put("clientId", client.id())
                .put("clientSecret", client.secret())
                .put("clientBasic", client.basic())
                .put("redirectUri", client.redirectUri())
                .put("resource", resource)
                .put("scope", scope)
                .put("accessToken", accessToken)
                .put("refreshToken", refreshToken)
                .put("issuedAt", issuedAt.getEpochSecond());
        if (expiresAt != null) {
            json.put("expiresAt", expiresAt.getEpochSecond());
        }
        return JSON.writeValueAsBytes(json);
    }

    /** Null when it is of another version, or no longer whole: then the user signs in again. */
    static @Nullable Grant of(byte[] bytes) {
        try {
            JsonNode json = JSON.readTree(bytes);
            String accessToken = json.path("accessToken").textValue();
            URI tokenEndpoint = URI.create(json.path("tokenEndpoint").asText());
            if (json.path("format").asInt() != 1
                    || json.path("clientId").asText().isEmpty()
                    || tokenEndpoint.getHost() == null
                    || (accessToken != null && !AccessToken.fits(accessToken))) {
                return null;
            }
            return new Grant(
                    json.path("issuer").asText(),
                    tokenEndpoint,
                    new Client(
                            json.path("clientId").asText(),
                            json.path("clientSecret").textValue(),
                            json.path("clientBasic").asBoolean(),
                            json.path("redirectUri").textValue()),
                    json.path("resource").textValue(),
                    json.path("scope").asText(),
                    accessToken,
                    json.path("refreshToken").textValue(),
                    Objects.requireNonNullElse(
                            AccessToken.expiry(json.path("issuedAt").asLong()), Instant.EPOCH),
                    AccessToken.expiry(json.path("expiresAt").asLong()));
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }
}
