package dev.ostiary.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ostiary.gateway.config.egress.EnvironmentProxy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registries that only the proxy of the environment leads to: a real one, as far as CONNECT goes (RFC 9110 §9.3.6). */
class RegistryProxyTest {

    private static final String IMAGE = "registry.example/team/notes:1";
    private static final String CONFIG = "{\"config\":{\"Entrypoint\":[\"/server\"]}}";

    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** What the proxy was asked for: the first line of each request. */
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();

    private volatile String answer = "HTTP/1.1 200 Connection established\r\n\r\n";
    private TestCertificate certificate;
    private HttpsServer registry;
    private ServerSocket proxy;

    @BeforeEach
    void start() throws Exception {
        certificate = new TestCertificate(folder);
        registry = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.setHttpsConfigurator(new HttpsConfigurator(certificate.server()));
        registry.setExecutor(threads);
        String digest = "sha256:"
                + HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256").digest(CONFIG.getBytes(StandardCharsets.UTF_8)));
        serve("/v2/team/notes/manifests/1", "{\"schemaVersion\":2,\"config\":{\"digest\":\"" + digest + "\"}}");
        serve("/v2/team/notes/blobs/" + digest, CONFIG);
        registry.start();
        proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket client = proxy.accept();
                    Thread.ofVirtual().start(() -> connect(client));
                }
            } catch (IOException closed) {
                // The test is over.
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        registry.stop(0);
        threads.shutdownNow();
    }

    @Test
    void aRegistryIsReachedThroughIt() throws Exception {
        assertThat(look(Map.of("https_proxy", address(""))).entrypoint()).containsExactly("/server");

        assertThat(asked).isNotEmpty().allMatch(request -> request.startsWith("CONNECT registry.example:443 "));
    }

    @Test
    void oneThatIsExceptedIsNot() {
        assertThatThrownBy(() -> look(Map.of("HTTPS_PROXY", address(""), "NO_PROXY", ".svc,registry.example:443")))
                .as("there is no such host")
                .isInstanceOf(RegistryException.class)
                .hasMessageNotContaining("HTTPS_PROXY");

        assertThat(asked).isEmpty();
    }

    @Test
    void usersAndPasswordsAreNeitherSentNorShown() {
        assertThatThrownBy(() -> look(Map.of("HTTPS_PROXY", address("user:s3cret@"))))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("HTTPS_PROXY has a user and password")
                .hasMessageNotContaining("s3cret");

        assertThat(asked).isEmpty();
    }

    @Test
    void aProxyThatDoesNotLeadThereIsSaidToBeTheReason() {
        answer = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"
                + "Content-Length: 0\r\n\r\n";
        refused("the proxy in HTTPS_PROXY wants a user and password");

        answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
        refused("the proxy in HTTPS_PROXY does not lead to its registry");

        assertThatThrownBy(() -> look(Map.of("HTTPS_PROXY", "http://127.0.0.1:" + free())))
                .hasMessageContaining("no connection to the proxy in HTTPS_PROXY");
    }

    private void refused(String says) {
        assertThatThrownBy(() -> look(Map.of("HTTPS_PROXY", address(""))))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(says);
    }

    private ImageConfig look(Map<String, String> environment) throws Exception {
        HttpRegistry client = new HttpRegistry(
                RegistryTrust.of(certificate.certificate()),
                Objects.requireNonNull(EnvironmentProxy.of(environment)),
                "amd64");
        return client.look(Objects.requireNonNull(ImageName.parse(IMAGE)), null);
    }

    private String address(String userInfo) {
        return "http://" + userInfo + "127.0.0.1:" + proxy.getLocalPort();
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void serve(String path, String body) {
        registry.createContext(path, http -> {
            try (http) {
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                http.sendResponseHeaders(200, bytes.length);
                http.getResponseBody().write(bytes);
            }
        });
    }

    /** Whatever host is asked for, our registry answers: its certificate says who it is. */
    private void connect(Socket client) {
        try (client;
                Socket server = new Socket(
                        InetAddress.getLoopbackAddress(), registry.getAddress().getPort())) {
            InputStream in = client.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    return;
                }
                head.append((char) next);
            }
            asked.add(head.substring(0, head.indexOf("\r\n")));
            OutputStream out = client.getOutputStream();
            out.write(answer.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            Thread.ofVirtual().start(() -> carry(server, client));
            in.transferTo(server.getOutputStream());
        } catch (IOException ended) {
            // Either side has what it wanted.
        }
    }

    private static void carry(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // Likewise.
        }
    }
}
