package dev.ostiary.gateway.server.upstream;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom to believe that they are a workload: the JDK's authorities and those of the CA bundle. Host names are always
 * verified (RFC 9110 §4.3.4), TLS is 1.2 or 1.3. The bundle is read at once, so that a bad one is refused with the settings;
 * the JDK's store, some 150 certificates, only when the first https workload is called, and not on an event loop.
 */
final class WorkloadTrust {

    private final List<? extends Certificate> bundle;
    private final Executor offLoop;
    private @Nullable CompletableFuture<SslContext> context;

    /** @throws IllegalArgumentException when the bundle is not PEM certificates */
    WorkloadTrust(@Nullable String caBundle, Executor offLoop) {
        this.bundle = caBundle == null ? List.of() : read(caBundle);
        this.offLoop = offLoop;
    }

    /** The context, made on first use; completes on another thread. Safe for use by several loops. */
    synchronized CompletableFuture<SslContext> context() {
        if (context == null || context.isCompletedExceptionally()) {
            context = CompletableFuture.supplyAsync(this::build, offLoop);
        }
        return context;
    }

    private SslContext build() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            if (!bundle.isEmpty()) {
                KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
                store.load(null, null);
                int number = 0;
                for (TrustManager manager : factory.getTrustManagers()) {
                    if (manager instanceof X509TrustManager x509) {
                        for (X509Certificate certificate : x509.getAcceptedIssuers()) {
                            store.setCertificateEntry("jdk-" + number++, certificate);
                        }
                    }
                }
                for (Certificate certificate : bundle) {
                    store.setCertificateEntry("bundle-" + number++, certificate);
                }
                factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(store);
            }
            return SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .trustManager(factory)
                    .endpointIdentificationAlgorithm("HTTPS")
                    .build();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("TLS to workloads cannot be set up", e);
        }
    }

    private static List<? extends Certificate> read(String pem) {
        Collection<? extends Certificate> certificates;
        try {
            certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("egress.caBundle does not consist of PEM certificates", e);
        }
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("egress.caBundle contains no PEM certificate");
        }
        return List.copyOf(certificates);
    }
}
