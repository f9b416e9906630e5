package dev.ostiary.connect.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.connect.ConnectFailure;
import dev.ostiary.connect.metadata.Documents;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;

/** Dynamic client registration (RFC 7591) as a public native client. */
final class Registration {

    private static final JsonMapper JSON = new JsonMapper();

    private final Documents documents;

    Registration(Documents documents) {
        this.documents = documents;
    }

    /** A new client with this redirect URI. */
    Client register(AuthorizationServer server, URI endpoint, String redirectUri, String scope)
            throws ConnectFailure, IOException, InterruptedException {
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
        Documents.Answer answer = documents.send(HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(request))));
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

    private static String said(JsonNode json) {
        String error = json.path("error").asText();
        String description = json.path("error_description").asText();
        return (error.isEmpty() ? "" : ", " + error) + (description.isEmpty() ? "" : ": " + description);
    }
}
