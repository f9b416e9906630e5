package dev.ostiary.gateway.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/1.1 and HTTP/2 over TLS, and the certificate's renewal. */
@ExtendWith(NettyLeakDetectorExtension.class)
class TlsListenerTest {

    @TempDir
    static Path certificates;

    static TestCertificates first;
    static TestCertificates second;

    @TempDir
    Path folder;

    private ListenerFixture fixture;
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Exchange> taken = new LinkedBlockingQueue<>();

    @BeforeAll
    static void createCertificates() throws Exception {
        first = TestCertificates.create(certificates, "first", "EC");
        second = TestCertificates.create(certificates, "second", "RSA");
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    private void start(ExchangeHandler handler) throws Exception {
        fixture = ListenerFixture.tls(ListenerFixture.DEFAULTS, first.write(folder), handler);
    }

    private static void echo(Exchange exchange) {
        exchange.readBody(4 << 20, body -> exchange.respond(HttpResponseStatus.OK, new DefaultHttpHeaders(), body));
    }

    private HttpClient client(HttpClient.Version version) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(first.clientContext())
                .version(version)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + fixture.port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    @Test
    void bothVersionsAreServedByOneChain() throws Exception {
        start(exchange -> {
            told.add(exchange.method() + " " + exchange.path() + "?" + exchange.query() + " "
                    + exchange.headers().get("host") + " " + exchange.clientAddress());
            echo(exchange);
        });
        for (HttpClient.Version version : HttpClient.Version.values()) {
            if (version != HttpClient.Version.HTTP_1_1 && version != HttpClient.Version.HTTP_2) {
                continue;
            }
            try (HttpClient client = client(version)) {
                HttpResponse<String> response = client.send(
                        request("/a?b=c")
                                .POST(HttpRequest.BodyPublishers.ofString("hello"))
                                .build(),
                        BodyHandlers.ofString());
                assertThat(response.version()).isEqualTo(version);
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).isEqualTo("hello");
                assertThat(response.headers().firstValue("strict-transport-security"))
                        .isPresent();
                assertThat(response.headers().firstValue("content-length")).hasValue("5");
                assertThat(told).containsExactly("POST /a?b=c localhost:" + fixture.port() + " 127.0.0.1");
                told.clear();
            }
        }
    }

