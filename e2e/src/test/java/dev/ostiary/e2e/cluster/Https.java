package dev.ostiary.e2e.cluster;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * HTTPS to an address under a name that no resolver of this machine knows: the address of a Service or a pod. Certificates
 * are checked against one authority; names are checked by the SDK clients.
 */
final class Https {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final HttpClient http;
    private final String host;

    private Https(HttpClient http, String host) {
        this.http = http;
        this.host = host;
    }

    /** For servers of this name whose certificate this authority has signed. */
    static Https trusting(X509Certificate authority, String host) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new SignedBy(authority)}, null);
        return new Https(
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(context)
                        .connectTimeout(CONNECT)
                        .build(),
                host);
    }

    /** The authority at the end of the chain that a server shows; for one that made it itself at its start. */
    static X509Certificate authorityOf(String address, int port) throws IOException, GeneralSecurityException {
        AtomicReference<X509Certificate> last = new AtomicReference<>();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new SignedBy(last)}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address, port)) {
            socket.startHandshake();
            Certificate[] chain = socket.getSession().getPeerCertificates();
            return (X509Certificate) chain[chain.length - 1];
        }
    }

    /** Sends a POST to this address under the name. */
    HttpResponse<String> post(String address, int port, String path, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://" + address + ":" + port + path))
                .timeout(ANSWER)
                .header("Host", host)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Trusts what one authority has signed, or, while none is set, everybody. */
    private static final class SignedBy extends X509ExtendedTrustManager {

        private final AtomicReference<X509Certificate> authority;

        private SignedBy(X509Certificate authority) {
            this(new AtomicReference<>(authority));
        }

        private SignedBy(AtomicReference<X509Certificate> authority) {
            this.authority = authority;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            X509Certificate trusted = authority.get();
            if (trusted == null) {
                return;
            }
            try {
                chain[0].checkValidity();
                chain[0].verify(trusted.getPublicKey());
            } catch (GeneralSecurityException e) {
                throw new CertificateException("not signed by the authority of this test", e);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("there are no clients here: " + Arrays.toString(chain));
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
