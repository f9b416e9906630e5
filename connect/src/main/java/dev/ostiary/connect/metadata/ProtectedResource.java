package dev.ostiary.connect.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.token.Challenge;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an MCP server says of who guards it (RFC 9728).
 *
 * @param resource what tokens are for, as the server writes it
 * @param authorizationServers issuers; the first is used
 * @param scopes what to ask for: the challenge's, else the metadata's
 */
public record ProtectedResource(String resource, List<String> authorizationServers, List<String> scopes) {

    private static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

    public ProtectedResource {
        authorizationServers = List.copyOf(authorizationServers);
        scopes = List.copyOf(scopes);
    }

    /**
     * Looks where the challenge says, then at the two usual places.
     *
     * @return null when the server has no such metadata
     * @throws ConnectFailure when it has, for another server
     */
    public static @Nullable ProtectedResource of(URI server, Challenge challenge, Documents documents)
            throws ConnectFailure, IOException, InterruptedException {
        for (URI place : places(server, challenge)) {
            JsonNode json = documents.get(place);
            if (json == null || !json.path("resource").isTextual()) {
                continue;
            }
            String resource = json.path("resource").asText();
            if (!describes(resource, server)) {
                throw ConnectFailure.refused(
                        "the metadata at " + place + " is for " + resource + ", not for " + server,
                        "use the URL that the server's operator publishes; one under that address");
            }
            List<String> servers = texts(json.path("authorization_servers"));
            String asked = challenge.scope();
            List<String> scopes = asked == null || asked.isBlank()
                    ? texts(json.path("scopes_supported"))
                    : List.of(asked.strip().split(" +"));
            return new ProtectedResource(resource, servers, scopes);
        }
        return null;
    }

    private static List<URI> places(URI server, Challenge challenge) throws ConnectFailure {
        List<URI> places = new ArrayList<>();
        String said = challenge.resourceMetadata();
        if (said != null) {
            places.add(SafeUrl.namedBy(server, said, "the metadata URL in the server's challenge"));
        }
        String path = server.getRawPath() == null ? "" : server.getRawPath();
        URI origin = server.resolve("/");
        if (path.length() > 1) {
            places.add(origin.resolve(WELL_KNOWN + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path)));
        }
        places.add(origin.resolve(WELL_KNOWN));
        return places;
    }

    /** The same URL, or one above it on the same origin (RFC 9728 §3.3, as MCP clients read it). */
    static boolean describes(String resource, URI server) {
        URI url;
        try {
            url = URI.create(resource);
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (!SafeUrl.haveOneOrigin(url, server)) {
            return false;
        }
        String above = withSlash(url.getRawPath());
        return withSlash(server.getRawPath()).startsWith(above);
    }

    private static String withSlash(@Nullable String path) {
        return path == null || path.isEmpty() ? "/" : path.endsWith("/") ? path : path + "/";
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        for (JsonNode text : array) {
            if (text.isTextual() && !text.asText().isBlank()) {
                texts.add(text.asText());
            }
        }
        return texts;
    }
}
