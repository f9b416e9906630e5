package dev.ostiary.gateway.server.identity;

import java.util.List;

/**
 * What the {@code Authorization} header of a request holds (RFC 6750 §2.1). The header is the only place that is looked at:
 * a token in the query or the body is no token (MCP authorization, "Access Token Usage").
 */
public sealed interface BearerToken {

    /** Longest token that is looked at; an Entra token with 200 groups has some 12,000 characters. */
    int MAX_CHARS = 32 * 1024;

    /** Exactly one token, syntactically a {@code b64token}. */
    record Present(String token) implements BearerToken {
        /** The length, never the token. */
        @Override
        public String toString() {
            return "Present[" + token.length() + " characters]";
        }
    }

    /**
     * No token: no header, or credentials of another scheme, which RFC 6750 §3.1 treats alike.
     *
     * @param auditReason CamelCase
     */
    record Absent(String auditReason) implements BearerToken {}

    /**
     * Something that is not one token: the request is answered 400.
     *
     * @param auditReason CamelCase
     * @param description for people
     */
    record Malformed(String auditReason, String description) implements BearerToken {}

    /**
     * Reads the header.
     *
     * @param headers all values of {@code Authorization}, in order
     */
    static BearerToken read(List<String> headers) {
        if (headers.isEmpty()) {
            return new Absent("NoToken");
        }
        if (headers.size() > 1) {
            return new Malformed("SeveralAuthorizationHeaders", "send exactly one Authorization header");
        }
        String header = headers.getFirst();
        int start = skipBlanks(header, 0);
        int endOfScheme = start;
        while (endOfScheme < header.length() && !isBlank(header.charAt(endOfScheme))) {
            endOfScheme++;
        }
        if (endOfScheme == start) {
            return new Malformed("EmptyAuthorization", "the Authorization header is empty");
        }
        if (endOfScheme - start != "Bearer".length() || !header.regionMatches(true, start, "Bearer", 0, 6)) {
            return new Absent("OtherAuthorizationScheme");
        }
        int end = header.length();
        while (end > endOfScheme && isBlank(header.charAt(end - 1))) {
            end--;
        }
        int from = skipBlanks(header, endOfScheme);
        if (from >= end) {
            return new Malformed("EmptyToken", "the Authorization header names the Bearer scheme but holds no token");
        }
        if (end - from > MAX_CHARS) {
            return new Malformed("TokenTooLarge", "the token is longer than " + MAX_CHARS + " characters");
        }
        if (!isB64Token(header, from, end)) {
            return new Malformed(
                    "MalformedAuthorization", "the Authorization header must be: Bearer, a space, one token");
        }
        return new Present(header.substring(from, end));
    }

    private static boolean isB64Token(String text, int from, int end) {
        int at = from;
        while (at < end && isTokenChar(text.charAt(at))) {
            at++;
        }
        if (at == from) {
            return false;
        }
        while (at < end && text.charAt(at) == '=') {
            at++;
        }
        return at == end;
    }

    private static boolean isTokenChar(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~'
                || c == '+'
                || c == '/';
    }

    private static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
