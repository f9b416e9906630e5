package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.ostiary.gateway.config.EntraSettings;
import java.net.URI;
import java.security.interfaces.RSAPublicKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a tenant publishes: discovery document (OpenID Connect Discovery 1.0 §4), then its {@code jwks_uri}. The
 * discovery document must name exactly the tenant's issuer and a key document on its own origin.
 */
final class PublishedKeys implements KeySource {

    /** Entra publishes 5 to 8; a hundred is a mistake or an attack on memory. */
    static final int MAX_KEYS = 100;

    private static final int MIN_MODULUS_BITS = 2048;
    // Verification grows with the square of the modulus, and it runs on event loops.
    private static final int MAX_MODULUS_BITS = 4096;
    private static final int MAX_EXPONENT_BITS = 32;
    private static final int MAX_NAME_CHARS = 256;
    // Base64url of the largest modulus, and some.
    private static final int MAX_NUMBER_CHARS = 1024;

    private final EntraSettings entra;
    private final EntraDocuments documents;

    PublishedKeys(EntraSettings entra, EntraDocuments documents) {
        this.entra = entra;
        this.documents = documents;
    }

    @Override
    public Map<String, SigningKey> read() throws EntraFailure, InterruptedException {
        URI discovery = entra.discovery();
        ObjectNode metadata = documents.read(discovery);
        if (!entra.issuer().equals(metadata.path("issuer").textValue())) {
            throw new EntraFailure(
                    "WrongIssuer", discovery.getHost() + " describes another issuer than " + entra.issuer());
        }
        return keys(documents.read(keysUri(discovery, metadata.path("jwks_uri").textValue())));
    }

    private static URI keysUri(URI discovery, @Nullable String jwksUri) throws EntraFailure {
        try {
            URI uri = URI.create(Objects.requireNonNullElse(jwksUri, ""));
            if (Objects.equals(uri.getScheme(), discovery.getScheme())
                    && Objects.equals(uri.getRawAuthority(), discovery.getRawAuthority())) {
                return uri;
            }
        } catch (IllegalArgumentException notAUri) {
            // Answered below, like a URI that leads elsewhere.
        }
        throw new EntraFailure("WrongKeysUri", "jwks_uri must be on " + discovery.getRawAuthority());
    }

    /**
     * The usable keys of a JWK set (RFC 7517 §5): those of other types, uses or sizes are skipped, as the RFC asks.
     *
     * @throws EntraFailure when it is not a JWK set, has no usable key, too many, or two different ones of one id
     */
    static Map<String, SigningKey> keys(ObjectNode document) throws EntraFailure {
        JsonNode list = document.path("keys");
        if (!list.isArray() || list.size() > MAX_KEYS) {
            throw new EntraFailure("NotAKeySet", "the key document must list at most " + MAX_KEYS + " keys");
        }
        Map<String, SigningKey> keys = new HashMap<>();
        for (JsonNode entry : list) {
            SigningKey key = usable(entry);
            if (key == null) {
                continue;
            }
            SigningKey other = keys.putIfAbsent(key.id(), key);
            if (other != null && !same(other, key)) {
                throw new EntraFailure("AmbiguousKeyId", "two keys have one kid");
            }
        }
        if (keys.isEmpty()) {
            throw new EntraFailure("NoUsableKey", "the key document has no RSA signing key of 2048 to 4096 bits");
        }
        return keys;
    }

    private static @Nullable SigningKey usable(JsonNode entry) {
        String kid = text(entry, "kid", MAX_NAME_CHARS);
        String modulus = text(entry, "n", MAX_NUMBER_CHARS);
        String exponent = text(entry, "e", MAX_NUMBER_CHARS);
        boolean signs = entry.path("use").isMissingNode()
                || "sig".equals(entry.path("use").textValue());
        boolean rs256 = entry.path("alg").isMissingNode()
                || "RS256".equals(entry.path("alg").textValue());
        if (kid == null || modulus == null || exponent == null || !signs || !rs256) {
            return null;
        }
        if (!"RSA".equals(entry.path("kty").textValue())) {
            return null;
        }
        JsonNode issuer = entry.path("issuer");
        if (!issuer.isMissingNode() && !issuer.isTextual()) {
            return null;
        }
        try {
            RSAPublicKey key = new RSAKey.Builder(new Base64URL(modulus), new Base64URL(exponent))
                    .build()
                    .toRSAPublicKey();
            int bits = key.getModulus().bitLength();
            boolean sound = bits >= MIN_MODULUS_BITS
                    && bits <= MAX_MODULUS_BITS
                    && key.getModulus().testBit(0)
                    && key.getPublicExponent().bitLength() <= MAX_EXPONENT_BITS
                    && key.getPublicExponent().testBit(0)
                    && key.getPublicExponent().bitLength() > 1;
            return sound ? new SigningKey(kid, key, issuer.textValue()) : null;
        } catch (JOSEException | RuntimeException notAKey) {
            return null;
        }
    }

    private static @Nullable String text(JsonNode entry, String member, int maxChars) {
        String value = entry.path(member).textValue();
        return value == null || value.isEmpty() || value.length() > maxChars ? null : value;
    }

    private static boolean same(SigningKey one, SigningKey other) {
        return one.key().getModulus().equals(other.key().getModulus())
                && one.key().getPublicExponent().equals(other.key().getPublicExponent())
                && Objects.equals(one.issuer(), other.issuer());
    }
}
