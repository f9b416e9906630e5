package dev.ostiary.connect.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.connect.metadata.Documents;
import dev.ostiary.connect.token.AccessToken;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Forms sent to a token endpoint (RFC 6749 §3.2), and what comes back. */
final class TokenRequests {

    private static final long LONGEST_LIFETIME = Duration.ofDays(3650).toSeconds();

    private final Documents documents;
    private final InstantSource clock;

    TokenRequests(Documents documents, InstantSource clock) {
        this.documents = documents;
        this.clock = clock;
    }

    /** The server's no, with its own code. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        private final String code;

        Refused(String code, String description) {
            super(description.isEmpty() ? code : code + ": " + description);
            this.code = code;
        }

        String code() {
            return code;
        }
    }

    /**
     * Tokens for a form.
     *
     * @param grant what they replace
     * @throws Refused with a code of RFC 6749 §5.2
     * @throws IOException when the server cannot answer now
     */
    Grant tokens(Grant grant, Map<String, String> form) throws Refused, IOException, InterruptedException {
        Documents.Answer answer = post(grant.tokenEndpoint(), grant.client(), form);
        JsonNode json = answer.body();
        String access = json.path("access_token").asText();
        if (!answer.isOk() || access.isEmpty()) {
            throw refusal(answer);
        }
        // RFC 6749 §7.1; RFC 9449 has tokens that are worth nothing as Bearer.
        if (!AccessToken.fits(access)
                || !json.path("token_type").asText("Bearer").equalsIgnoreCase("Bearer")) {
            throw new IOException("the authorization server issued what is no bearer token");
        }
        Instant now = clock.instant();
        JsonNode seconds = json.path("expires_in");
        // Some write the number as a text.
        long lifetime = Math.clamp(seconds.asLong(), 0, LONGEST_LIFETIME);
        String refresh = json.path("refresh_token").asText();
        String scope = json.path("scope").asText();
        return new Grant(
                grant.issuer(),
                grant.tokenEndpoint(),
                grant.client(),
                grant.resource(),
                scope.isEmpty() ? grant.scope() : scope,
                access,
                refresh.isEmpty() ? grant.refreshToken() : refresh,
                now,
                lifetime == 0 ? null : now.plusSeconds(lifetime));
    }

    /** A refresh. */
    Grant refreshed(Grant grant, String refreshToken) throws Refused, IOException, InterruptedException {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", refreshToken);
        addResource(form, grant.resource());
        return tokens(grant, form);
    }

    static void addResource(Map<String, String> form, @Nullable String resource) {
        if (resource != null) {
            form.put("resource", resource);
        }
    }

    /** Any form of this client. */
    Documents.Answer post(URI endpoint, Client client, Map<String, String> form)
            throws IOException, InterruptedException {
        Map<String, String> all = new LinkedHashMap<>(form);
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json");
        String secret = client.secret();
        if (secret != null && client.basic()) {
            request.header(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString((encode(client.id()) + ":" + encode(secret))
                                            .getBytes(StandardCharsets.US_ASCII)));
        } else {
            all.put("client_id", client.id());
            if (secret != null) {
                all.put("client_secret", secret);
            }
        }
        return documents.send(request.POST(HttpRequest.BodyPublishers.ofString(form(all))));
    }

    static Refused refusal(Documents.Answer answer) throws IOException {
        String code = answer.body().path("error").asText();
        if (code.isEmpty() || answer.status() >= 500 || answer.status() == 429) {
            throw new IOException("the authorization server answered " + answer.status());
        }
        return new Refused(code, answer.body().path("error_description").asText());
    }

    static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter -> encode(parameter.getKey()) + "=" + encode(parameter.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
