package dev.ostiary.connect.token;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    private static final Pattern PARAMETER =
            Pattern.compile("([A-Za-z0-9_-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\"]+))");

    /** Reads the headers of that name; the first challenge of the scheme Bearer counts. */
    public static Challenge of(List<String> headers) {
        for (String header : headers) {
            int bearer = header.toLowerCase(Locale.ROOT).indexOf("bearer");
            if (bearer < 0 || header.length() > LONGEST) {
                continue;
            }
            Map<String, String> parameters = new HashMap<>();
            Matcher matcher = PARAMETER.matcher(header).region(bearer + "bearer".length(), header.length());
            while (matcher.find()) {
                String quoted = matcher.group(2);
                parameters.putIfAbsent(
                        matcher.group(1).toLowerCase(Locale.ROOT),
                        quoted == null ? matcher.group(3) : quoted.replaceAll("\\\\(.)", "$1"));
            }
            return new Challenge(
                    parameters.get("resource_metadata"),
                    parameters.get("scope"),
                    parameters.get("error"),
                    parameters.get("error_description"));
        }
        return NONE;
    }
}
