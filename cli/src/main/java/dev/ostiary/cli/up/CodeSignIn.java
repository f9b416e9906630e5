package dev.ostiary.cli.up;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.cli.CommandFailure;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A user's sign-in at a login endpoint that asks no questions (the emulator's): authorization code with PKCE (RFC 7636)
 * as a public client, as the Azure CLI does it, with nobody at the browser.
 */
public final class CodeSignIn {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** Nothing listens there: the redirect is read, not followed. */
    private static final String REDIRECT = "http://localhost";

    private final URI authority;
    private final String tenantId;
    private final String clientId;
    private final SecureRandom random;

    /**
     * Names the place and the client.
     *
     * @param authority origin of the login endpoints, no slash at its end
     * @param tenantId the tenant
     * @param clientId a public client that is registered with the redirect URI {@code http://localhost}
     */
    public CodeSignIn(URI authority, String tenantId, String clientId, SecureRandom random) {
        this.authority = authority;
        this.tenantId = tenantId;
        this.clientId = clientId;
        this.random = random;
    }

    /**
     * An access token.
     *
     * @param user the user principal name
     * @param scope as in the authorization request
     * @throws CommandFailure with Entra's own error text when it is refused, or when nothing answers there
     */
    public String accessToken(String user, String scope) throws CommandFailure, InterruptedException {
        String verifier = randomText();
        String state = randomText();
        Map<String, String> request = new LinkedHashMap<>();
        request.put("client_id", clientId);
        request.put("response_type", "code");
        request.put("redirect_uri", REDIRECT);
        request.put("response_mode", "query");
        request.put("scope", scope);
        request.put("login_hint", user);
        request.put("state", state);
        request.put("code_challenge", sha256(verifier));
        request.put("code_challenge_method", "S256");

        try (HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(TIMEOUT)
                .build()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(endpoint("authorize", "?" + form(request)))
                            .timeout(TIMEOUT)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            Map<String, String> redirected = answer.headers()
                    .firstValue("Location")
                    .map(CodeSignIn::query)
                    .orElse(Map.of());
            if (redirected.containsKey("error")) {
                throw CommandFailure.refused("sign-in refused: " + redirected.get("error_description"));
            }
            String code = redirected.get("code");
            if (code == null || !state.equals(redirected.get("state"))) {
                throw CommandFailure.refused("sign-in refused with status " + answer.statusCode() + plainText(answer));
            }

            Map<String, String> redemption = new LinkedHashMap<>();
            redemption.put("client_id", clientId);
            redemption.put("grant_type", "authorization_code");
            redemption.put("code", code);
            redemption.put("redirect_uri", REDIRECT);
            redemption.put("code_verifier", verifier);
            redemption.put("scope", scope);
            HttpResponse<String> token = http.send(
                    HttpRequest.newBuilder(endpoint("token", ""))
                            .timeout(TIMEOUT)
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(form(redemption)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            JsonNode json = JSON.readTree(token.body());
            if (!json.path("access_token").isTextual()) {
                throw CommandFailure.refused(
                        "no token: " + json.path("error_description").asText("status " + token.statusCode()));
            }
            return json.path("access_token").asText();
        } catch (IOException e) {
            throw CommandFailure.environment("the Entra emulator at " + authority + " does not answer");
        }
    }

    private URI endpoint(String name, String query) {
        return URI.create(authority + "/" + tenantId + "/oauth2/v2.0/" + name + query);
    }

    private static String plainText(HttpResponse<String> page) {
        int at = page.body().indexOf("AADSTS");
        if (at < 0) {
            return "";
        }
        String text = page.body().substring(at).lines().findFirst().orElse("");
        int end = text.indexOf('<');
        return ": " + (end < 0 ? text : text.substring(0, end));
    }

    private static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter ->
                        parameter.getKey() + "=" + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static Map<String, String> query(String location) {
        Map<String, String> parameters = new LinkedHashMap<>();
        @Nullable String query = URI.create(location).getRawQuery();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    private String randomText() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String sha256(String text) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
