package dev.ostiary.gateway.server.mcp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a request that mirror its body, without optional white space.
 *
 * @param protocolVersion {@code MCP-Protocol-Version}
 * @param method {@code Mcp-Method}
 * @param name {@code Mcp-Name}, still encoded
 * @param repeated the name of one of them that came more than once, so that it has no one value
 */
public record McpHeaders(
        @Nullable String protocolVersion,
        @Nullable String method,
        @Nullable String name,
        @Nullable String repeated) {

    public static final String PROTOCOL_VERSION = "MCP-Protocol-Version";
    public static final String METHOD = "Mcp-Method";
    public static final String NAME = "Mcp-Name";

    private static final String ENCODED_START = "=?base64?";
    private static final String ENCODED_END = "?=";

    /** A request without any of them. */
    public static final McpHeaders NONE = new McpHeaders(null, null, null, null);

    /**
     * Takes them from a request.
     *
     * @param values all values of a header, whose name is compared without regard to case; empty when absent
     */
    public static McpHeaders from(Function<String, List<String>> values) {
        List<String> versions = values.apply(PROTOCOL_VERSION);
        List<String> methods = values.apply(METHOD);
        List<String> names = values.apply(NAME);
        if (versions.isEmpty() && methods.isEmpty() && names.isEmpty()) {
            return NONE;
        }
        String repeated = null;
        if (versions.size() > 1) {
            repeated = PROTOCOL_VERSION;
        } else if (methods.size() > 1) {
            repeated = METHOD;
        } else if (names.size() > 1) {
            repeated = NAME;
        }
        return new McpHeaders(first(versions), first(methods), first(names), repeated);
    }

    /**
     * The value that a header stands for: itself, or what is between {@code =?base64?} and {@code ?=} (2026-07-28, Value
     * Encoding). Null when it has characters that a header cannot have, or is encoded in a way that is not canonical Base64
     * of UTF-8.
     */
    public static @Nullable String decode(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c > '~') {
                return null;
            }
        }
        if (value.length() < ENCODED_START.length() + ENCODED_END.length()
                || !value.startsWith(ENCODED_START)
                || !value.endsWith(ENCODED_END)) {
            return value;
        }
        String encoded = value.substring(ENCODED_START.length(), value.length() - ENCODED_END.length());
        try {
            byte[] bytes = Base64.getDecoder().decode(encoded);
            // The decoder overlooks missing padding and stray last bits; one value must have one spelling.
            if (!Base64.getEncoder().encodeToString(bytes).equals(encoded)) {
                return null;
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }

    private static @Nullable String first(List<String> values) {
        return values.isEmpty() ? null : trim(values.getFirst());
    }

    /** Without RFC 9110 optional white space. */
    static String trim(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(value.charAt(end - 1))) {
            end--;
        }
        return value.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
