package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.gateway.config.EgressSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How documents are fetched: over TLS, through proxies, from servers that misbehave. */
class EntraDocumentsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String PATH = "/" + DemoDirectory.TENANT_ID + "/v2.0/.well-known/openid-configuration";

    private static EntraEmulator overTls;
    private static EntraEmulator plain;

    @BeforeAll
    static void start() {
        Settings settings = Settings.of(DemoDirectory.forGateway("https://mcp.example.com", List.of("notes")));
        overTls = EntraEmulator.start(settings.withTls());
        plain = EntraEmulator.start(settings.withKeys(overTls.keys()));
    }

    @AfterAll
    static void stop() {
        overTls.close();
        plain.close();
    }

    private static String ca() {
        return overTls.caCertificatePem().orElseThrow();
    }

    private static String reasonOf(EgressSettings egress, URI uri) {
        return reasonOf(egress, uri, TIMEOUT);
    }

    /** Why it could not be read; "read" when it could. */
    private static String reasonOf(EgressSettings egress, URI uri, Duration timeout) {
        try (EntraDocuments documents = new EntraDocuments(egress, timeout)) {
            documents.read(uri);
            return "read";
        } catch (EntraFailure failure) {
            return failure.reason();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aServerBehindACompanyAuthorityIsTrustedWithItsBundle() {
        URI uri = URI.create(overTls.origin() + PATH);
        assertThat(reasonOf(new EgressSettings(null, null, List.of(), ca()), uri))
                .isEqualTo("read");
        assertThat(reasonOf(new EgressSettings(null, null, List.of(), "# our CA\n" + ca() + ca()), uri))
                .isEqualTo("read");
    }

    @Test
    void aServerBehindAnUnknownAuthorityIsNotTrusted() {
        assertThat(reasonOf(EgressSettings.DIRECT, URI.create(overTls.origin() + PATH)))
                .isEqualTo("TlsFailed");
    }

    @Test
    void theNameInTheCertificateIsChecked() throws IOException {
        // The proxy leads every name to the emulator, whose certificate does not have this one.
        URI uri = URI.create(overTls.origin().replace("localhost", "login.example") + PATH);
        try (LoopbackProxy proxy = new LoopbackProxy()) {
            assertThat(reasonOf(new EgressSettings(proxy.uri(), null, List.of(), ca()), uri))
                    .isEqualTo("TlsFailed");
            assertThat(proxy.requests()).containsExactly("CONNECT login.example:" + uri.getPort());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    void aBundleThatIsNoneFailsTheReadAndSaysSo(String bundle) {
        assertThat(reasonOf(new EgressSettings(null, null, List.of(), bundle), URI.create(plain.origin() + PATH)))
                .isEqualTo("CaBundleInvalid");
    }

    @Test
    void httpsGoesThroughItsProxyByTunnel() throws Exception {
        try (LoopbackProxy proxy = new LoopbackProxy()) {
            URI uri = URI.create(overTls.origin() + PATH);
            assertThat(reasonOf(new EgressSettings(proxy.uri(), null, List.of(), ca()), uri))
                    .isEqualTo("read");
            assertThat(proxy.requests()).containsExactly("CONNECT localhost:" + uri.getPort());
        }
    }

    @Test
    void httpGoesThroughItsOwnProxy() throws Exception {
        try (LoopbackProxy proxy = new LoopbackProxy()) {
            URI uri = URI.create(plain.origin() + PATH);
            URI dead = URI.create("http://127.0.0.1:1");
            assertThat(reasonOf(new EgressSettings(dead, proxy.uri(), List.of(), null), uri))
                    .isEqualTo("read");
            assertThat(proxy.requests()).containsExactly("GET " + uri);
        }
    }

    @Test
    void hostsThatNeedNoProxyAreReachedDirectly() throws Exception {
        URI uri = URI.create(plain.origin() + PATH);
        URI dead = URI.create("http://127.0.0.1:1");
        assertThat(reasonOf(new EgressSettings(dead, dead, List.of("LOCALHOST"), null), uri))
                .isEqualTo("read");
        assertThat(reasonOf(new EgressSettings(dead, dead, List.of(".localhost", "ocalhost"), null), uri))
                .isEqualTo("Unreachable");
    }

    @Test
    void noProxySuffixesCoverSubdomainsOnly() {
        EgressProxies proxies = new EgressProxies(
                new EgressSettings(URI.create("http://p:3128"), null, List.of(".corp.example", "one.example"), null));
        assertThat(proxies.proxyFor(URI.create("https://login.corp.example/"))).isNull();
        assertThat(proxies.proxyFor(URI.create("https://corp.example/"))).isNotNull();
        assertThat(proxies.proxyFor(URI.create("https://evilcorp.example/"))).isNotNull();
        assertThat(proxies.proxyFor(URI.create("https://one.example/"))).isNull();
        assertThat(proxies.proxyFor(URI.create("https://a.one.example/"))).isNotNull();
        assertThat(proxies.proxyFor(URI.create("http://other.example/"))).isNull();
    }

    @Test
    void aProxyThatCannotBeUsedFailsTheReadAndSaysSo() {
        URI uri = URI.create(plain.origin() + PATH);
        assertThat(reasonOf(new EgressSettings(null, URI.create("https://proxy:3128"), List.of(), null), uri))
                .isEqualTo("ProxyNotSupported");
        assertThat(reasonOf(new EgressSettings(null, URI.create("socks5://proxy:1080"), List.of(), null), uri))
                .isEqualTo("ProxyNotSupported");
    }

    @Test
    void aRedirectIsNotFollowed() throws IOException {
        AtomicInteger followed = new AtomicInteger();
        try (Odd odd = new Odd()) {
            odd.server.createContext("/elsewhere", exchange -> {
                followed.incrementAndGet();
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            odd.server.createContext("/", exchange -> {
                exchange.getResponseHeaders().set("Location", "/elsewhere");
                exchange.sendResponseHeaders(302, -1);
                exchange.close();
            });
            assertThat(reasonOf(EgressSettings.DIRECT, odd.uri("/"))).isEqualTo("WrongStatus");
            assertThat(followed).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"text\"",
                "{",
                "{}{}",
                "{\"a\":1,\"a\":2}",
                "<html></html>",
                "{\"a\":[[[[[[[[[[]]]]]]]]]]}",
                "{\"a\":NaN}",
                "{'a':1}",
                "\uFEFF{}"
            })
    void whatIsNotOneStrictJsonObjectIsRefused(String body) throws IOException {
        try (Odd odd = new Odd()) {
            odd.answer("/", body.getBytes(StandardCharsets.UTF_8));
            assertThat(reasonOf(EgressSettings.DIRECT, odd.uri("/"))).isEqualTo("NotJson");
        }
    }

    @Test
    void aDocumentThatIsTooLargeIsNotReadToItsEnd() throws IOException {
        try (Odd odd = new Odd()) {
            odd.answer(
                    "/", ("{\"a\":\"" + "x".repeat(EntraDocuments.MAX_BYTES) + "\"}").getBytes(StandardCharsets.UTF_8));
            odd.answer(
                    "/fits",
                    ("{\"a\":\"" + "x".repeat(EntraDocuments.MAX_BYTES - 8) + "\"}").getBytes(StandardCharsets.UTF_8));
            assertThat(reasonOf(EgressSettings.DIRECT, odd.uri("/"))).isEqualTo("Unreachable");
            assertThat(reasonOf(EgressSettings.DIRECT, odd.uri("/fits"))).isEqualTo("read");
        }
    }

    @Test
    void aBodyThatTricklesInIsGivenUpInTime() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> trickle(listener));
            long begun = System.nanoTime();
            assertThat(reasonOf(
                            EgressSettings.DIRECT,
                            URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/"),
                            Duration.ofMillis(400)))
                    .isEqualTo("TimedOut");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        }
    }

    /** A byte now and then, until the client goes: its silence is what the socket waits for in between. */
    private static void trickle(ServerSocket listener) {
        try (Socket client = listener.accept()) {
            client.setSoTimeout(20);
            OutputStream out = client.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{".getBytes(StandardCharsets.US_ASCII));
            int read = 0;
            while (read >= 0) {
                try {
                    read = client.getInputStream().read(new byte[1024]);
                } catch (SocketTimeoutException nothingSaid) {
                    out.write(' ');
                    out.flush();
                }
            }
        } catch (IOException theClientHasGivenUp) {
            // As it should.
        }
    }

    @Test
    void nobodyListeningIsAFailureLikeAnyOther() {
        assertThat(reasonOf(EgressSettings.DIRECT, URI.create("http://127.0.0.1:1/")))
                .isEqualTo("Unreachable");
    }

    @Test
    void afterClosingNothingIsRead() {
        EntraDocuments documents = new EntraDocuments(EgressSettings.DIRECT, TIMEOUT);
        documents.close();
        assertThatThrownBy(() -> documents.read(URI.create(plain.origin() + PATH)))
                .isInstanceOfSatisfying(
                        EntraFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo("Closed"));
    }

    /** A server whose answers a test chooses. */
    private static final class Odd implements AutoCloseable {
        final HttpServer server;

        Odd() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.start();
        }

        URI uri(String path) {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
        }

        void answer(String path, byte[] body) {
            server.createContext(path, exchange -> {
                exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
