package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import dev.ostiary.gateway.server.entra.JsonObjects;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JWS in compact form (RFC 7515 §3.1) whose header is one that Entra writes: RS256, {@code typ} JWT, a {@code kid}, and
 * nothing that asks for other rules. Parsed strictly; the signature is not checked until {@link #verifiedBy}.
 */
final class SignedToken {

    private static final int MAX_KID_CHARS = 256;
    private static final int MAX_HEADER_DEPTH = 4;
    private static final int MAX_PAYLOAD_DEPTH = 8;
    private static final JsonObjects HEADER_JSON = new JsonObjects(MAX_HEADER_DEPTH, BearerToken.MAX_CHARS);
    private static final JsonObjects PAYLOAD_JSON = new JsonObjects(MAX_PAYLOAD_DEPTH, BearerToken.MAX_CHARS);

    /** Parameters by which a token would bring its own key (RFC 7515 §4.1.2 to §4.1.6). */
    private static final List<String> KEYS_OF_ITS_OWN = List.of("jku", "jwk", "x5u", "x5c");

    // The algorithm is ours; what the header says was compared with it and is not used again.
    private static final JWSHeader RS256 = new JWSHeader(JWSAlgorithm.RS256);

    private final String compact;
    private final int endOfSignedPart;
    private final String keyId;
    private final ObjectNode claims;

    private SignedToken(String compact, int endOfSignedPart, String keyId, ObjectNode claims) {
        this.compact = compact;
        this.endOfSignedPart = endOfSignedPart;
        this.keyId = keyId;
        this.claims = claims;
    }

    /** Parses a token of at most {@link BearerToken#MAX_CHARS} characters. */
    static SignedToken parse(String compact) throws TokenRefused {
        int first = compact.indexOf('.');
        int second = compact.indexOf('.', first + 1);
        if (first <= 0 || second < 0) {
            throw new TokenRefused("NotAJwt");
        }
        int third = compact.indexOf('.', second + 1);
        if (third >= 0) {
            boolean five = compact.indexOf('.', compact.indexOf('.', third + 1) + 1) < 0;
            throw new TokenRefused(five ? "EncryptedToken" : "NotAJwt");
        }
        ObjectNode header = HEADER_JSON.object(decode(compact, 0, first, "MalformedHeader"));
        if (header == null) {
            throw new TokenRefused("MalformedHeader");
        }
        String keyId = acceptHeader(header);
        ObjectNode claims = PAYLOAD_JSON.object(decode(compact, first + 1, second, "MalformedClaims"));
        if (claims == null) {
            throw new TokenRefused("MalformedClaims");
        }
        decode(compact, second + 1, compact.length(), "MalformedSignature");
        return new SignedToken(compact, second, keyId, claims);
    }

    private static String acceptHeader(ObjectNode header) throws TokenRefused {
        if (header.has("enc") || header.has("zip")) {
            throw new TokenRefused("EncryptedToken");
        }
        if (!"RS256".equals(header.path("alg").textValue())) {
            throw new TokenRefused("AlgorithmNotAccepted");
        }
        if (!"JWT".equals(header.path("typ").textValue())) {
            throw new TokenRefused("TypeNotAccepted");
        }
        if (header.has("crit") || header.has("b64") || header.has("cty")) {
            throw new TokenRefused("HeaderNotUnderstood");
        }
        for (String parameter : KEYS_OF_ITS_OWN) {
            if (header.has(parameter)) {
                throw new TokenRefused("KeyInHeader");
            }
        }
        if (header.has("nonce")) {
            throw new TokenRefused("GraphToken", EntraClaims.FOR_GRAPH);
        }
        JsonNode kid = header.path("kid");
        String keyId = kid.textValue();
        if (keyId == null || keyId.isEmpty() || keyId.length() > MAX_KID_CHARS) {
            throw new TokenRefused("KeyIdMissing");
        }
        return keyId;
    }

    /** Base64url without padding, in its only canonical form (RFC 4648 §3.5): one token has one spelling. */
    private static byte[] decode(String text, int from, int end, String auditReason) throws TokenRefused {
        String part = text.substring(from, end);
        byte[] decoded = null;
        if (part.indexOf('=') < 0) {
            try {
                decoded = Base64.getUrlDecoder().decode(part);
            } catch (IllegalArgumentException notBase64Url) {
                // Refused below.
            }
        }
        if (decoded == null || decoded.length == 0 || !isCanonical(part)) {
            throw new TokenRefused(auditReason);
        }
        return decoded;
    }

    private static boolean isCanonical(String part) {
        int unusedBits = switch (part.length() % 4) {
            case 2 -> 0b1111;
            case 3 -> 0b11;
            default -> 0;
        };
        return (sextet(part.charAt(part.length() - 1)) & unusedBits) == 0;
    }

    private static int sextet(char c) {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + 26;
        }
        if (c >= '0' && c <= '9') {
            return c - '0' + 52;
        }
        return c == '-' ? 62 : 63;
    }

    /** {@code kid}. */
    String keyId() {
        return keyId;
    }

    /** The payload; believed by nobody before {@link #verifiedBy}. */
    ObjectNode claims() {
        return claims;
    }

    /** Whether this key signed the token. One RSA verification: tens of microseconds. */
    boolean verifiedBy(RSAPublicKey key) {
        byte[] signed = compact.substring(0, endOfSignedPart).getBytes(StandardCharsets.US_ASCII);
        try {
            return new RSASSAVerifier(key).verify(RS256, signed, new Base64URL(compact.substring(endOfSignedPart + 1)));
        } catch (JOSEException broken) {
            return false;
        }
    }

    /** A member of the payload as text; null when it is missing or of another type. */
    static @Nullable String text(ObjectNode claims, String name) {
        return claims.path(name).textValue();
    }

    /** The key id and no more. */
    @Override
    public String toString() {
        return "SignedToken[kid " + keyId + "]";
    }
}
