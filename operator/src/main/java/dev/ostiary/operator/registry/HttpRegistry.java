package dev.ostiary.operator.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.gateway.config.egress.EnvironmentProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks registries by the OCI distribution specification 1.1: the manifest, of an index the one for this kind of machine, and
 * the configuration that it names. Whoever writes a workload chooses the registry, so it is trusted with nothing: HTTPS alone,
 * answers of a bounded size in a bounded time, every blob checked against its digest, a password for nobody but whom it is
 * stated for and the token service that it names over HTTPS.
 *
 * <p>Not jib-core, which reads manifests and tokens of any size into memory: one registry could end the operator of all.
 */
public final class HttpRegistry implements Registry {

    /** Of one look-up, all requests together. */
    static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final Duration CONNECTING = Duration.ofSeconds(5);

    /** Manifests and configurations have some kB; many are read at once. */
    private static final int MAX_DOCUMENT = 1 << 20;

    /** Read as a tree, a document of empty objects alone would take thirty times its size. */
    private static final long MAX_TOKENS = 50_000;

    private static final int MAX_TOKEN_ANSWER = 64 << 10;
    private static final int MAX_REDIRECTS = 3;
    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    /** Of an entry point with its arguments: more would not fit into a pod. */
    private static final int MAX_WORDS = 256;

    private static final int MAX_CHARACTERS = 32 << 10;

