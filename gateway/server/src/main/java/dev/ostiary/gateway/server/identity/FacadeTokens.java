package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.entra.JsonObjects;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.keys.SigningKeys;
import dev.ostiary.gateway.server.keys.SigningKeys.VerificationKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes and verifies the facade's access tokens (RFC 9068): {@code at+jwt}, ES256, a key of the ring by {@code kid}. Their
 * header has one spelling per key, so it is compared and never interpreted: no algorithm to confuse, no key that a token could
 * bring along, no critical extension. Immutable and safe for use by several threads.
 */
public final class FacadeTokens {

    private static final String TYPE = "at+jwt";
    // The year 9999.
    private static final long LAST_SECOND = 253_402_300_799L;
    private static final JsonObjects PAYLOAD_JSON = new JsonObjects(2, BearerToken.MAX_CHARS);

    private final SigningKeys keys;
    private final Sealer sealer;
    private final String issuer;
    private final Map<String, VerificationKey> byHeader;

    /**
     * @param keys for {@code SIGNING}
     * @param sealer for {@code SEALING}
     * @param issuer the gateway's public origin, as in its metadata
     */
    public FacadeTokens(SigningKeys keys, Sealer sealer, String issuer) {
        this.keys = keys;
        this.sealer = sealer;
        this.issuer = issuer;
        Map<String, VerificationKey> headers = new HashMap<>();
        for (VerificationKey key : keys.keys()) {
            headers.put(key.encodedHeader(TYPE), key);
        }
        this.byHeader = Map.copyOf(headers);
    }

    /**
     * Makes a token.
     *
     * @throws IllegalArgumentException when it would be longer than any listener takes: {@value BearerToken#MAX_CHARS}
     *     characters
     */
    public String issue(FacadeToken token) {
        ObjectNode claims = JsonNodeFactory.instance.objectNode();
        claims.put("iss", issuer);
        claims.put("aud", token.resource());
        claims.put("sub", token.user().objectId());
        claims.put("client_id", token.clientId());
        claims.put("scope", token.scope());
        claims.put("jti", token.tokenId());
        claims.put("iat", token.issued().getEpochSecond());
        claims.put("exp", token.expires().getEpochSecond());
        claims.put("gid", token.grantId());
        claims.put("wid", token.workloadUid());
        claims.put("usr", SealedUser.seal(sealer, token.tokenId(), token.user()));
        String compact = keys.sign(TYPE, claims.toString().getBytes(StandardCharsets.UTF_8));
        if (compact.length() > BearerToken.MAX_CHARS) {
            throw new IllegalArgumentException("an access token of " + compact.length() + " characters");
        }
        return compact;
    }

    /** The key that a token names in the only way that is accepted; null when it names none. Cheap. */
    @Nullable
    VerificationKey keyOf(String compact, int from) {
        int dot = compact.indexOf('.', from);
        return dot < 0 ? null : byHeader.get(compact.substring(from, dot));
    }

    /**
     * Whether a token says that it is the facade's, proven or not: by its type or its issuer. Others go to Entra's rules, and
     * no token is tried under both.
     */
    boolean claimsToBeOurs(String compact) {
        if (keyOf(compact, 0) != null) {
            return true;
        }
        String[] parts = compact.split("\\.", 4);
        if (parts.length != 3) {
            return false;
        }
        ObjectNode header = object(parts[0]);
        if (header != null && TYPE.equalsIgnoreCase(header.path("typ").asText())) {
            return true;
        }
        ObjectNode payload = object(parts[1]);
        return payload != null && issuer.equals(payload.path("iss").textValue());
    }

    /**
     * A token that says what one of ours would say, and whose sealed claim was made here for this token id; but its signature
     * has not been looked at, so that anything else in it may be a lie.
     *
     * @param key by which it claims to be signed
     */
    record Unproven(FacadeToken claimed, VerificationKey key, String signed, String signature) {

        /**
         * The token, believed.
         *
         * @throws TokenRefused when the signature is wrong. Takes some 300 microseconds either way
         */
        FacadeToken proven() throws TokenRefused {
            if (!key.signed(signed, signature)) {
                throw new TokenRefused("WrongSignature");
            }
            return claimed;
        }

        /** Never the token. */
        @Override
        public String toString() {
            return "Unproven[kid " + key.id() + "]";
        }
    }

    /**
     * Reads a token, whatever the route, up to its signature. Cheap: the dearest of it is opening the sealed claim, which
     * strangers cannot make.
     *
     * @throws TokenRefused when it is not one of ours even by what it says, or has expired
     */
    Unproven read(String compact, long nowMillis) throws TokenRefused {
        VerificationKey key = keyOf(compact, 0);
        if (key == null) {
            throw new TokenRefused("FacadeKeyUnknown");
        }
        int first = compact.indexOf('.');
        int second = compact.indexOf('.', first + 1);
        if (second < 0 || compact.indexOf('.', second + 1) >= 0) {
            throw new TokenRefused("NotAJwt");
        }
        ObjectNode claims = object(compact.substring(first + 1, second));
        if (claims == null) {
            throw new TokenRefused("MalformedClaims");
        }
        if (!issuer.equals(SignedToken.text(claims, "iss"))) {
            throw new TokenRefused("WrongIssuer");
        }
        Instant issued = second(claims, "iat");
        Instant expires = second(claims, "exp");
        if (expires.toEpochMilli() <= nowMillis) {
            throw EntraClaims.expired();
        }
        if (issued.getEpochSecond() > nowMillis / 1000 + EntraClaims.CLOCK_SKEW_SECONDS) {
            throw new TokenRefused("NotYetValid", "the access token is not valid yet; compare the clocks");
        }
        String tokenId = text(claims, "jti");
        FacadeToken.User user = SealedUser.open(sealer, tokenId, text(claims, "usr"));
        if (user == null || !user.objectId().equals(text(claims, "sub"))) {
            throw new TokenRefused("SealedClaimUnreadable");
        }
        FacadeToken claimed = new FacadeToken(
                text(claims, "aud"),
                text(claims, "client_id"),
                text(claims, "scope"),
                tokenId,
                text(claims, "gid"),
                text(claims, "wid"),
                user,
                issued,
                expires);
        return new Unproven(claimed, key, compact.substring(0, second), compact.substring(second + 1));
    }

    /**
     * Whose a token is.
     *
     * @param clientId the client it was issued to
     * @param grantId the grant it was issued under
     */
    public record Origin(String clientId, String grantId) {}

    /** Whose a token is that was issued here and has not expired; null for anything else. */
    public @Nullable Origin origin(String compact, Instant now) {
        try {
            FacadeToken token = read(compact, now.toEpochMilli()).proven();
            return new Origin(token.clientId(), token.grantId());
        } catch (TokenRefused none) {
            return null;
        }
    }

    private static String text(ObjectNode claims, String name) throws TokenRefused {
        String value = SignedToken.text(claims, name);
        if (value == null || value.isEmpty()) {
            throw new TokenRefused("MalformedClaims");
        }
        return value;
    }

    private static Instant second(ObjectNode claims, String name) throws TokenRefused {
        JsonNode value = claims.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() > LAST_SECOND) {
            throw new TokenRefused("MalformedClaims");
        }
        return Instant.ofEpochSecond(value.longValue());
    }

    private static @Nullable ObjectNode object(String part) {
        try {
            return PAYLOAD_JSON.object(Base64.getUrlDecoder().decode(part));
        } catch (IllegalArgumentException notBase64Url) {
            return null;
        }
    }
}
