package dev.ostiary.gateway.server.keys;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import dev.ostiary.gateway.config.EcKeyPair;
import dev.ostiary.gateway.config.KeyRing;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The ring's key pairs for one purpose at work: ES256 (RFC 7518 §3.4) and nothing else, every signature under a key id. Any key
 * of the ring verifies, whatever its state, so that replicas which learn of a change at different times understand each other;
 * only the active one signs. Immutable and safe for use by several threads.
 */
public final class SigningKeys {

    // The algorithm is ours; what a token's header says is compared byte by byte and not read.
    private static final JWSHeader ES256 = new JWSHeader(JWSAlgorithm.ES256);
    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final List<VerificationKey> keys;
    private final VerificationKey active;
    private final ECDSASigner signer;

    /**
     * @param ring has exactly one active key for the purpose
     * @throws IllegalArgumentException when a key of that purpose is not a P-256 key pair, or its id is not 1 to 64 letters,
     *     digits, {@code -} and {@code _}
     */
    public SigningKeys(KeyRing ring, KeyRing.Purpose purpose) {
        KeyRing.Key signing = ring.active(purpose);
        this.signer = signer(EcKeyPair.of(signing));
        this.active = verification(signing);
        this.keys = ring.of(purpose).stream().map(SigningKeys::verification).toList();
    }

    /**
     * The public half of a key.
     *
     * @param id its key id
     * @param state where it is in its life
     * @param key on P-256
     */
    public record VerificationKey(String id, KeyRing.State state, ECPublicKey key) {

        /** Whether this key made a signature. Some 100 µs. */
        public boolean signed(String input, String signature) {
            try {
                return new ECDSAVerifier(key)
                        .verify(ES256, input.getBytes(StandardCharsets.US_ASCII), new Base64URL(signature));
            } catch (JOSEException broken) {
                return false;
            }
        }

        /**
         * The only header that a token of this type under this key has, encoded: whatever says the same in another way, or
         * says anything more, was not made here.
         */
        public String encodedHeader(String type) {
            String json = "{\"kid\":\"" + id + "\",\"typ\":\"" + type + "\",\"alg\":\"ES256\"}";
            return Base64URL.encode(json).toString();
        }
    }

    /** All keys, in the ring's order: what a JWK set holds. */
    public List<VerificationKey> keys() {
        return keys;
    }

    /**
     * Signs a payload with the active key.
     *
     * @param type {@code typ}: letters, digits, {@code +} and {@code -}
     * @return a JWS in compact form
     */
    public String sign(String type, byte[] payload) {
        String input = active.encodedHeader(type) + "." + Base64URL.encode(payload);
        try {
            return input + "." + signer.sign(ES256, input.getBytes(StandardCharsets.US_ASCII));
        } catch (JOSEException e) {
            throw new IllegalStateException("ES256 failed to sign", e);
        }
    }

    /** Ids, never a key. */
    @Override
    public String toString() {
        return "SigningKeys" + keys.stream().map(VerificationKey::id).toList();
    }

    private static VerificationKey verification(KeyRing.Key key) {
        if (!KEY_ID.matcher(key.id()).matches()) {
            throw new IllegalArgumentException("a signing key's id is not 1 to 64 letters, digits, - and _");
        }
        return new VerificationKey(key.id(), key.state(), EcKeyPair.of(key).publicKey());
    }

    private static ECDSASigner signer(EcKeyPair pair) {
        try {
            return new ECDSASigner(pair.privateKey());
        } catch (JOSEException e) {
            throw new IllegalArgumentException("a signing key is not on P-256", e);
        }
    }
}
