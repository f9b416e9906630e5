package dev.ostiary.entra.emulator.token;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes the certificates of token keys and of TLS. Stateless. */
public final class Certificates {

    /** Subject of organisational token keys (fact sheet §1.3, [O] panva/wellknown). */
    public static final String ORGANISATIONAL = "CN=accounts.accesscontrol.windows.net";

    /** Subject of personal-account token keys (fact sheet §1.3, [O] panva/wellknown). */
    public static final String PERSONAL = "CN=Live ID STS Signing Public Key";

    private static final Duration LIFETIME = Duration.ofDays(5 * 365L);
    private static final SecureRandom RANDOM = new SecureRandom();

    private Certificates() {}

    /** A fresh 2048-bit RSA key with a self-signed certificate of five years. */
    public static SigningKey rsa(String subject) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            KeyPair pair = generator.generateKeyPair();
            X509v3CertificateBuilder builder = builder(subject, subject, pair.getPublic());
            return new SigningKey(pair.getPrivate(), sign(builder, "SHA256withRSA", pair.getPrivate()));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot make a token key with its certificate", e);
        }
    }

    /** A fresh P-256 key and a certificate authority's certificate over it. */
    public static Identity authority(String subject) {
        try {
            KeyPair pair = ellipticCurve();
            X509v3CertificateBuilder builder = builder(subject, subject, pair.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return new Identity(pair.getPrivate(), sign(builder, "SHA256withECDSA", pair.getPrivate()));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot make a certificate authority", e);
        }
    }

    /** A fresh P-256 key and a server certificate for these host names and addresses, issued by {@code authority}. */
    public static Identity server(Identity authority, List<String> hosts) {
        try {
            KeyPair pair = ellipticCurve();
            List<GeneralName> names = new ArrayList<>();
            for (String host : hosts) {
                boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
                names.add(new GeneralName(
                        address ? GeneralName.iPAddress : GeneralName.dNSName,
                        address ? InetAddress.ofLiteral(host).getHostAddress() : host));
            }
            X509v3CertificateBuilder builder = builder(
                            "CN=" + hosts.getFirst(),
                            authority.certificate().getSubjectX500Principal().getName(),
                            pair.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(names.toArray(GeneralName[]::new)));
            return new Identity(pair.getPrivate(), sign(builder, "SHA256withECDSA", authority.privateKey()));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot make a server certificate for " + hosts, e);
        }
    }

    private static KeyPair ellipticCurve() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509v3CertificateBuilder builder(String subject, String issuer, PublicKey key) {
        Instant from = Instant.now().minus(Duration.ofDays(1));
        return new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                new BigInteger(127, RANDOM),
                Date.from(from),
                Date.from(from.plus(LIFETIME)),
                new X500Name(subject),
                key);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, String algorithm, PrivateKey key)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
    }

    /** A private key with its certificate. */
    public record Identity(PrivateKey privateKey, X509Certificate certificate) {
        @Override
        public String toString() {
            return "Identity[" + certificate.getSubjectX500Principal() + "]";
        }
    }
}