    @Test
    void largeBodiesPassBothWaysUnderFlowControl() throws Exception {
        start(TlsListenerTest::echo);
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            byte[] big = new byte[3 << 20];
            java.util.Arrays.fill(big, (byte) 'x');
            List<CompletableFuture<HttpResponse<byte[]>>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(client.sendAsync(
                        request("/")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(big))
                                .build(),
                        BodyHandlers.ofByteArray()));
            }
            for (CompletableFuture<HttpResponse<byte[]>> one : all) {
                assertThat(one.get(30, TimeUnit.SECONDS).body()).isEqualTo(big);
            }
        }
    }

    @Test
    void streamsOfOneConnectionAreServedIndependently() throws Exception {
        start(exchange -> {
            if (exchange.path().equals("/waits")) {
                taken.add(exchange);
            } else {
                echo(exchange);
            }
        });
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            CompletableFuture<HttpResponse<String>> waiting =
                    client.sendAsync(request("/waits").build(), BodyHandlers.ofString());
            Exchange exchange = taken.poll(10, TimeUnit.SECONDS);
            assertThat(client.send(request("/").build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(waiting).isNotDone();
            assertThat(fixture.listener.connections()).isEqualTo(1);
            exchange.executor()
                    .execute(() -> exchange.respond(
                            HttpResponseStatus.ACCEPTED, new DefaultHttpHeaders(), Unpooled.copiedBuffer("x", UTF_8)));
            assertThat(waiting.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
        }
    }

    @Test
    void aStreamedResponseArrivesPieceByPieceAndItsClientIsMissedWhenItGoes() throws Exception {
        start(exchange -> {
            exchange.onGone(() -> told.add("gone"));
            ResponseStream stream = exchange.stream(HttpResponseStatus.OK, new DefaultHttpHeaders());
            stream.write(Unpooled.copiedBuffer("data: 1\n\n", UTF_8));
        });
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            HttpResponse<InputStream> response = client.send(request("/").build(), BodyHandlers.ofInputStream());
            assertThat(response.body().readNBytes(9)).isEqualTo("data: 1\n\n".getBytes(UTF_8));
            assertThat(told).isEmpty();
            response.body().close();
            await().untilAsserted(() -> assertThat(told).containsExactly("gone"));
        }
    }

    @Test
    void anAbortedStreamFailsAtItsClientAndLeavesTheConnection() throws Exception {
        start(exchange -> {
            ResponseStream stream = exchange.stream(HttpResponseStatus.OK, new DefaultHttpHeaders());
            stream.write(Unpooled.copiedBuffer("abc", UTF_8));
            if (exchange.path().equals("/aborted")) {
                exchange.executor().execute(() -> exchange.executor().execute(stream::abort));
            } else {
                stream.end();
            }
        });
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            assertThatThrownBy(() -> client.send(request("/aborted").build(), BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
            assertThat(client.send(request("/").build(), BodyHandlers.ofString())
                            .body())
                    .isEqualTo("abc");
            assertThat(fixture.listener.connections()).isEqualTo(1);
        }
    }

    @Test
    void anEarlyAnswerEndsAnUnfinishedUpload() throws Exception {
        start(exchange -> exchange.respond(
                HttpResponseStatus.UNAUTHORIZED, new DefaultHttpHeaders(), Unpooled.copiedBuffer("no", UTF_8)));
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            HttpResponse<String> response = client.send(
                    request("/")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[2 << 20]))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(401);
        }
        await().untilAsserted(() -> assertThat(fixture.listener.exchanges()).isZero());
    }

    @Test
    void refusalsAreTheSameAsOverHttp11() throws Exception {
        start(TlsListenerTest::echo);
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            assertThat(client.send(request("/a/%2e%2e/b").build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(400);
            assertThat(client.send(
                                    request("/")
                                            .header("Origin", "https://evil.example")
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(403);
            assertThat(client.send(
                                    request("/")
                                            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5 << 20]))
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(413);
            HttpResponse<String> preflight = client.send(
                    request("/")
                            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                            .header("Origin", "https://inspector.example")
                            .header("Access-Control-Request-Method", "POST")
                            .build(),
                    BodyHandlers.ofString());
            assertThat(preflight.statusCode()).isEqualTo(204);
            assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                    .hasValue("https://inspector.example");
        }
        assertThat(fixture.events.rejections)
                .containsExactly(Rejection.MALFORMED_TARGET, Rejection.FOREIGN_ORIGIN, Rejection.BODY_TOO_LARGE);
    }

    private SSLSocket connect(TestCertificates trusted, String serverName, String... protocols) throws Exception {
        SSLSocket socket = (SSLSocket) trusted.clientContext()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), fixture.port());
        SSLParameters parameters = socket.getSSLParameters();
        if (serverName != null) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        if (protocols.length > 0) {
            parameters.setProtocols(protocols);
        }
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return socket;
    }

    @Test
    void aServerNameThatIsNotTheRequestedHostIsMisdirected() throws Exception {
        start(TlsListenerTest::echo);
        String request = "GET / HTTP/1.1\r\nHost: localhost:" + fixture.port() + "\r\nConnection: close\r\n\r\n";
        try (RawClient client = new RawClient(connect(first, "other.example"))) {
            assertThat(client.send(request).readToEnd()).startsWith("HTTP/1.1 421 ");
        }
        try (RawClient client = new RawClient(connect(first, "LOCALHOST"))) {
            assertThat(client.send(request).readToEnd()).startsWith("HTTP/1.1 200 ");
        }
        try (RawClient client = new RawClient(connect(first, null))) {
            assertThat(client.send(request).readToEnd()).startsWith("HTTP/1.1 200 ");
        }
        assertThat(fixture.events.rejections).containsExactly(Rejection.SNI_MISMATCH);
    }

    @Test
    void onlyModernProtocolsAreSpoken() throws Exception {
        start(TlsListenerTest::echo);
        connect(first, "localhost", "TLSv1.2").close();
        connect(first, "localhost", "TLSv1.3").close();
        String offered = java.security.Security.getProperty("jdk.tls.disabledAlgorithms");
        assertThat(offered).contains("TLSv1.1");
        try (RawClient plain = fixture.connect()) {
            plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(plain.readToEnd()).doesNotContain("HTTP/1.1");
        }
        await().untilAsserted(() -> assertThat(fixture.events.rejections).containsExactly(Rejection.TLS_HANDSHAKE));
    }

    @Test
    void anUnfinishedHandshakeIsEndedInTime() throws Exception {
        fixture = ListenerFixture.tls(
                ListenerFixture.withTimeouts(
                        Duration.ofMillis(300), Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5)),
                first.write(folder),
                TlsListenerTest::echo);
        try (RawClient client = fixture.connect()) {
            client.send(new byte[] {0x16, 3, 1, 2, 0, 1});
            client.readToEnd();
        }
        await().untilAsserted(() -> assertThat(fixture.events.open).hasValue(0));
    }

    private String presented() throws Exception {
        List<String> seen = new ArrayList<>();
        SSLContext anything = SSLContext.getInstance("TLS");
        anything.init(null, new TrustManager[] {new RecordingTrust(seen)}, null);
        try (SSLSocket socket = (SSLSocket)
                anything.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), fixture.port())) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
        }
        return seen.getFirst();
    }

    @Test
    void aReplacedCertificateIsPresentedWithoutARestart() throws Exception {
        start(TlsListenerTest::echo);
        assertThat(presented()).isEqualTo("CN=first");
        second.write(folder);
        await().untilAsserted(() -> assertThat(presented()).isEqualTo("CN=second"));
    }

    @Test
    void aSwappedSymbolicLinkIsFollowed() throws Exception {
        first.write(folder.resolve("..2026_1"));
        second.write(folder.resolve("..2026_2"));
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_1"));
        Files.createSymbolicLink(folder.resolve("tls.crt"), Path.of("..data/tls.crt"));
        Files.createSymbolicLink(folder.resolve("tls.key"), Path.of("..data/tls.key"));
        fixture = ListenerFixture.tls(
                ListenerFixture.DEFAULTS,
                new TlsFiles(folder.resolve("tls.crt"), folder.resolve("tls.key")),
                TlsListenerTest::echo);
        assertThat(presented()).isEqualTo("CN=first");
        Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2026_2"));
        Files.move(
                folder.resolve("..data_tmp"),
                folder.resolve("..data"),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        await().untilAsserted(() -> assertThat(presented()).isEqualTo("CN=second"));
    }

    @Test
    void aPairThatDoesNotMatchOrIsHalfWrittenLeavesTheOldOneInUse() throws Exception {
        TlsFiles files = first.write(folder);
        try (ReloadingTls tls = new ReloadingTls(files, Duration.ofHours(1))) {
            var old = tls.current();
            String whole = second.certificatePem();
            for (String broken : List.of(whole, whole.substring(0, whole.length() / 2), "", "no PEM")) {
                Files.writeString(files.certificate(), broken);
                tls.look();
                assertThat(tls.current()).isSameAs(old);
            }
            Files.delete(files.key());
            tls.look();
            assertThat(tls.current()).isSameAs(old);
            second.write(folder);
            tls.look();
            assertThat(tls.current()).isNotSameAs(old);
        }
    }

    @Test
    void filesThatCannotBeUsedAtTheStartAreNamed() throws Exception {
        TlsFiles files = first.write(folder);
        Files.writeString(files.certificate(), second.certificatePem());
        assertThatThrownBy(() -> new ReloadingTls(files, Duration.ofSeconds(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tls.crt")
                .hasMessageContaining("tls.key");
    }

    @Test
    void keysAreReadInEveryFormThatToolsWrite() throws Exception {
        assertThat(PrivateKeyPem.read(
                        TestCertificates.pem("EC PRIVATE KEY", first.unwrappedKey())
                                .getBytes(UTF_8),
                        first.certificate().getPublicKey()))
                .isEqualTo(first.key());
        assertThat(PrivateKeyPem.read(
                        TestCertificates.pem("RSA PRIVATE KEY", second.unwrappedKey())
                                .getBytes(UTF_8),
                        second.certificate().getPublicKey()))
                .isEqualTo(second.key());
        assertThatThrownBy(() -> PrivateKeyPem.read(
                        TestCertificates.pem(
                                        "ENCRYPTED PRIVATE KEY", second.key().getEncoded())
                                .getBytes(UTF_8),
                        second.certificate().getPublicKey()))
                .hasMessageContaining("unencrypted");
    }

    private record RecordingTrust(List<String> seen) implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            seen.add(chain[0].getSubjectX500Principal().getName());
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
