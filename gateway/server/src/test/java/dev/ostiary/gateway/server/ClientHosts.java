package dev.ostiary.gateway.server;

import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.emulator.token.Pem;
import dev.ostiary.gateway.config.EgressSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * The egress proxy of a site (CONNECT), behind which the hosts of well-known clients serve their documents over TLS, as the test
 * says; what is not said is not let through. So nothing ever leaves the machine.
 */
final class ClientHosts implements AutoCloseable {

    private static final List<String> HOSTS = List.of(
            "claude.ai", "vscode.dev", "github.com", "chatgpt.com", "opencode.ai", "zed.dev", "goose.example.com");

    private final Map<String, String> documents = new ConcurrentHashMap<>();
    private final Certificates.Identity authority = Certificates.authority("CN=The Internet");
    private final SSLContext tls = serving(Certificates.server(authority, HOSTS));
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    ClientHosts() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    /** Serves JSON at an https URL. */
    void serve(String url, String json) {
        documents.put(url, json);
    }

    /** No host answers any more. */
    void unreachable() {
        documents.clear();
    }

    /** For a gateway that is to go this way. */
    EgressSettings egress() {
        return new EgressSettings(
                URI.create("http://127.0.0.1:" + listener.getLocalPort()),
                null,
                List.of(),
                Pem.certificate(authority.certificate()));
    }

    private static SSLContext serving(Certificates.Identity identity) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("hosts", identity.privateKey(), new char[0], new Certificate[] {identity.certificate()});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket client) {
        try (client) {
            String host = head(client.getInputStream()).split(" ")[1].replace(":443", "");
            boolean there = documents.keySet().stream()
                    .anyMatch(url -> URI.create(url).getHost().equals(host));
            write(client, there ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 403 Forbidden\r\n\r\n");
            if (!there) {
                return;
            }
            try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(client, null, -1, true)) {
                socket.setUseClientMode(false);
                String path = head(socket.getInputStream()).split(" ")[1];
                String json = documents.get("https://" + host + path);
                write(
                        socket,
                        json == null
                                ? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                                : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=60\r\n"
                                        + "Content-Length: " + json.length() + "\r\n\r\n" + json);
            }
        } catch (IOException gone) {
            // The gateway has hung up.
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
