package dev.ostiary.connect.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.metadata.Documents;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Set;

/** Dynamic client registration (RFC 7591) as a public native client. */
final class Registration {

    private static final JsonMapper JSON = new JsonMapper();
    /** RFC 7591 §3.2.2; the second of servers that read scopes as those of a request. */
    private static final Set<String> ABOUT_METADATA = Set.of("invalid_client_metadata", "invalid_scope");

    private final Documents documents;

    Registration(Documents documents) {
        this.documents = documents;
    }

    /**
     * A new client with this redirect URI. A server may know a scope as one of the resource's, and refuse it in a registration, where it is
     * optional (RFC 7591 §2); so it is left out when that seems to be the reason.
     */
    Client register(AuthorizationServer server, URI endpoint, String redirectUri, String scope)
            throws ConnectFailure, IOException, InterruptedException {
        Documents.Answer answer = ask(server, endpoint, redirectUri, scope);
        if (answer.status() == 400
                && !scope.isEmpty()
                && ABOUT_METADATA.contains(answer.body().path("error").asText())) {
            answer = ask(server, endpoint, redirectUri, "");
        }
        JsonNode json = answer.body();
        String id = json.path("client_id").asText();
        if (!answer.isOk() || id.isEmpty()) {
            throw ConnectFailure.refused(
                    "the authorization server " + server.issuer() + " registers no client (" + answer.status()
                            + said(json) + ")",
                    "ask its operator for a client id and give it with --client-id");
        }
        String secret = json.path("client_secret").textValue();
        String method = json.path("token_endpoint_auth_method").asText(secret == null ? "none" : "client_secret_basic");
        return new Client(id, method.equals("none") ? null : secret, method.equals("client_secret_basic"), redirectUri);
    }

    private Documents.Answer ask(AuthorizationServer server, URI endpoint, String redirectUri, String scope)
            throws IOException, InterruptedException {
        ObjectNode request = JSON.createObjectNode()
                .put("client_name", "Ostiary connect")
                .put("application_type", "native")
                .put("token_endpoint_auth_method", "none");
        request.putArray("redirect_uris").add(redirectUri);
        request.putArray("response_types").add("code");
        var grants = request.putArray("grant_types").add("authorization_code").add("refresh_token");
        if (server.device() != null) {
            grants.add("urn:ietf:params:oauth:grant-type:device_code");
        }
        if (!scope.isEmpty()) {
            request.put("scope", scope);
        }
        return documents.send(HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(request))));
    }

    private static String said(JsonNode json) {
        String error = json.path("error").asText();
        String description = json.path("error_description").asText();
        return (error.isEmpty() ? "" : ", " + error) + (description.isEmpty() ? "" : ": " + description);
    }
}
