package dev.ostiary.connect.token;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server says with 401 or 403 in {@code WWW-Authenticate: Bearer} (RFC 6750 §3, RFC 9728 §5.1). Each member null when it
 * is not said.
 *
 * @param resourceMetadata URL of the protected-resource metadata
 * @param scope scopes, separated by spaces
 */
public record Challenge(
        @Nullable String resourceMetadata,
        @Nullable String scope,
        @Nullable String error,
        @Nullable String errorDescription) {

    /** Nothing was said. */
    public static final Challenge NONE = new Challenge(null, null, null, null);

    private static final int LONGEST = 8 * 1024;

    /** Reads the headers of that name; the first challenge of the scheme Bearer counts. */
    public static Challenge of(List<String> headers) {
        for (String header : headers) {
            Map<String, String> parameters =
                    header.length() > LONGEST ? Map.of() : new Reader(header).parametersOfBearer();
            if (!parameters.isEmpty()) {
                return new Challenge(
                        parameters.get("resource_metadata"),
                        parameters.get("scope"),
                        parameters.get("error"),
                        parameters.get("error_description"));
            }
        }
        return NONE;
    }

    /** Schemes and their parameters (RFC 9110 §11.6.1), as many as are well-formed. */
    private static final class Reader {

        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        Map<String, String> parametersOfBearer() {
            Map<String, String> parameters = new HashMap<>();
            boolean bearer = false;
            while (true) {
                skip(", \t");
                String name = token();
                if (name.isEmpty()) {
                    return parameters;
                }
                skip(" \t");
                if (at < text.length() && text.charAt(at) == '=') {
                    at++;
                    skip(" \t");
                    String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
                    if (bearer) {
                        parameters.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
                    }
                } else if (bearer) {
                    return parameters;
                } else {
                    bearer = name.equalsIgnoreCase("Bearer");
                }
            }
        }

        private void skip(String characters) {
            while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        /** Servers write URLs and scopes without quotes, too: anything that separates nothing. */
        private String token() {
            int from = at;
            while (at < text.length() && " \t,\"=".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(from, at);
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at++));
            }
            at++;
            return value.toString();
        }
    }
}
