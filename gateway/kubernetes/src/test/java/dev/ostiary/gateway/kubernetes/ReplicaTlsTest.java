package dev.ostiary.gateway.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.testing.ApiServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica that ends TLS itself, with the certificate that the runtime Secret carries. */
class ReplicaTlsTest {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    @Test
    void aCertificateIsReplacedWithoutARestartAndTlsIsNotSwitchedOff() throws Exception {
        SelfSigned first = SelfSigned.in(folder, "first");
        SelfSigned second = SelfSigned.in(folder, "second");
        try (ApiServer api = ApiServer.start()) {
            String namespace = api.newNamespace();
            Written operator = new Written(api.admin(), namespace, "engineering");
            operator.tls = new ResourceName(namespace, "mcp-tls");
            InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            try (Replica replica = Replica.start(new Replica.Settings(
                    new ReplicaIdentity(namespace, "engineering", "pod-a", "uid-of-pod-a"),
                    free,
                    free,
                    api.config(),
                    new ByteArrayOutputStream()))) {
                operator.write(operator.config(credentials(operator.tls, first)));
                await().atMost(PATIENCE).until(() -> replica.notReadyReason() == null);
                assertThat(shown(replica.port())).isEqualTo(first.certificate());

                RuntimeSecret.Content renewed = operator.write(operator.config(credentials(operator.tls, second)));
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(shown(replica.port())).isEqualTo(second.certificate()));

                operator.tls = null;
                operator.write();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(
                                        report(api, namespace).getSpec().problem())
                                .contains("spec.tls was removed"));
                assertThat(report(api, namespace).getSpec().runtimeHash()).isEqualTo(renewed.hash());
                assertThat(shown(replica.port())).isEqualTo(second.certificate());
            }
        }
    }

    private static Map<String, String> credentials(ResourceName secret, SelfSigned pair) {
        return Map.of(secret + "/tls.crt", pair.certificatePem(), secret + "/tls.key", pair.keyPem());
    }

    private static McpGatewayReplica report(ApiServer api, String namespace) {
        return api.admin()
                .resources(McpGatewayReplica.class)
                .inNamespace(namespace)
                .withName("pod-a")
                .get();
    }

    /** The certificate that a client is shown. */
    private static Certificate shown(int port) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    /** What is shown is compared by the test itself. */
    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
