package dev.ostiary.gateway.server.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an unencrypted private key in any of the three PEM forms that tools write: PKCS #8 (RFC 5208), PKCS #1 for RSA
 * (RFC 8017, A.1.2; cert-manager's default) and SEC 1 for elliptic curves (RFC 5915). The JDK reads only the first, so the
 * others are wrapped into it.
 */
final class PrivateKeyPem {

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----\\s*([A-Za-z0-9+/=\\s]+?)-----END \\1-----");
    private static final byte[] VERSION_0 = {2, 1, 0};
    /** SEQUENCE { OID rsaEncryption, NULL }. */
    private static final byte[] RSA = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };

    private PrivateKeyPem() {}

    /**
     * @param publicKey of the certificate that the key belongs to: gives algorithm and curve
     * @throws GeneralSecurityException when there is no key of that algorithm; the message holds nothing of the key
     */
    static PrivateKey read(byte[] pem, PublicKey publicKey) throws GeneralSecurityException {
        Matcher matcher = PEM.matcher(new String(pem, StandardCharsets.US_ASCII));
        if (!matcher.find()) {
            throw new InvalidKeySpecException("no unencrypted PEM private key");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(matcher.group(2));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeySpecException("the PEM private key is not Base64", e);
        }
        byte[] pkcs8 = switch (matcher.group(1)) {
            case "RSA PRIVATE KEY" -> wrap(RSA, der);
            case "EC PRIVATE KEY" -> wrap(algorithmOf(publicKey), der);
            default -> der;
        };
        return KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /** The AlgorithmIdentifier: first element of the SubjectPublicKeyInfo. */
    private static byte[] algorithmOf(PublicKey publicKey) {
        byte[] info = publicKey.getEncoded();
        int start = (info[1] & 0x80) == 0 ? 2 : 2 + (info[1] & 0x7f);
        return Arrays.copyOfRange(info, start, start + 2 + info[start + 1]);
    }

    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return der(0x30, VERSION_0, algorithm, der(0x04, key));
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
