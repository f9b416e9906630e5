package dev.ostiary.gateway.server.upstream;

import dev.ostiary.gateway.config.egress.TrustAnchors;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Whom to believe that they are a workload: the JDK's authorities and those of the CA bundle. Host names are always
 * verified (RFC 9110 §4.3.4), TLS is 1.2 or 1.3. The bundle is read at once, so that a bad one is refused with the settings;
 * the JDK's store, some 150 certificates, only when the first https workload is called, and not on an event loop.
 */
final class WorkloadTrust {

    private final List<Certificate> bundle;
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
            return SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .trustManager(TrustAnchors.including(bundle))
                    .endpointIdentificationAlgorithm("HTTPS")
                    .build();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("TLS to workloads cannot be set up", e);
        }
    }

    private static List<Certificate> read(String pem) {
        try {
            return TrustAnchors.read(pem);
        } catch (CertificateException e) {
            throw new IllegalArgumentException("egress.caBundle must contain PEM certificates and nothing else", e);
        }
    }
}
