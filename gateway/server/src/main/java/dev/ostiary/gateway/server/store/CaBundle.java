package dev.ostiary.gateway.server.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Trust in a PEM bundle beside the JDK's own certificate authorities. */
final class CaBundle {

    private CaBundle() {}

    /**
     * Trust managers.
     *
     * @param pem one or more PEM certificates
     * @throws IllegalArgumentException when the bundle holds no certificate or one that cannot be read
     */
    static TrustManagerFactory including(String pem) {
        try {
            Collection<? extends Certificate> added = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
            if (added.isEmpty()) {
                throw new IllegalArgumentException("the CA bundle holds no certificate");
            }
            KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            int index = 0;
            for (X509Certificate certificate : jdkAnchors()) {
                anchors.setCertificateEntry("jdk-" + index++, certificate);
            }
            for (Certificate certificate : added) {
                anchors.setCertificateEntry("bundle-" + index++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(anchors);
            return factory;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the CA bundle cannot be read", e);
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
