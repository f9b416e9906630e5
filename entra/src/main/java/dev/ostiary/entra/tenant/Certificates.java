package dev.ostiary.entra.tenant;

import dev.ostiary.entra.tenant.CredentialHolder.Credential.KeyPair;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates for a registration: self-signed, since Entra looks at the key alone; RSA, since Entra takes nothing else. */
final class Certificates {

    private static final int BITS = 3072;
    private static final int DAYS = 365;
    private static final int SERIAL_BITS = 120;

    private Certificates() {}

    /** A new pair, of this process and for the holder: its private key goes nowhere else. */
    static KeyPair create(String name, Instant now) {
        try {
            SecureRandom random = new SecureRandom();
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS, random);
            java.security.KeyPair pair = generator.generateKeyPair();
            X500Principal subject = new X500Principal("CN=" + name.replaceAll("[^A-Za-z0-9.-]", "-"));
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(new JcaX509v3CertificateBuilder(
                                    subject,
                                    new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS),
                                    Date.from(now.minus(1, ChronoUnit.HOURS)),
                                    Date.from(now.plus(DAYS, ChronoUnit.DAYS)),
                                    subject,
                                    pair.getPublic())
                            .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate()))
                            .getEncoded()));
            return new KeyPair(
                    pem("CERTIFICATE", certificate.getEncoded()),
                    pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        } catch (GeneralSecurityException | OperatorCreationException | java.io.IOException e) {
            throw new IllegalStateException("this JVM cannot make an RSA certificate", e);
        }
    }

    /** The certificate of a pair. */
    static X509Certificate certificate(KeyPair pair) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pair.certificate().getBytes(StandardCharsets.US_ASCII)));
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }
}
