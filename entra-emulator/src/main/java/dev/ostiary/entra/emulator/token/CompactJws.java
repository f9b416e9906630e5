package dev.ostiary.entra.emulator.token;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes compact JWS with full control over the header, which a JOSE library denies on purpose: wrong algorithms, wrong
 * keys and Graph's rewritten `nonce` are what this emulator is for.
 */
final class CompactJws {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SigningKeys keys;

    CompactJws(SigningKeys keys) {
        this.keys = keys;
    }

    /**
     * Signs the claims.
     *
     * @param header members beyond `typ`, `alg` and `kid`; they win over those
     * @param thumbprint whether the header has `x5t`, as v1 tokens have
     * @param recipient client id of the API, which may have a key of its own
     * @param graphNonce when not empty: the header carries this nonce, but the signature is over its SHA-256
     */
    String sign(
            Map<String, Object> claims,
            Map<String, Object> header,
            SigningMode mode,
            boolean thumbprint,
            String recipient,
            String graphNonce) {
        SigningKey key = switch (mode) {
            case RS256_OTHER_PUBLISHED_KEY -> other();
            case RS256_UNPUBLISHED_KEY, RS256_FORGED_KID -> keys.foreign();
            case RS256_PERSONAL_ACCOUNT_KEY -> keys.personal();
            default -> {
                SigningKey own = keys.custom(recipient);
                yield own == null ? keys.active() : own;
            }
        };
        String kid = mode == SigningMode.RS256_FORGED_KID ? keys.active().kid() : key.kid();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("typ", "JWT");
        if (!graphNonce.isEmpty()) {
            members.put("nonce", graphNonce);
        }
        members.put("alg", algorithm(mode));
        if (thumbprint) {
            members.put("x5t", kid);
        }
        members.put("kid", kid);
        header.forEach((name, value) -> {
            if (value instanceof TokenBuilder.Absent) {
                members.remove(name);
            } else {
                members.put(name, value);
            }
        });
        String payload = encode(json(claims));
        String shown = encode(json(members)) + "." + payload;
        if (!graphNonce.isEmpty()) {
            members.put("nonce", encode(sha256(graphNonce)));
        }
        String signed = encode(json(members)) + "." + payload;
        return shown + "." + signature(mode, key, signed.getBytes(StandardCharsets.US_ASCII));
    }

    private SigningKey other() {
        SigningKey active = keys.active();
        return keys.published().reversed().stream()
                .filter(key -> !key.kid().equals(active.kid()))
                .findFirst()
                .orElse(active);
    }

    private static String algorithm(SigningMode mode) {
        return switch (mode) {
            case RS384, RS512, PS256, ES256 -> mode.name();
            case HS256_WITH_PUBLIC_KEY -> "HS256";
            case NONE -> "none";
            default -> "RS256";
        };
    }

    private static String signature(SigningMode mode, SigningKey key, byte[] input) {
        try {
            return switch (mode) {
                case NONE -> "";
                case HS256_WITH_PUBLIC_KEY -> {
                    Mac mac = Mac.getInstance("HmacSHA256");
                    mac.init(new SecretKeySpec(key.publicKey().getEncoded(), "HmacSHA256"));
                    yield encode(mac.doFinal(input));
                }
                case ES256 -> {
                    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                    generator.initialize(new ECGenParameterSpec("secp256r1"));
                    yield encode(sign(
                            "SHA256withECDSAinP1363Format",
                            generator.generateKeyPair().getPrivate(),
                            input));
                }
                case RS384 -> encode(sign("SHA384withRSA", key.privateKey(), input));
                case RS512 -> encode(sign("SHA512withRSA", key.privateKey(), input));
                case PS256 -> {
                    Signature signer = Signature.getInstance("RSASSA-PSS");
                    signer.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
                    signer.initSign(key.privateKey());
                    signer.update(input);
                    yield encode(signer.sign());
                }
                case RS256_CORRUPTED -> {
                    byte[] bytes = sign("SHA256withRSA", key.privateKey(), input);
                    bytes[bytes.length / 2] ^= 1;
                    yield encode(bytes);
                }
                default -> encode(sign("SHA256withRSA", key.privateKey(), input));
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign a token as " + mode, e);
        }
    }

    private static byte[] sign(String algorithm, PrivateKey key, byte[] input) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(input);
        return signer.sign();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is missing from this JVM", e);
        }
    }

    private static byte[] json(Map<String, Object> members) {
        try {
            return JSON.writeValueAsBytes(members);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a claim or header member cannot be written as JSON", e);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
