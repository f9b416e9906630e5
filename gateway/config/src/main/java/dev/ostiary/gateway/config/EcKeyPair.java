package dev.ostiary.gateway.config;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A key pair on the curve P-256, for ES256 (RFC 7518 section 3.4).
 *
 * <p>Its material in the ring is PKCS#8 (RFC 5958) around an ECPrivateKey (RFC 5915) that includes the public key, as
 * OpenSSL writes it. The JDK's own encoding leaves the public key out and offers no way to compute it again.
 *
 * @param privateKey signs
 * @param publicKey verifies
 */
public record EcKeyPair(ECPrivateKey privateKey, ECPublicKey publicKey) {

    private static final String CURVE = "secp256r1";
    private static final int COORDINATE_BYTES = 32;

    /** Everything before the private scalar: lengths are fixed, since the curve is. */
    private static final byte[] BEFORE_SCALAR =
            HexFormat.of().parseHex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420");

    /** Between the scalar and the point's coordinates: [1], BIT STRING, uncompressed point (SEC 1 section 2.3.3). */
    private static final byte[] BEFORE_POINT = HexFormat.of().parseHex("a14403420004");

    private static final int ENCODED_BYTES =
            BEFORE_SCALAR.length + COORDINATE_BYTES + BEFORE_POINT.length + 2 * COORDINATE_BYTES;

    /**
     * The pair in the ring.
     *
     * @throws IllegalArgumentException when the key's purpose has no key pairs, or its material is none; the message names
     *     the key and never quotes the material
     */
    public static EcKeyPair of(KeyRing.Key key) {
        byte[] material = key.material();
        int scalar = BEFORE_SCALAR.length;
        int beforePoint = scalar + COORDINATE_BYTES;
        int point = beforePoint + BEFORE_POINT.length;
        if (!key.purpose().asymmetric()
                || material.length != ENCODED_BYTES
                || !Arrays.equals(material, 0, scalar, BEFORE_SCALAR, 0, scalar)
                || !Arrays.equals(material, beforePoint, point, BEFORE_POINT, 0, BEFORE_POINT.length)) {
            throw unusable(key);
        }
        try {
            KeyFactory factory = KeyFactory.getInstance("EC");
            ECPrivateKey privateKey = (ECPrivateKey) factory.generatePrivate(new PKCS8EncodedKeySpec(material));
            ECPoint w = new ECPoint(
                    new BigInteger(1, material, point, COORDINATE_BYTES),
                    new BigInteger(1, material, point + COORDINATE_BYTES, COORDINATE_BYTES));
            ECPublicKey publicKey =
                    (ECPublicKey) factory.generatePublic(new ECPublicKeySpec(w, privateKey.getParams()));
            EcKeyPair pair = new EcKeyPair(privateKey, publicKey);
            if (!pair.belongTogether()) {
                throw unusable(key);
            }
            return pair;
        } catch (GeneralSecurityException e) {
            // Not as the cause: a parser's message may quote its input.
            throw unusable(key);
        }
    }

    static EcKeyPair generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE), random);
            KeyPair pair = generator.generateKeyPair();
            return new EcKeyPair((ECPrivateKey) pair.getPrivate(), (ECPublicKey) pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    /** As the ring keeps it. */
    byte[] encoded() {
        byte[] encoded = new byte[ENCODED_BYTES];
        System.arraycopy(BEFORE_SCALAR, 0, encoded, 0, BEFORE_SCALAR.length);
        int at = BEFORE_SCALAR.length;
        put(privateKey.getS(), encoded, at);
        at += COORDINATE_BYTES;
        System.arraycopy(BEFORE_POINT, 0, encoded, at, BEFORE_POINT.length);
        at += BEFORE_POINT.length;
        put(publicKey.getW().getAffineX(), encoded, at);
        put(publicKey.getW().getAffineY(), encoded, at + COORDINATE_BYTES);
        return encoded;
    }

    /** Never the private key. */
    @Override
    public String toString() {
        return "EcKeyPair[P-256]";
    }

    private boolean belongTogether() throws GeneralSecurityException {
        byte[] message = {1};
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(privateKey);
        signer.update(message);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(publicKey);
        verifier.update(message);
        return verifier.verify(signature);
    }

    private static void put(BigInteger value, byte[] target, int at) {
        byte[] bytes = value.toByteArray();
        int skipped = Math.max(0, bytes.length - COORDINATE_BYTES);
        int length = bytes.length - skipped;
        System.arraycopy(bytes, skipped, target, at + COORDINATE_BYTES - length, length);
    }

    private static IllegalArgumentException unusable(KeyRing.Key key) {
        return new IllegalArgumentException("the material of " + key + " is no P-256 key pair");
    }
}
