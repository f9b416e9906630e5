package dev.ostiary.gateway.server.http;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that is in the files now. The files are read again every second on a thread of its own, whatever way they
 * were changed (kubelet swaps a symbolic link above them); a pair that cannot be read or does not match leaves the last good
 * one in use, and is reported once. New connections use what is current when they begin; old ones keep theirs.
 */
final class ReloadingTls implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReloadingTls.class);

    /** Byte buffers are compared by content and do not show it. */
    private record Content(ByteBuffer certificate, ByteBuffer key) {}

    private final TlsFiles files;
    private final Thread watcher;
    private volatile SslContext current;
    private Content seen;
    private boolean unreadableReported;

    /**
     * Reads the files.
     *
     * @param interval between two looks at the files
     * @throws IOException when the pair cannot be used, naming the files and the reason
     */
    ReloadingTls(TlsFiles files, Duration interval) throws IOException {
        this.files = files;
        this.seen = read();
        try {
            this.current = load(seen);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "cannot use " + files.certificate() + " with " + files.key() + ": " + e.getMessage(), e);
        }
        this.watcher = Thread.ofVirtual().name("tls-reload").start(() -> watch(interval));
    }

    SslContext current() {
        return current;
    }

    @Override
    public void close() {
        watcher.interrupt();
    }

    private void watch(Duration interval) {
        try {
            while (true) {
                Thread.sleep(interval);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One look at the files; called by one thread at a time. */
    void look() {
        Content now;
        try {
            now = read();
        } catch (IOException e) {
            if (!unreadableReported) {
                unreadableReported = true;
                log.atWarn()
                        .addKeyValue("certificate", files.certificate())
                        .addKeyValue("reason", e.getClass().getSimpleName())
                        .log("TLS files cannot be read, the last good ones stay in use");
            }
            return;
        }
        unreadableReported = false;
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            current = load(now);
            log.atInfo().addKeyValue("certificate", files.certificate()).log("TLS files reloaded");
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            log.atWarn()
                    .addKeyValue("certificate", files.certificate())
                    .addKeyValue("reason", e.getMessage())
                    .log("TLS files cannot be used, the last good ones stay in use");
        }
    }

    private Content read() throws IOException {
        return new Content(
                ByteBuffer.wrap(Files.readAllBytes(files.certificate())),
                ByteBuffer.wrap(Files.readAllBytes(files.key())));
    }

    private static SslContext load(Content content) throws IOException, GeneralSecurityException {
        X509Certificate[] chain = CertificateFactory.getInstance("X.509")
                .generateCertificates(
                        new ByteArrayInputStream(content.certificate().array()))
                .toArray(X509Certificate[]::new);
        if (chain.length == 0) {
            throw new GeneralSecurityException("no PEM certificate");
        }
        PrivateKey key = PrivateKeyPem.read(content.key().array(), chain[0].getPublicKey());
        if (!isPair(key, chain[0].getPublicKey())) {
            throw new GeneralSecurityException("the private key does not belong to the certificate");
        }
        return SslContextBuilder.forServer(key, chain)
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2,
                        ApplicationProtocolNames.HTTP_1_1))
                .build();
    }

    /** Certificate and key are two files, written one after the other. */
    private static boolean isPair(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> publicKey.getAlgorithm();
        };
        byte[] probe = new byte[32];
        new SecureRandom().nextBytes(probe);
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(probe);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(publicKey);
        verifier.update(probe);
        return verifier.verify(signature);
    }
}
