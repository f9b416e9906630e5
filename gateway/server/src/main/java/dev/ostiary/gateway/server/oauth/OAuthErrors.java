package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Errors as the token and revocation endpoints answer them (RFC 6749 §5.2). */
final class OAuthErrors {

    private OAuthErrors() {}

    static OAuthAnswer answer(OAuthException refused, OAuthRequest request) {
        Map<String, String> headers = new HashMap<>();
        if (refused.status() == 401 && ClientAuthenticator.usesHeader(request)) {
            headers.put("WWW-Authenticate", "Basic realm=\"token\", charset=\"UTF-8\"");
        }
        return json(refused.status(), headers, body(refused.error(), refused.description()));
    }

    static OAuthAnswer tryLater(TryLaterException later) {
        return json(
                503,
                Map.of("Retry-After", Long.toString(later.retryAfterSeconds())),
                body("temporarily_unavailable", later.description()));
    }

    static OAuthAnswer tryLater(long seconds) {
        return tryLater(new TryLaterException("Unavailable", Duration.ofSeconds(seconds)));
    }

    static OAuthAnswer json(int status, Map<String, String> headers, ObjectNode body) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", "application/json");
        return new OAuthAnswer(status, all, body.toString());
    }

    private static ObjectNode body(String error, String description) {
        return JsonNodeFactory.instance.objectNode().put("error", error).put("error_description", description);
    }
}
