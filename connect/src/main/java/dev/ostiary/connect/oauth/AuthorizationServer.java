package dev.ostiary.connect.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.metadata.Documents;
import dev.ostiary.connect.metadata.SafeUrl;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an authorization server says of itself (RFC 8414, OpenID Connect Discovery).
 *
 * @param saysIssuer whether its redirects carry {@code iss} (RFC 9207)
 * @param takesDocuments whether a client id may be the URL of a document
 */
record AuthorizationServer(
        String issuer,
        URI authorize,
        URI token,
        @Nullable URI register,
        @Nullable URI device,
        boolean saysIssuer,
        boolean takesDocuments,
        boolean offersPkce,
        List<String> scopes) {

    AuthorizationServer {
        scopes = List.copyOf(scopes);
    }

    /**
     * Looks in the places that MCP clients look, in their order.
     *
     * @param server that names it
     * @throws ConnectFailure when there is no metadata, it is another's, or it has endpoints that no token may be sent to
     */
    static AuthorizationServer of(String issuer, URI server, Documents documents)
            throws ConnectFailure, IOException, InterruptedException {
        URI url = SafeUrl.namedBy(server, issuer, "the authorization server in the server's metadata");
        for (URI place : places(url)) {
            JsonNode json = documents.get(place);
            if (json == null || !json.path("token_endpoint").isTextual()) {
                continue;
            }
            if (!issuer.equals(json.path("issuer").asText())) {
                throw ConnectFailure.refused(
                        "the metadata at " + place + " is of another issuer than " + issuer,
                        "tell the server's operator: authorization_servers and issuer must be the same text");
            }
            return new AuthorizationServer(
                    issuer,
                    endpoint(server, json, "authorization_endpoint"),
                    endpoint(server, json, "token_endpoint"),
                    json.path("registration_endpoint").isTextual()
                            ? endpoint(server, json, "registration_endpoint")
                            : null,
                    json.path("device_authorization_endpoint").isTextual()
                            ? endpoint(server, json, "device_authorization_endpoint")
                            : null,
                    json.path("authorization_response_iss_parameter_supported").asBoolean(),
                    json.path("client_id_metadata_document_supported").asBoolean(),
                    texts(json.path("code_challenge_methods_supported")).contains("S256"),
                    texts(json.path("scopes_supported")));
        }
        throw ConnectFailure.refused(
                "the authorization server " + issuer + " publishes no metadata",
                "check that it can be reached from here, or use --auth az or a token in MCP_ENTRA_TOKEN");
    }

    private static List<URI> places(URI issuer) {
        String path = issuer.getRawPath() == null ? "" : issuer.getRawPath().replaceAll("/+$", "");
        URI origin = issuer.resolve("/");
        List<URI> places = new ArrayList<>();
        places.add(origin.resolve("/.well-known/oauth-authorization-server" + path));
        places.add(origin.resolve("/.well-known/openid-configuration" + path));
        if (!path.isEmpty()) {
            places.add(origin.resolve(path + "/.well-known/openid-configuration"));
        }
        return places;
    }

    private static URI endpoint(URI server, JsonNode json, String name) throws ConnectFailure {
        return SafeUrl.namedBy(server, json.path(name).asText(), "the authorization server's " + name);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
