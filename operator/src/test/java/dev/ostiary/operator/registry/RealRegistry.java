package dev.ostiary.operator.registry;

import dev.ostiary.testing.Level;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The distribution project's registry (Debian's package {@code docker-registry}), with TLS and a password. It may be stopped and
 * started again: it keeps its port and its images.
 */
public final class RealRegistry implements AutoCloseable {

    public static final PullCredential CREDENTIAL = new PullCredential("robot", "pull-me-42");

    /** bcrypt of the password, which is nobody's. */
    private static final String HTPASSWD = "robot:$2b$04$gU88yh2dHsDEnzO5giP7l.A1VQLFU8GjF7X0MC0kBfeKISGyffT0i\n";

    private static final Path PROGRAM = Path.of("/usr/bin/docker-registry");
    private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");

    private final Path folder;
    private final TestCertificate certificate;
    private final HttpClient http;
    private Process process;
    private int port;

    public RealRegistry(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        if (!Files.isExecutable(PROGRAM)) {
            throw Level.cannotRun("there is no registry to ask; install docker-registry");
        }
        this.folder = folder;
        this.certificate = new TestCertificate(folder);
        Files.writeString(folder.resolve("htpasswd"), HTPASSWD);
        this.http = HttpClient.newBuilder()
                .sslContext(RegistryTrust.of(certificate.certificate()))
                .build();
        start();
    }

    /** The certificate that vouches for it, in PEM. */
    public Path ca() throws IOException, GeneralSecurityException {
        return certificate.certificate();
    }

    /** Name of an image there. */
    public String image(String repositoryAndTag) {
        return "localhost:" + port + "/" + repositoryAndTag;
    }

    /** The content of a Secret for pulling from it. */
    public String pullSecret() {
        return "{\"auths\":{\"localhost:" + port + "\":{\"username\":\"" + CREDENTIAL.user() + "\",\"password\":\""
                + CREDENTIAL.password() + "\"}}}";
    }

    /** Starts it again where it was. */
    public void start() throws IOException, InterruptedException, GeneralSecurityException {
        Path config = Files.writeString(folder.resolve("registry.yml"), """
                version: 0.1
                log: { accesslog: { disabled: true } }
                storage: { filesystem: { rootdirectory: %s } }
                http:
                  addr: 127.0.0.1:%d
                  secret: of-this-test
                  tls: { certificate: %s, key: %s }
                auth: { htpasswd: { realm: registry, path: %s } }
                """.formatted(
                        folder.resolve("images"),
                        port,
                        certificate.certificate(),
                        certificate.key(),
                        folder.resolve("htpasswd")));
        process = new ProcessBuilder(PROGRAM.toString(), "serve", config.toString())
                .redirectErrorStream(true)
                .start();
        CompletableFuture<Integer> listening = new CompletableFuture<>();
        Process started = process;
        Thread.ofVirtual().start(() -> read(started, listening));
        try {
            port = listening.get(30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            close();
            throw new IOException("the registry did not start", e);
        }
    }

    private static void read(Process process, CompletableFuture<Integer> listening) {
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = LISTENING.matcher(line);
                if (matcher.find()) {
                    listening.complete(Integer.parseInt(matcher.group(1)));
                } else if (!listening.isDone()) {
                    said.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            listening.completeExceptionally(e);
        }
        listening.completeExceptionally(new IOException(said.toString()));
    }

    /** Pushes an image without layers, as the distribution specification says. */
    public void push(String repository, String tag, String config) throws IOException, InterruptedException {
        byte[] bytes = config.getBytes(StandardCharsets.UTF_8);
        String digest = digest(bytes);
        HttpResponse<String> upload =
                send("POST", "https://localhost:" + port + "/v2/" + repository + "/blobs/uploads/", "", new byte[0]);
        String to = upload.headers().firstValue("Location").orElseThrow(() -> new IOException(upload.toString()));
        created(send(
                "PUT", to + (to.contains("?") ? "&" : "?") + "digest=" + digest, "application/octet-stream", bytes));
        String manifest = """
                {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",\
                "config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":%d,"digest":"%s"},"layers":[]}""".formatted(bytes.length, digest);
        created(send(
                "PUT",
                "https://localhost:" + port + "/v2/" + repository + "/manifests/" + tag,
                "application/vnd.docker.distribution.manifest.v2+json",
                manifest.getBytes(StandardCharsets.UTF_8)));
    }

    private HttpResponse<String> send(String method, String to, String type, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(to))
                .header("Authorization", CREDENTIAL.basic())
                .method(method, BodyPublishers.ofByteArray(body));
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static void created(HttpResponse<String> response) throws IOException {
        if (response.statusCode() != 201) {
            throw new IOException(response + " " + response.body());
        }
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the process; images stay. */
    public void stop() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        http.close();
    }
}
