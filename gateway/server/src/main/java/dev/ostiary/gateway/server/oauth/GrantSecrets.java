package dev.ostiary.gateway.server.oauth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A grant's code and refresh tokens. All of them follow from one 256-bit key, kept in the grant's sealed record: what comes
 * after a refresh token is the same on every replica, and an old one is told from a made-up one, so that nobody can end a
 * grant whose id is all that they know. To clients they are opaque.
 *
 * <p>{@code <grant id>.<HMAC>} and {@code <grant id>.<generation>.<HMAC>}, HMAC-SHA256 in base64url.
 */
final class GrantSecrets {

    private static final int MAX_CHARS = 128;
    private static final int ID_CHARS = 22;

    private GrantSecrets() {}

    /**
     * What a client sent, taken apart.
     *
     * @param grantId syntactically one
     * @param generation 0 for a code
     * @param proof not looked at yet
     */
    record Presented(String grantId, int generation, String proof) {

        /** Whether it was made with this key. Takes the same time for every wrong one. */
        boolean isFrom(String familyKey) {
            return Secrets.same(proof, GrantSecrets.proof(familyKey, grantId, generation));
        }

        /** No proof. */
        @Override
        public String toString() {
            return "Presented[" + grantId + ", " + generation + "]";
        }
    }

    static String code(String familyKey, String grantId) {
        return grantId + "." + proof(familyKey, grantId, 0);
    }

    static String refreshToken(String familyKey, String grantId, int generation) {
        return grantId + "." + generation + "." + proof(familyKey, grantId, generation);
    }

    /** Null when it is no code. */
    static @Nullable Presented readCode(String text) {
        int dot = text.indexOf('.');
        return text.length() > MAX_CHARS || dot != ID_CHARS || !isId(text.substring(0, dot))
                ? null
                : new Presented(text.substring(0, dot), 0, text.substring(dot + 1));
    }

    /** Null when it is no refresh token. */
    static @Nullable Presented readRefreshToken(String text) {
        int first = text.indexOf('.');
        int second = text.indexOf('.', first + 1);
        if (text.length() > MAX_CHARS || first != ID_CHARS || second < 0 || !isId(text.substring(0, first))) {
            return null;
        }
        int generation = generation(text.substring(first + 1, second));
        return generation <= 0 ? null : new Presented(text.substring(0, first), generation, text.substring(second + 1));
    }

    /** Positive, in its only spelling; else 0. */
    private static int generation(String digits) {
        if (digits.isEmpty() || digits.length() > 9 || digits.startsWith("0")) {
            return 0;
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static boolean isId(String text) {
        return text.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || c == '-'
                        || c == '_');
    }

    private static String proof(String familyKey, String grantId, int generation) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getUrlDecoder().decode(familyKey), "HmacSHA256"));
            byte[] proof = mac.doFinal((grantId + "." + generation).getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(proof);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }
}
