package dev.ostiary.entra.emulator.token;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;

/**
 * An RSA key with its self-signed certificate.
 *
 * @param privateKey never printed
 * @param certificate what the key set publishes
 */
public record SigningKey(PrivateKey privateKey, X509Certificate certificate) {

    /** `kid` and `x5t`: base64url of the certificate's SHA-1 (fact sheet §1.3). */
    public String kid() {
        return thumbprint("SHA-1");
    }

    /** The public half. */
    public RSAPublicKey publicKey() {
        return (RSAPublicKey) certificate.getPublicKey();
    }

    /** DER of the certificate, base64 with padding: the one `x5c` entry. */
    public String x5c() {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the certificate of a signing key cannot be encoded", e);
        }
    }

    private String thumbprint(String algorithm) {
        try {
            byte[] digest = MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the certificate of a signing key cannot be digested", e);
        }
    }

    @Override
    public String toString() {
        return "SigningKey[" + kid() + "]";
    }
}
