package dev.ostiary.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Registries that say what registries may say (OCI distribution specification 1.1; the distribution project's token
 * specification), and hostile ones.
 */
class HttpRegistryTest {

    private static final PullCredential CREDENTIAL = new PullCredential("robot", "s3cret-of-the-robot");
    private static final String CONFIG = """
            {"architecture":"amd64","os":"linux","config":{"Entrypoint":["/server","stdio"],"Cmd":["--read-only"]}}""";

    private interface Reply {
        void to(HttpExchange http) throws IOException;
    }

    @TempDir
    private static Path folder;

    private static TestCertificate certificate;

    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpsServer server;
    private HttpRegistry registry;

    @BeforeAll
    static void certify() throws IOException, InterruptedException, GeneralSecurityException {
        certificate = new TestCertificate(folder);
    }

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.server()));
        server.setExecutor(threads);
        server.createContext("/", http -> {
            try (http) {
                String path = http.getRequestURI().toString();
                String shown = http.getRequestHeaders().getFirst("Authorization");
                asked.add(path + (shown == null ? "" : " " + shown));
                Reply reply = replies.get(http.getRequestURI().getPath());
                if (reply == null) {
                    status(
                                    404,
                                    "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"" + CREDENTIAL.password()
                                            + "\"}]}")
                            .to(http);
                } else {
                    reply.to(http);
                }
            }
        });
        server.start();
        registry = new HttpRegistry(RegistryTrust.of(certificate.certificate()), null, "amd64");
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void anImageIsRead() throws RegistryException, InterruptedException {
        image("1", CONFIG);

        assertThat(look("team/notes:1"))
                .isEqualTo(new ImageConfig(List.of("/server", "stdio"), List.of("--read-only")));
        assertThat(asked).noneMatch(request -> request.contains("Basic") || request.contains("Bearer"));
    }

    @Test
    void ofAnIndexTheOneForThisKindOfMachineIsRead() throws RegistryException, InterruptedException {
        String arm = manifest("arm", CONFIG.replace("/server", "/arm"));
        String windows = manifest("windows", CONFIG.replace("/server", "C:\\\\server"));
        String ours = manifest("ours", CONFIG);
        json("manifests/2", index("windows", "amd64", windows, "linux", "arm64", arm, "linux", "amd64", ours));
        json("manifests/3", index("unknown", "unknown", windows, "linux", "arm64", arm));
        json("manifests/4", index("windows", "amd64", windows));

        assertThat(look("team/notes:2").entrypoint()).containsExactly("/server", "stdio");
        assertThat(look("team/notes:3").entrypoint())
                .as("whether it runs on a node, its kubelet says")
                .containsExactly("/arm", "stdio");
        refused("team/notes:4", "has nothing for Linux");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"config\":{\"Cmd\":[\"serve\"]}} | [] | [serve]",
                "{\"config\":{\"Entrypoint\":null,\"Cmd\":null}} | [] | []",
                "{} | [] | []",
            })
    void whatAnImageLeavesOutIsEmpty(String config, String entrypoint, String cmd)
            throws RegistryException, InterruptedException {
        image("1", config);

        ImageConfig read = look("team/notes:1");

        assertThat(read.entrypoint()).asString().isEqualTo(entrypoint);
        assertThat(read.cmd()).asString().isEqualTo(cmd);
    }

    @Test
    void aTokenIsFetchedForTheImageAloneAndWithThePassword() throws RegistryException, InterruptedException {
        image("1", CONFIG);
        behindToken("t0ken");
        json("/token", "{\"token\":\"t0ken\"}");

        look("team/notes:1", CREDENTIAL);

        assertThat(asked)
                .contains("/token?service=registry&scope=repository%3Ateam%2Fnotes%3Apull " + CREDENTIAL.basic());
        assertThat(asked.stream().filter(request -> request.startsWith("/v2/")))
                .as("the password is for the token service alone")
                .noneMatch(request -> request.contains("Basic"));

        asked.clear();
        look("team/notes:1", null);
        assertThat(asked).noneMatch(request -> request.contains("Basic"));
    }

    @Test
    void aPasswordIsShownToARegistryThatAsksForOne() throws RegistryException, InterruptedException {
        image("1", CONFIG);
        guard(CREDENTIAL.basic(), "Basic realm=\"registry\"");

        assertThat(look("team/notes:1", CREDENTIAL).entrypoint()).isNotEmpty();
        refused("team/notes:1", "is not for everyone, and no Secret of imagePullSecrets");
        assertThatThrownBy(() -> look("team/notes:1", new PullCredential("robot", "wrong")))
                .hasMessageContaining("is not for the user of imagePullSecrets");
    }

    @ParameterizedTest
    @CsvSource({"http://127.0.0.1:1/token", "ftp://x/", "not a url", "https://u:p@127.0.0.1/token", "''"})
    void aPasswordGoesToNoAddressThatIsNotHttps(String realm) {
        image("1", CONFIG);
        guard("Bearer x", "Bearer realm=\"" + realm + "\",service=\"registry\"");

        assertThatThrownBy(() -> look("team/notes:1", CREDENTIAL))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("names no HTTPS address for tokens")
                .hasMessageNotContaining(CREDENTIAL.password());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"token\":\"a\\r\\nX-Evil: 1\"} | gave none",
                "{\"token\":\"\"} | gave none",
                "{} | gave none",
                "[] | no JSON object",
                "<html> | no JSON",
            })
    void aTokenServiceThatGivesNone(String answer, String says) {
        image("1", CONFIG);
        behindToken("t0ken");
        json("/token", answer);

        refused("team/notes:1", says);
    }

    @Test
    void aBlobMayLieElsewhereAndNothingIsShownThere() throws RegistryException, InterruptedException {
        image("1", CONFIG);
        behindToken("t0ken");
        json("/token", "{\"access_token\":\"t0ken\"}");
        replies.put("/v2/team/notes/blobs/" + digest(CONFIG), http -> {
            if (http.getRequestHeaders().containsKey("Authorization")) {
                redirect("/storage/config?signature=abc").to(http);
            } else {
                status(401, "").to(http);
            }
        });
        json("/storage/config", CONFIG);

        assertThat(look("team/notes:1", CREDENTIAL).entrypoint()).isNotEmpty();
        assertThat(asked).contains("/storage/config?signature=abc");
    }

    @Test
    void redirectsEndAndLeadToHttpsAlone() {
        replies.put("/v2/team/notes/manifests/1", redirect("/v2/team/notes/manifests/1"));
        replies.put("/v2/team/notes/manifests/2", redirect("http://127.0.0.1:9/"));
        replies.put("/v2/team/notes/manifests/3", redirect("file:///etc/passwd"));

        refused("team/notes:1", "the registry answered 302");
        assertThat(asked).hasSize(4);
        refused("team/notes:2", "something else than HTTPS");
        refused("team/notes:3", "something else than HTTPS");
    }

    @Test
    void whatIsAnsweredIsCheckedAgainstItsDigest() {
        image("1", CONFIG);
        json("blobs/" + digest(CONFIG), CONFIG.replace("/server", "/evil"));
        refused("team/notes:1", "something else than its digest says");

        String manifest = manifestOf(CONFIG);
        json("manifests/" + digest(manifest), manifest + " ");
        refused("team/notes@" + digest(manifest), "something else than its digest says");
    }

    @ParameterizedTest
    @CsvSource({
        "401, is not for everyone",
        "403, is not for everyone",
        "404, is not there",
        "429, wants fewer requests",
        "500, the registry answered 500",
    })
    void aRefusalIsSaidAndNothingThatCameWithIt(int status, String says) {
        replies.put("/v2/team/notes/manifests/1", status(status, "internal: " + CREDENTIAL.password()));

        refused("team/notes:1", says);
    }

    @Test
    void hostileAnswersEndTheLookUpAlone() throws IOException {
        replies.put("/v2/team/notes/manifests/1", HttpRegistryTest::endless);
        refused("team/notes:1", "was too large or no HTTP");

        json("manifests/2", "[".repeat(100_000));
        refused("team/notes:2", "is no JSON that could be read");

        json("manifests/2", "{\"manifests\":[" + "{},".repeat(100_000) + "{}]}");
        refused("team/notes:2", "is no JSON that could be read");

        json("manifests/3", "{\"schemaVersion\":1,\"fsLayers\":[]}");
        refused("team/notes:3", "schema version 2");

        json("manifests/4", "{\"schemaVersion\":2,\"config\":{\"digest\":\"../../../secrets\"}}");
        refused("team/notes:4", "names a digest that is no SHA-256");

        image("5", "{\"config\":{\"Entrypoint\":[" + "\"a\",".repeat(300) + "\"a\"]}}");
        refused("team/notes:5", "an entry point that no pod could have");

        image("6", "{\"config\":{\"Entrypoint\":[{\"a\":1}]}}");
        refused("team/notes:6", "an entry point that no pod could have");

        json("manifests/7", "");
        refused("team/notes:7", "is no JSON");

        replies.put("/v2/team/notes/manifests/8", http -> {
            http.sendResponseHeaders(200, 1000);
            http.getResponseBody().write('{');
            http.getResponseBody().flush();
        });
        refused("team/notes:8", "broke off");
    }

    @Test
    void whoCannotBeAskedIsSaid() throws IOException {
        HttpServer plain = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        plain.start();
        try {
            refusedAt("localhost:" + plain.getAddress().getPort() + "/a:1", "could not be asked for");
        } finally {
            plain.stop(0);
        }
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        refusedAt("localhost:" + free + "/a:1", "no connection to its registry");
        refusedAt("[:::]/a:1", "could");
        refusedAt("localhost:99999/a:1", "could");
        refusedAt("localhost:0/a:1", "could");

        HttpRegistry stranger = new HttpRegistry(RegistryTrust.of(null), null, "amd64");
        assertThatThrownBy(() ->
                        stranger.look(name("localhost:" + server.getAddress().getPort() + "/team/notes:1"), null))
                .hasMessageContaining("certificate is not trusted");
    }

    private void image(String tag, String config) {
        json("manifests/" + tag, manifestOf(config));
        json("blobs/" + digest(config), config);
    }

    /** Stores a manifest by its digest, which is returned. */
    private String manifest(String name, String config) {
        String manifest =
                manifestOf(config).replace("\"layers\"", "\"annotations\":{\"n\":\"" + name + "\"},\"layers\"");
        json("manifests/" + digest(manifest), manifest);
        json("blobs/" + digest(config), config);
        return digest(manifest);
    }

    private static String manifestOf(String config) {
        return """
                {"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},"layers":[]}""".formatted(digest(config), config.length());
    }

    private static String index(String... osArchitectureDigest) {
        StringBuilder index = new StringBuilder("{\"schemaVersion\":2,\"manifests\":[");
        for (int i = 0; i < osArchitectureDigest.length; i += 3) {
            index.append(i == 0 ? "" : ",")
                    .append("{\"digest\":\"")
                    .append(osArchitectureDigest[i + 2])
                    .append("\",\"platform\":{\"os\":\"")
                    .append(osArchitectureDigest[i])
                    .append("\",\"architecture\":\"")
                    .append(osArchitectureDigest[i + 1])
                    .append("\"}}");
        }
        return index.append("]}").toString();
    }

    private void json(String path, String body) {
        replies.put(path.startsWith("/") ? path : "/v2/team/notes/" + path, status(200, body));
    }

    private static Reply status(int status, String body) {
        return http -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            http.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            try (OutputStream out = http.getResponseBody()) {
                out.write(bytes);
            }
        };
    }

    private static Reply redirect(String to) {
        return http -> {
            http.getResponseHeaders().set("Location", to);
            http.sendResponseHeaders(302, -1);
        };
    }

    /** Until the reader has had enough; a thousand times as much as it should take. */
    private static void endless(HttpExchange http) throws IOException {
        http.sendResponseHeaders(200, 0);
        byte[] much = new byte[1 << 20];
        try (OutputStream out = http.getResponseBody()) {
            for (int i = 0; i < 4_096; i++) {
                out.write(much);
            }
        }
    }

    private void behindToken(String token) {
        guard(
                "Bearer " + token,
                "Bearer realm=\"https://localhost:" + server.getAddress().getPort() + "/token\",service=\"registry\"");
    }

    /** What is there is shown to whom shows this. */
    private void guard(String authorization, String challenge) {
        replies.replaceAll((path, reply) -> http -> {
            if (authorization.equals(http.getRequestHeaders().getFirst("Authorization"))) {
                reply.to(http);
            } else {
                http.getResponseHeaders().set("WWW-Authenticate", challenge);
                status(401, "").to(http);
            }
        });
    }

    private ImageConfig look(String image) throws RegistryException, InterruptedException {
        return look(image, null);
    }

    private ImageConfig look(String image, PullCredential credential) throws RegistryException, InterruptedException {
        return registry.look(name("localhost:" + server.getAddress().getPort() + "/" + image), credential);
    }

    private void refused(String image, String says) {
        refusedAt("localhost:" + server.getAddress().getPort() + "/" + image, says);
    }

    private void refusedAt(String image, String says) {
        assertThatThrownBy(() -> registry.look(name(image), null))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(says)
                .hasMessageNotContaining(CREDENTIAL.password());
    }

    private static ImageName name(String image) {
        return Objects.requireNonNull(ImageName.parse(image));
    }

    private static String digest(String content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256")
                                    .digest(content.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
