package dev.ostiary.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.connect.http.LazyTrust;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading the trusted authorities late makes nobody trusted who would not be otherwise. */
class TrustedServersTest {

    private static final String STORE = "javax.net.ssl.trustStore";

    private final EntraEmulator server =
            EntraEmulator.start(Settings.of(DemoDirectory.forGateway("https://mcp.example.com", List.of("notes")))
                    .withTls());
    private final SSLContext context = LazyTrust.context();

    @TempDir
    Path folder;

    @BeforeEach
    void trustNobody() {
        System.clearProperty(STORE);
    }

    @AfterEach
    void stop() {
        System.clearProperty(STORE);
        server.close();
    }

    @Test
    void aServerOfAnUnknownAuthorityIsRefused() {
        assertThatThrownBy(this::statusOfDiscovery)
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("certification path");
    }

    @Test
    void aServerOfATrustedAuthorityIsReached() throws Exception {
        trustTheServersAuthority();

        assertThat(statusOfDiscovery()).isEqualTo(200);
    }

    @Test
    void aTrustedCertificateOfAnotherHostIsRefused() throws Exception {
        trustTheServersAuthority();
        int port = URI.create(server.origin()).getPort();

        try (Socket wire = new Socket(InetAddress.getLoopbackAddress(), port);
                SSLSocket socket =
                        (SSLSocket) context.getSocketFactory().createSocket(wire, "mcp.example.com", port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);

            assertThatThrownBy(socket::startHandshake)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("mcp.example.com");
        }
    }

    private int statusOfDiscovery() throws Exception {
        try (HttpClient http = HttpClient.newBuilder().sslContext(context).build()) {
            URI discovery = URI.create(
                    server.origin() + "/" + DemoDirectory.TENANT_ID + "/v2.0/.well-known/openid-configuration");
            return http.send(HttpRequest.newBuilder(discovery).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private void trustTheServersAuthority() throws Exception {
        byte[] pem = server.caCertificatePem().orElseThrow().getBytes(StandardCharsets.US_ASCII);
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        Certificate authority =
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
        store.setCertificateEntry("emulator", authority);
        Path file = folder.resolve("trusted.jks");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, new char[0]);
        }
        System.setProperty(STORE, file.toString());
    }
}
