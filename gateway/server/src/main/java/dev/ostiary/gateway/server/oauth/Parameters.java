package dev.ostiary.gateway.server.oauth;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of an OAuth request, from a query or a form ({@code application/x-www-form-urlencoded}, RFC 6749 appendix B):
 * each at most once (RFC 6749 §3.1), in valid UTF-8, without control characters. An empty value is as good as none
 * (RFC 6749 §3.1). Immutable.
 */
final class Parameters {

    /** Most parameters; a request has a dozen. */
    static final int MAX_COUNT = 40;

    static final Parameters NONE = new Parameters(Map.of());

    private final Map<String, String> values;

    private Parameters(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads an encoded string.
     *
     * @throws OAuthException {@code invalid_request} when it is malformed or a parameter comes twice
     */
    static Parameters read(String encoded) throws OAuthException {
        if (encoded.isEmpty()) {
            return NONE;
        }
        Map<String, String> values = new LinkedHashMap<>();
        int from = 0;
        while (from <= encoded.length()) {
            int end = encoded.indexOf('&', from);
            end = end < 0 ? encoded.length() : end;
            if (end > from) {
                add(values, encoded.substring(from, end));
            }
            from = end + 1;
        }
        values.values().removeIf(String::isEmpty);
        return new Parameters(Map.copyOf(values));
    }

    private static void add(Map<String, String> values, String pair) throws OAuthException {
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
        if (values.size() >= MAX_COUNT) {
            throw OAuthException.invalidRequest("there are more than " + MAX_COUNT + " parameters");
        }
        if (values.putIfAbsent(name, value) != null) {
            throw OAuthException.invalidRequest("a parameter is there twice");
        }
    }

    /** The value; null when it is not there or empty. */
    @Nullable
    String get(String name) {
        return values.get(name);
    }

    /**
     * The value.
     *
     * @throws OAuthException {@code invalid_request} that names the parameter when it is not there or empty
     */
    String require(String name) throws OAuthException {
        String value = values.get(name);
        if (value == null) {
            throw OAuthException.invalidRequest("the parameter " + name + " is missing");
        }
        return value;
    }

    /** Names alone: values are codes, tokens and secrets. */
    @Override
    public String toString() {
        return "Parameters" + values.keySet();
    }

    private static String decode(String text) throws OAuthException {
        byte[] bytes = new byte[text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw OAuthException.invalidRequest("a percent sign is not followed by two hexadecimal digits");
                }
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            } else if (c > '~' || c < ' ') {
                throw OAuthException.invalidRequest("a parameter has characters that must be percent-encoded");
            } else {
                bytes[length++] = (byte) (c == '+' ? ' ' : c);
            }
        }
        try {
            String decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
            if (decoded.chars().anyMatch(Character::isISOControl)) {
                throw OAuthException.invalidRequest("a parameter has control characters");
            }
            return decoded;
        } catch (CharacterCodingException e) {
            throw OAuthException.invalidRequest("a parameter is not UTF-8");
        }
    }
}