    private static final String INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    private static final String ACCEPTED = String.join(
            ", ",
            INDEX,
            DOCKER_LIST,
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json");

    private static final JsonMapper JSON = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxTokenCount(MAX_TOKENS)
                    .maxStringLength(1 << 20)
                    .build())
            .build());

    private final HttpClient http;
    private final @Nullable EnvironmentProxy proxy;
    private final String architecture;

    /**
     * @param trust who vouches for registries
     * @param proxy by which they are reached; null: as the JVM's own settings say, which is directly unless they name one
     * @param architecture of the machines that pods run on, as images call it: {@code amd64}, {@code arm64}
     */
    public HttpRegistry(SSLContext trust, @Nullable EnvironmentProxy proxy, String architecture) {
        HttpClient.Builder client = HttpClient.newBuilder()
                .sslContext(trust)
                .connectTimeout(CONNECTING)
                .followRedirects(HttpClient.Redirect.NEVER);
        if (proxy != null) {
            client.proxy(proxy);
        }
        this.http = client.build();
        this.proxy = proxy;
        this.architecture = architecture;
    }

    /** What images call the kind of machine that this process runs on. */
    public static String thisArchitecture() {
        return switch (System.getProperty("os.arch", "")) {
            case "aarch64" -> "arm64";
            default -> "amd64";
        };
    }

    @Override
    public ImageConfig look(ImageName image, @Nullable PullCredential credential)
            throws RegistryException, InterruptedException {
        return new LookUp(image, credential).config();
    }

    /** An answer, whole. */
    private record Answer(int status, HttpResponse<byte[]> response) {
        byte[] body() {
            return response.body();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    /** One look-up. */
    private final class LookUp {

        private final ImageName image;
        private final @Nullable PullCredential credential;
        private final long until = System.nanoTime() + DEADLINE.toNanos();
        private @Nullable String authorization;

        LookUp(ImageName image, @Nullable PullCredential credential) {
            this.image = image;
            this.credential = credential;
        }

        ImageConfig config() throws RegistryException, InterruptedException {
            JsonNode manifest = manifest(image.reference(), image.digest());
            if (manifest.path("manifests").isArray()) {
                String digest = digest(forThisMachine(manifest.path("manifests")));
                manifest = manifest(digest, digest);
            }
            if (manifest.path("schemaVersion").asInt() != 2) {
                throw refused("has a manifest of a kind that is not known; images of today have schema version 2");
            }
            String digest = digest(manifest.path("config"));
            byte[] config = checked(document("blobs/" + digest, "application/json"), digest);
            JsonNode stated = json(config).path("config");
            return new ImageConfig(words(stated.path("Entrypoint")), words(stated.path("Cmd")));
        }

        private JsonNode manifest(String reference, @Nullable String digest)
                throws RegistryException, InterruptedException {
            byte[] document = document("manifests/" + reference, ACCEPTED);
            return json(digest == null ? document : checked(document, digest));
        }

        private JsonNode forThisMachine(JsonNode manifests) throws RegistryException {
            JsonNode other = null;
            for (JsonNode candidate : manifests) {
                JsonNode platform = candidate.path("platform");
                if (!platform.path("os").asText("linux").equals("linux")) {
                    continue;
                }
                if (platform.path("architecture").asText(architecture).equals(architecture)) {
                    return candidate;
                }
                other = other == null ? candidate : other;
            }
            if (other == null) {
                throw refused("has nothing for Linux");
            }
            // The nodes may be of another kind than the operator's; whether the image fits them, their kubelet says.
            return other;
        }

        private String digest(JsonNode descriptor) throws RegistryException {
            String digest = descriptor.path("digest").asText("");
            ImageName named = ImageName.parse(image.registry() + "/" + image.repository() + "@" + digest);
            if (named == null) {
                throw refused("names a digest that is no SHA-256");
            }
            return digest;
        }

        private List<String> words(JsonNode list) throws RegistryException {
            List<String> words = new ArrayList<>();
            int characters = 0;
            for (JsonNode word : list) {
                characters += word.asText().length();
                words.add(word.asText());
                if (!word.isTextual() || words.size() > MAX_WORDS || characters > MAX_CHARACTERS) {
                    throw refused("has an entry point that no pod could have");
                }
            }
            return words;
        }

        private byte[] checked(byte[] document, String digest) throws RegistryException {
            try {
                byte[] actual = MessageDigest.getInstance("SHA-256").digest(document);
                if (!digest.equals("sha256:" + HexFormat.of().formatHex(actual))) {
                    throw refused("was answered with something else than its digest says");
                }
                return document;
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        private JsonNode json(byte[] document) throws RegistryException {
            try {
                JsonNode read = JSON.readTree(document);
                if (read != null && read.isObject()) {
                    return read;
                }
            } catch (JsonProcessingException e) {
                throw refused("was answered with something that is no JSON that could be read");
            } catch (IOException e) {
                throw new RegistryException("cannot be read", e);
            }
            throw refused("was answered with something that is no JSON object");
        }

        /** A manifest or a blob, after the challenge that there may be, and wherever the registry keeps it. */
        private byte[] document(String path, String accept) throws RegistryException, InterruptedException {
            URI first = address("https://" + image.host() + "/v2/" + image.repository() + "/" + path);
            Answer answer = get(first, accept, authorization, MAX_DOCUMENT);
            if (answer.status() == 401 && authorization == null) {
                authorization = authorize(answer);
                answer = get(first, accept, authorization, MAX_DOCUMENT);
            }
            URI at = first;
            for (int i = 0; i < MAX_REDIRECTS && isRedirect(answer.status()); i++) {
                at = redirected(at, answer);
                // What is shown to the registry is none of its storage's business.
                answer = get(at, accept, null, MAX_DOCUMENT);
            }
            return switch (answer.status()) {
                case 200 -> answer.body();
                case 401, 403 ->
                    throw refused(
                            credential == null
                                    ? "is not for everyone, and no Secret of imagePullSecrets has a user and password for "
                                            + image.registry() + " (the registry answered " + answer.status() + ")"
                                    : "is not for the user of imagePullSecrets (the registry answered "
                                            + answer.status() + ")");
                case 404 -> throw refused("is not there (the registry answered 404)");
                case 429 -> throw refused("cannot be had at the moment: the registry wants fewer requests (429)");
                default -> throw refused("cannot be had: the registry answered " + answer.status());
            };
        }

        private URI address(String text) throws RegistryException {
            try {
                return URI.create(text);
            } catch (IllegalArgumentException e) {
                throw new RegistryException("names no host that could be asked", e);
            }
        }

        private URI redirected(URI from, Answer answer) throws RegistryException {
            try {
                URI to = from.resolve(answer.header("Location"));
                if ("https".equals(to.getScheme()) && to.getHost() != null) {
                    return to;
                }
            } catch (IllegalArgumentException e) {
                throw new RegistryException("leads to no address", e);
            }
            throw refused("leads to something else than HTTPS");
        }

        /** Answers the challenge of RFC 7235, as the distribution project's token specification says. */
        private @Nullable String authorize(Answer refusal) throws RegistryException, InterruptedException {
            AuthChallenge challenge =
                    AuthChallenge.of(refusal.response().headers().allValues("WWW-Authenticate"));
            return switch (challenge) {
                case AuthChallenge.None none -> null;
                case AuthChallenge.Basic basic -> credential == null ? null : credential.basic();
                case AuthChallenge.Bearer bearer -> "Bearer " + token(bearer);
            };
        }

        private String token(AuthChallenge.Bearer challenge) throws RegistryException, InterruptedException {
            URI service = challenge.service("repository:" + image.repository() + ":pull");
            if (service == null) {
                throw refused("needs a token, and its registry names no HTTPS address for tokens");
            }
            Answer answer =
                    get(service, "application/json", credential == null ? null : credential.basic(), MAX_TOKEN_ANSWER);
            if (answer.status() != 200) {
                throw refused((credential == null
                                ? "needs a token that is not for everyone"
                                : "needs a token that the user of imagePullSecrets is not given")
                        + " (the token service answered " + answer.status() + ")");
            }
            JsonNode body = json(answer.body());
            String token = body.path("token").asText(body.path("access_token").asText(""));
            if (!AuthChallenge.isToken(token)) {
                throw refused("needs a token, and the token service gave none");
            }
            return token;
        }

        private Answer get(URI at, String accept, @Nullable String authorization, int limit)
                throws RegistryException, InterruptedException {
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw refused("was not answered within " + DEADLINE.toSeconds() + " s");
            }
            EnvironmentProxy passed = proxy != null && proxy.isFor(at) ? proxy : null;
            if (passed != null && passed.problem() != null) {
                throw refused("cannot be asked for: " + passed.problem());
            }
            HttpRequest.Builder request;
            try {
                request = HttpRequest.newBuilder(at)
                        .header("Accept", accept)
                        .header("User-Agent", "ostiary")
                        .timeout(Duration.ofNanos(left));
            } catch (IllegalArgumentException e) {
                throw new RegistryException("leads to no address", e);
            }
            if (authorization != null) {
                request.header("Authorization", authorization);
            }
            CompletableFuture<HttpResponse<byte[]>> sent;
            try {
                sent = http.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), limit));
            } catch (IllegalArgumentException e) {
                // A port that no host has, for one.
                throw new RegistryException("names no address that could be asked", e);
            }
            try {
                HttpResponse<byte[]> response = sent.get(left, TimeUnit.NANOSECONDS);
                if (passed != null && response.statusCode() == PROXY_AUTHENTICATION_REQUIRED) {
                    throw refused(
                            "cannot be asked for: the proxy in HTTPS_PROXY wants a user and password, which are not sent;"
                                    + " let it admit the operator by its address");
                }
                return new Answer(response.statusCode(), response);
            } catch (TimeoutException e) {
                throw new RegistryException("was not answered within " + DEADLINE.toSeconds() + " s", e);
            } catch (ExecutionException e) {
                throw new RegistryException(reason(e.getCause(), passed != null), e);
            } finally {
                sent.cancel(true);
            }
        }

        private static RegistryException refused(String problem) {
            return new RegistryException(problem);
        }
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    /** Names the kind of failure alone: messages of exceptions may repeat what a peer said. */
    private static String reason(@Nullable Throwable cause, boolean proxied) {
        return switch (cause) {
            case java.net.http.HttpTimeoutException timeout -> "could not be asked for in time";
            case java.net.ConnectException refused ->
                "could not be asked for: no connection to " + (proxied ? "the proxy in HTTPS_PROXY" : "its registry");
            case java.nio.channels.UnresolvedAddressException unknown ->
                proxied
                        ? "could not be asked for: the host in HTTPS_PROXY is not known"
                        : "names a registry whose host is not known";
            case javax.net.ssl.SSLException tls ->
                "could not be asked for: its registry's certificate is not trusted, or it speaks no TLS";
            case null, default ->
                "could not be asked for: "
                        + (proxied ? "the proxy in HTTPS_PROXY does not lead to its registry, or " : "")
                        + "its registry's answer broke off, was too large or no HTTP";
        };
    }
}
