package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An MCP client on the wire: what it sends is written out by the test, what it checks before it goes on (RFC 9728 §3.3, RFC 8414
 * §3.3, RFC 9207 §2.4, the spec's rules about PKCE) is checked here. Its user is ben.
 */
final class WireClient {

    static final String ROUTE = "notes";
    private static final Pattern QUOTED = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

    /** What the client has found out about who signs its user in. */
    record Found(
            JsonNode resource, JsonNode server, @Nullable String scope) {

        String at(String endpoint) {
            return server.required(endpoint).asText();
        }
    }

    private final GatewayFixture gateway;
    private final String[] always;
    private final UsersBrowser browser;
    private final String verifier = UUID.randomUUID() + "-" + UUID.randomUUID();
    String accessToken = "";
    String refreshToken = "";

    /** @param always headers of every request that is not the browser's */
    WireClient(GatewayFixture gateway, String... always) {
        this.gateway = gateway;
        this.always = always;
        this.browser = new UsersBrowser(gateway.http, gateway.entra.origin());
    }

    /** The URL that the user has typed. */
    String url() {
        return gateway.publicUrl() + "/" + ROUTE;
    }

    HttpResponse<String> get(String url, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url)).GET(), headers);
    }

    HttpResponse<String> post(String url, String type, String body, String... headers)
            throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body)),
                headers);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        for (String[] some : List.of(always, headers)) {
            if (some.length > 0) {
                request.headers(some);
            }
        }
        return gateway.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A message to the MCP endpoint, with the access token once there is one. */
    HttpResponse<String> mcp(String body, String... headers) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Accept", "application/json, text/event-stream"));
        if (!accessToken.isEmpty()) {
            all.addAll(List.of("Authorization", "Bearer " + accessToken));
        }
        return post(url(), "application/json", body, all.toArray(String[]::new));
    }

    /** Knocks without a token, and follows the challenge to the metadata (RFC 9728 §5). */
    Found knock(String body, String... headers) throws IOException, InterruptedException {
        HttpResponse<String> challenge = mcp(body, headers);
        assertThat(challenge.statusCode()).isEqualTo(401);
        Map<String, String> said = new LinkedHashMap<>();
        Matcher parameters = QUOTED.matcher(
                challenge.headers().firstValue("WWW-Authenticate").orElseThrow());
        while (parameters.find()) {
            said.put(parameters.group(1), parameters.group(2));
        }
        return read(said.get("resource_metadata"), said.get("scope"), headers);
    }

    /** Reads the metadata where the URL of the MCP endpoint says that it is (RFC 9728 §3.1). */
    Found lookUp(String... headers) throws IOException, InterruptedException {
        return read(gateway.publicUrl() + "/.well-known/oauth-protected-resource/" + ROUTE, null, headers);
    }

    private Found read(@Nullable String metadata, @Nullable String scope, String... headers)
            throws IOException, InterruptedException {
        JsonNode resource = json(200, get(String.valueOf(metadata), headers));
        assertThat(resource.path("resource").asText()).isEqualTo(url());
        assertThat(resource.path("authorization_servers")).hasSize(1);
        String issuer = resource.path("authorization_servers").path(0).asText();
        JsonNode server = json(200, get(issuer + "/.well-known/oauth-authorization-server", headers));
        assertThat(server.path("issuer").asText()).isEqualTo(issuer);
        assertThat(server.path("code_challenge_methods_supported")).hasToString("[\"S256\"]");
        assertThat(server.path("authorization_response_iss_parameter_supported").asBoolean())
                .isTrue();
        assertThat(server.path("client_id_metadata_document_supported").asBoolean())
                .isTrue();
        assertThat(server.path("token_endpoint_auth_methods_supported").toString())
                .contains("\"none\"");
        return new Found(resource, server, scope);
    }

    /** Registers (RFC 7591). */
    JsonNode register(Found found, String metadata) throws IOException, InterruptedException {
        return json(201, post(found.at("registration_endpoint"), "application/json", metadata));
    }

    /** Sends the user; the code, from an answer that is in order. */
    String code(Found found, String clientId, String redirectUri, Map<String, String> more)
            throws IOException, InterruptedException {
        Map<String, String> request = new LinkedHashMap<>();
        request.put("response_type", "code");
        request.put("client_id", clientId);
        request.put("redirect_uri", redirectUri);
        request.put("code_challenge", challenge());
        request.put("code_challenge_method", "S256");
        request.put("state", "state of " + clientId);
        request.putAll(more);
        Map<String, String> answer = UsersBrowser.query(browser.open(
                found.at("authorization_endpoint") + "?" + UsersBrowser.encode(request), redirectUri, "ben"));
        assertThat(answer)
                .containsEntry("state", request.get("state"))
                .containsEntry("iss", found.server().path("issuer").asText())
                .doesNotContainKey("error");
        return answer.get("code");
    }

    /** Redeems a code. */
    JsonNode redeem(
            Found found, String clientId, String code, String redirectUri, Map<String, String> more, String... headers)
            throws IOException, InterruptedException {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", redirectUri);
        form.put("code_verifier", verifier);
        return tokens(found, clientId, form, more, headers);
    }

    /** Refreshes; the client has the successor from then on. */
    JsonNode refresh(Found found, String clientId, Map<String, String> more, String... headers)
            throws IOException, InterruptedException {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", refreshToken);
        return tokens(found, clientId, form, more, headers);
    }

    private JsonNode tokens(
            Found found, String clientId, Map<String, String> form, Map<String, String> more, String... headers)
            throws IOException, InterruptedException {
        // Whoever authenticates itself in a header does not name itself in the form.
        if (headers.length == 0) {
            form.put("client_id", clientId);
        }
        form.putAll(more);
        HttpResponse<String> answer = post(
                found.at("token_endpoint"), "application/x-www-form-urlencoded", UsersBrowser.encode(form), headers);
        JsonNode tokens = json(200, answer);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(tokens.path("token_type").asText()).isEqualTo("Bearer");
        assertThat(tokens.path("expires_in").asInt()).isGreaterThanOrEqualTo(600);
        accessToken = tokens.required("access_token").asText();
        refreshToken = tokens.required("refresh_token").asText();
        return tokens;
    }

    static JsonNode json(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        return FacadeClient.json(answer);
    }

    private String challenge() {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
