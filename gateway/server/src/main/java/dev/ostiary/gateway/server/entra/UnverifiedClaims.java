package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The claims of a token that somebody else has validated already, read once more where they are needed. */
final class UnverifiedClaims {

    private static final int MAX_CHARS = 64 * 1024;
    private static final JsonObjects JSON = new JsonObjects(8, MAX_CHARS);

    private UnverifiedClaims() {}

    /** The payload of a compact JWS; null when it is not one. */
    static @Nullable ObjectNode of(String token) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first <= 0 || second <= first || token.length() > MAX_CHARS) {
            return null;
        }
        try {
            return JSON.object(Base64.getUrlDecoder().decode(token.substring(first + 1, second)));
        } catch (IllegalArgumentException notBase64Url) {
            return null;
        }
    }
}
