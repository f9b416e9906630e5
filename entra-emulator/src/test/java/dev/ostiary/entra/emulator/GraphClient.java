package dev.ostiary.entra.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.User;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Graph over real HTTP as the Azure CLI's user or as an app. */
final class GraphClient {

    static final String[] CLI_SCOPES = {
        "Application.ReadWrite.All",
        "AppRoleAssignment.ReadWrite.All",
        "DelegatedPermissionGrant.ReadWrite.All",
        "Directory.AccessAsUser.All",
        "User.Read.All"
    };

    private final Browserless http;
    private final String token;

    GraphClient(EntraEmulator entra, String token) {
        this.http = new Browserless(entra);
        this.token = token;
    }

    static GraphClient of(EntraEmulator entra, User user, String... scopes) {
        return new GraphClient(
                entra,
                entra.tokens()
                        .userToken(
                                user.oid(),
                                FirstPartyApps.AZURE_CLI_ID,
                                FirstPartyApps.GRAPH_ID,
                                scopes.length == 0 ? CLI_SCOPES : scopes)
                        .build());
    }

    HttpResponse<String> send(String method, String path, Object body) {
        try {
            String text = body instanceof String given ? given : Browserless.JSON.writeValueAsString(body);
            HttpRequest.Builder request = http.to("/v1.0" + path.replace(" ", "%20"))
                    .header("Authorization", "Bearer " + token)
                    .method(
                            method,
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(text));
            if (body != null) {
                request.header("Content-Type", "application/json");
            }
            return http.send(request.build());
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    int upsert(String path, Object body) {
        HttpRequest request = http.to("/v1.0" + path.replace(" ", "%20"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("Prefer", "create-if-missing")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        return http.send(request).statusCode();
    }

    HttpResponse<String> get(String path) {
        return send("GET", path, null);
    }

    JsonNode json(String path) {
        return expect(200, get(path));
    }

    JsonNode post(String path, Object body) {
        HttpResponse<String> response = send("POST", path, body);
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 204);
        return response.statusCode() == 204 ? Browserless.JSON.nullNode() : Browserless.json(response);
    }

    void patch(String path, Object body) {
        HttpResponse<String> response = send("PATCH", path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
    }

    void delete(String path) {
        HttpResponse<String> response = send("DELETE", path, null);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
    }

    static JsonNode expect(int status, HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return Browserless.json(response);
    }

    /** An error of Graph in its complete shape. */
    static JsonNode refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode error = Browserless.json(response).path("error");
        assertThat(error.path("code").asText()).as(response.body()).isEqualTo(code);
        assertThat(error.path("message").asText()).isNotEmpty();
        assertThat(error.path("innerError").path("request-id").asText()).hasSize(36);
        return error;
    }

    /** JSON with single quotes for double ones. */
    static ObjectNode body(String text) {
        try {
            return (ObjectNode) Browserless.JSON.readTree(text.replace('\'', '"'));
        } catch (java.io.IOException e) {
            throw new AssertionError(text, e);
        }
    }

    /** A delegated permission for a body. */
    static String scope(String id, String value, boolean enabled) {
        return "{'id':'" + id + "','value':'" + value + "','type':'User','isEnabled':" + enabled
                + ",'adminConsentDescription':'d','adminConsentDisplayName':'n'}";
    }
}
