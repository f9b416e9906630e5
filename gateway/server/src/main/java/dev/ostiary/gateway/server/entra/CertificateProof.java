package dev.ostiary.gateway.server.entra;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A client assertion signed with a registered certificate's key: PS256, {@code x5t#S256}, ten minutes (Microsoft,
 * "Certificate credentials"). A new one for every request, as {@code jti} must not repeat.
 */
final class CertificateProof implements ClientProof {

    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private final JWSHeader header;
    private final RSAPrivateKey key;
    private final String clientId;
    private final String audience;
    private final Time time;

    private CertificateProof(JWSHeader header, RSAPrivateKey key, String clientId, String audience, Time time) {
        this.header = header;
        this.key = key;
        this.clientId = clientId;
        this.audience = audience;
        this.time = time;
    }

    /**
     * The proof; one that refuses when the PEM texts are not an RSA certificate and its key.
     *
     * @param certificate PEM; of a chain the first counts
     * @param privateKey PEM, PKCS#8; a secret
     */
    static ClientProof of(
            @Nullable String certificate, @Nullable String privateKey, String clientId, URI tokenEndpoint, Time time) {
        if (certificate == null || privateKey == null) {
            return unusable("Name a Secret with tls.crt and tls.key.");
        }
        try {
            Collection<? extends Certificate> chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(certificate.getBytes(StandardCharsets.UTF_8)));
            if (chain.isEmpty()) {
                return unusable("The certificate must be PEM.");
            }
            Certificate leaf = chain.iterator().next();
            RSAPrivateKey key = rsa(privateKey);
            if (key == null || !(leaf.getPublicKey() instanceof RSAPublicKey publicKey)) {
                return unusable("Entra takes RSA keys only; the private key must be PEM in PKCS#8, unencrypted.");
            }
            if (!publicKey.getModulus().equals(key.getModulus())) {
                return unusable("The private key does not belong to the certificate.");
            }
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.PS256)
                    .type(JOSEObjectType.JWT)
                    .x509CertSHA256Thumbprint(Base64URL.encode(
                            MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded())))
                    .build();
            return new CertificateProof(header, key, clientId, tokenEndpoint.toString(), time);
        } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
            // The exception may quote the key, so it is not passed on.
            return unusable("Certificate and private key must be PEM.");
        }
    }

    private static @Nullable RSAPrivateKey rsa(String pem) throws GeneralSecurityException {
        Matcher matcher = PRIVATE_KEY.matcher(pem);
        if (!matcher.find()) {
            return null;
        }
        byte[] der = Base64.getMimeDecoder().decode(matcher.group(1));
        PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
        return key instanceof RSAPrivateKey rsa ? rsa : null;
    }

    private static ClientProof unusable(String fix) {
        return ClientProof.unusable(
                "ClientCertificateUnusable",
                "The gateway's certificate for Entra cannot be used.",
                "spec.entra.credential.certificateRef",
                fix);
    }

    @Override
    public Map<String, String> parameters() {
        long now = time.wallMillis() / 1000;
        SignedJWT jwt = new SignedJWT(
                header,
                new JWTClaimsSet.Builder()
                        .audience(audience)
                        .issuer(clientId)
                        .subject(clientId)
                        .jwtID(UUID.randomUUID().toString())
                        .claim("nbf", now)
                        .claim("iat", now)
                        .claim("exp", now + LIFETIME.toSeconds())
                        .build());
        try {
            jwt.sign(new RSASSASigner(key));
        } catch (JOSEException broken) {
            throw new IllegalStateException("this JVM cannot sign with PS256", broken);
        }
        return ClientProof.assertion(jwt.serialize());
    }
}
