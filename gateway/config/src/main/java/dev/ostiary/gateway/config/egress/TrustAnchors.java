package dev.ostiary.gateway.config.egress;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Trust in certificates of one's own, in PEM, beside the JDK's certificate authorities (of the JVM's {@code cacerts}, or of what
 * {@code javax.net.ssl.trustStore} names), which they never replace.
 */
public final class TrustAnchors {

    private TrustAnchors() {}

    /**
     * Reads a bundle.
     *
     * @param caBundle one or more PEM certificates
     * @throws CertificateException when the bundle holds no certificate or one that cannot be read
     */
    public static List<Certificate> read(String caBundle) throws CertificateException {
        Collection<? extends Certificate> added = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(caBundle.getBytes(StandardCharsets.UTF_8)));
        if (added.isEmpty()) {
            throw new CertificateException("the CA bundle holds no certificate");
        }
        return List.copyOf(added);
    }

    /** Trust managers for these certificates and the JDK's own; reads the JDK's store, some 150 certificates. */
    public static TrustManagerFactory including(List<Certificate> bundle) throws GeneralSecurityException, IOException {
        KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        int index = 0;
        for (X509Certificate certificate : jdkAnchors()) {
            anchors.setCertificateEntry("jdk-" + index++, certificate);
        }
        for (Certificate certificate : bundle) {
            anchors.setCertificateEntry("bundle-" + index++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        return factory;
    }

    /** A client context for such a bundle; host names are checked as always. */
    public static SSLContext context(String caBundle) throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, including(read(caBundle)).getTrustManagers(), null);
        return context;
    }

    /**
     * The same for a bundle in a file.
     *
     * @throws IOException naming the file and what is wrong with it
     */
    public static SSLContext context(Path caBundle) throws IOException {
        try {
            // Certificates are ASCII; comments beside them may be in anything.
            return context(Files.readString(caBundle, StandardCharsets.ISO_8859_1));
        } catch (CertificateException e) {
            throw new IOException(
                    caBundle + " must hold certificates in PEM and nothing but comments beside them: " + e.getMessage(),
                    e);
        } catch (GeneralSecurityException e) {
            throw new IOException(caBundle + " cannot be trusted: " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new IOException(caBundle + " is not there", e);
        }
    }

    private static X509Certificate[] jdkAnchors() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509.getAcceptedIssuers();
            }
        }
        return new X509Certificate[0];
    }
}
