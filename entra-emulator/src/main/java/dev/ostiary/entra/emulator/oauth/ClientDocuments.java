package dev.ostiary.entra.emulator.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Clients whose id is the URL of their metadata document (fact sheet §7.3, [D] the preview's page
 * client-id-metadata-documents; draft-ietf-oauth-client-id-metadata-document for what that page leaves open). The client
 * becomes an agent identity: a public client with an id of its own, which is what tokens name. Delegated flows only.
 *
 * <p>Off unless hosts are named. Documents are fetched from those hosts alone, over https, on loopback also over http;
 * without redirects, at most 16 KiB, within five seconds; once per URL. Safe for any thread.
 */
public final class ClientDocuments {

    /** No URL is a client id, as in tenants without the preview. */
    public static final ClientDocuments OFF = new ClientDocuments(Set.of());

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_BYTES = 16 * 1024;
    private static final int MAX_CLIENTS = 100;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1");
    private static final Pattern DOTS = Pattern.compile("(^|/)\\.{1,2}(/|$)");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Set<String> hosts;
    private final BoundedStore<AppRegistration> clients = new BoundedStore<>(MAX_CLIENTS);

    private ClientDocuments(Set<String> hosts) {
        this.hosts = hosts;
    }

    /** Documents of these hosts may be clients; names without port. */
    public static ClientDocuments of(String... hosts) {
        return new ClientDocuments(Set.of(hosts));
    }

    /** Whether any is. */
    public boolean enabled() {
        return !hosts.isEmpty();
    }

    /** Whether a client id is a URL that may be fetched. */
    boolean admits(String clientId) {
        return enabled() && url(clientId) != null;
    }

    /** A client that has been seen, by the id that tokens name. */
    Optional<AppRegistration> byAppId(String appId) {
        return clients.first(client -> client.appId().equals(appId));
    }

    /** The client of a document; empty when the document cannot be had or does not describe it. */
    Optional<AppRegistration> client(String clientId) {
        Optional<AppRegistration> known = clients.get(clientId);
        URI url = url(clientId);
        if (known.isPresent() || url == null) {
            return known;
        }
        AppRegistration client = read(clientId, url);
        if (client != null) {
            clients.put(clientId, client);
        }
        return Optional.ofNullable(client);
    }

    private @Nullable URI url(String clientId) {
        try {
            URI url = URI.create(clientId);
            String host = url.getHost();
            boolean safe =
                    "https".equals(url.getScheme()) || ("http".equals(url.getScheme()) && LOOPBACK.contains(host));
            return safe
                            && hosts.contains(host)
                            && url.getRawUserInfo() == null
                            && url.getRawFragment() == null
                            && url.getRawPath().length() > 1
                            && !DOTS.matcher(url.getRawPath()).find()
                    ? url
                    : null;
        } catch (IllegalArgumentException | NullPointerException e) {
            return null;
        }
    }

    private static @Nullable AppRegistration read(String clientId, URI url) {
        try (HttpClient http = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build()) {
            HttpResponse<InputStream> response = http.send(
                    HttpRequest.newBuilder(url).timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                byte[] bytes = body.readNBytes(MAX_BYTES + 1);
                return response.statusCode() == 200 && bytes.length <= MAX_BYTES
                        ? registration(clientId, JSON.readTree(bytes))
                        : null;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable AppRegistration registration(String clientId, @Nullable JsonNode document) {
        if (document == null
                || !document.path("client_id").asText().equals(clientId)
                || document.path("client_name").asText().isBlank()
                || !document.path("token_endpoint_auth_method").asText("none").equals("none")
                || document.path("redirect_uris").isEmpty()) {
            return null;
        }
        String appId = UUID.nameUUIDFromBytes(clientId.getBytes(StandardCharsets.UTF_8))
                .toString();
        List<String> redirects = document.path("redirect_uris")
                .valueStream()
                .map(JsonNode::asText)
                .toList();
        return AppRegistration.builder(appId, document.path("client_name").asText())
                .publicClient(redirects.toArray(String[]::new))
                .multiTenant()
                .build();
    }
}
