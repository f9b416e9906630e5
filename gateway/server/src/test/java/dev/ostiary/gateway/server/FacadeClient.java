package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client that registers itself, with a user and the user's browser: everything over HTTP as it is outside. Pages are answered
 * with yes, a second factor at Entra too.
 */
final class FacadeClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String REDIRECT = "http://127.0.0.1:33418/callback";
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    /** Where the browser was sent at Entra, one URL a round. */
    final List<String> atEntra;

    String accessToken = "";
    String refreshToken = "";
    private final GatewayFixture gateway;
    private final String route;
    private final String clientId;
    private final UsersBrowser browser;

    FacadeClient(GatewayFixture gateway, String route) throws IOException, InterruptedException {
        this.gateway = gateway;
        this.route = route;
        this.browser = new UsersBrowser(gateway.http, gateway.entra.origin());
        this.atEntra = browser.atEntra;
        HttpResponse<String> registered = gateway.http.send(
                HttpRequest.newBuilder(URI.create(gateway.publicUrl() + "/register"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"client_name\":\"A client\",\"redirect_uris\":[\""
                                + REDIRECT + "\"],\"token_endpoint_auth_method\":\"none\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(registered.statusCode()).as(registered.body()).isEqualTo(201);
        clientId = json(registered).path("client_id").asText();
    }

    /** The whole way, from the authorization request to tokens. */
    FacadeClient signIn(String user) throws IOException, InterruptedException {
        HttpResponse<String> answer = token(Map.of(
                "grant_type",
                "authorization_code",
                "code",
                authorize(user).get("code"),
                "redirect_uri",
                REDIRECT,
                "code_verifier",
                VERIFIER));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return this;
    }

    /** The parameters that the client's redirect URI gets. */
    Map<String, String> authorize(String user) throws IOException, InterruptedException {
        Map<String, String> request = new LinkedHashMap<>();
        request.put("response_type", "code");
        request.put("client_id", clientId);
        request.put("redirect_uri", REDIRECT);
        request.put("state", "s");
        request.put("code_challenge", CHALLENGE);
        request.put("code_challenge_method", "S256");
        request.put("resource", gateway.publicUrl() + "/" + route);
        return UsersBrowser.query(
                browser.open(gateway.publicUrl() + "/authorize?" + UsersBrowser.encode(request), REDIRECT, user));
    }

    HttpResponse<String> refresh() throws IOException, InterruptedException {
        return token(Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
    }

    private HttpResponse<String> token(Map<String, String> parameters) throws IOException, InterruptedException {
        Map<String, String> form = new LinkedHashMap<>(parameters);
        form.put("client_id", clientId);
        form.put("resource", gateway.publicUrl() + "/" + route);
        HttpResponse<String> answer = gateway.http.send(
                HttpRequest.newBuilder(URI.create(gateway.publicUrl() + "/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(UsersBrowser.encode(form)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 200) {
            accessToken = json(answer).path("access_token").asText();
            refreshToken = json(answer).path("refresh_token").asText();
        }
        return answer;
    }

    HttpRequest request(String body) {
        return gateway.request("", route)
                .header("Authorization", "Bearer " + accessToken)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    HttpResponse<String> call(String body) throws IOException, InterruptedException {
        return gateway.http.send(request(body), HttpResponse.BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError(answer.body(), e);
        }
    }

    /** Another browser, or the same after its cookies were cleared. */
    void forgetCookies() {
        browser.forgetCookies();
    }

    static @Nullable String parameter(String url, String name) {
        return UsersBrowser.query(url).get(name);
    }
}
