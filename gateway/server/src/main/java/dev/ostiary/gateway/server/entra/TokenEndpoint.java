package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tenant's token endpoint (RFC 6749 §3.2) as the gateway's registration uses it. Blocks; thread-safe. */
final class TokenEndpoint {

    private static final long LONGEST_LIFE_SECONDS = Duration.ofDays(2).toSeconds();

    private final URI uri;
    private final String clientId;
    private final ClientProof proof;
    private final Endpoint endpoint;
    private final Time time;

    TokenEndpoint(URI uri, String clientId, ClientProof proof, Endpoint endpoint, Time time) {
        this.uri = uri;
        this.clientId = clientId;
        this.proof = proof;
        this.endpoint = endpoint;
        this.time = time;
    }

    /**
     * A successful answer (RFC 6749 §5.1).
     *
     * @param accessToken a secret
     * @param expires of the access token, by our clock
     * @param refreshToken a secret; null: none
     * @param idToken null: none
     */
    record Issued(
            String accessToken,
            Instant expires,
            @Nullable String refreshToken,
            @Nullable String idToken) {

        @Override
        public String toString() {
            return "Issued[expires " + expires + "]";
        }
    }

    /**
     * Asks for tokens.
     *
     * @param grant the parameters of the grant; client and credential are added
     * @throws EntraRefusedException when Entra says no
     */
    Issued ask(Endpoint.Repeat repeat, Map<String, String> grant)
            throws EntraRefusedException, EntraUnavailableException {
        Endpoint.Reply reply = endpoint.ask(repeat, () -> {
            Map<String, String> form = new LinkedHashMap<>(grant);
            form.put("client_id", clientId);
            form.putAll(proof.parameters());
            return HttpRequest.newBuilder(uri)
                    .header("Accept", "application/json")
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(Form.of(form)));
        });
        ObjectNode body = reply.body();
        if (body == null) {
            throw unusable("the token endpoint refused without saying why: " + reply.status());
        }
        if (reply.successful()) {
            return issued(body);
        }
        if (EntraRefusals.isTransient(body)) {
            Duration retryAfter = RetryAfter.of(reply.headers(), time);
            throw Endpoint.unavailable("Throttled", retryAfter, "Entra could not decide", null);
        }
        if (!body.path("error").isTextual()) {
            throw unusable("the token endpoint refused without an error: " + reply.status());
        }
        throw EntraRefusals.of(body);
    }

    private Issued issued(ObjectNode body) throws EntraUnavailableException {
        String accessToken = body.path("access_token").textValue();
        String type = body.path("token_type").textValue();
        long seconds = seconds(body.path("expires_in"));
        if (accessToken == null || !Texts.isVisibleAscii(accessToken) || !"Bearer".equalsIgnoreCase(type)) {
            throw unusable("the token endpoint issued no bearer token");
        }
        if (seconds <= 0 || seconds > LONGEST_LIFE_SECONDS) {
            throw unusable("the token endpoint issued a token without a sensible lifetime");
        }
        return new Issued(
                accessToken,
                Instant.ofEpochMilli(time.wallMillis()).plusSeconds(seconds),
                optional(body.path("refresh_token")),
                optional(body.path("id_token")));
    }

    private static @Nullable String optional(JsonNode value) throws EntraUnavailableException {
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        String text = value.textValue();
        if (!Texts.isVisibleAscii(text)) {
            throw unusable("the token endpoint issued something that is not a token");
        }
        return text;
    }

    /** A number, or one written as text as the older endpoints do; zero for anything else. */
    private static long seconds(JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.longValue();
        }
        String text = value.isTextual() ? value.textValue() : "";
        return !text.isEmpty() && text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Long.parseLong(text)
                : 0;
    }

    private static EntraUnavailableException unusable(String message) {
        return Endpoint.unavailable("UnusableAnswer", Duration.ZERO, message, null);
    }
}
