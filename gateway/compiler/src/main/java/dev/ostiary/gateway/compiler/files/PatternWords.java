package dev.ostiary.gateway.compiler.files;

import dev.ostiary.crds.Api;
import java.util.Map;

/** What a pattern of a schema asks for, in words. */
final class PatternWords {

    private static final Map<String, String> WORDS = Map.of(
            Api.GUID,
            "must be a GUID, such as 02223b6b-0000-4000-8000-000000000001.",
            Api.DNS_LABEL,
            "must consist of lower-case letters, digits and hyphens, and begin and end with a letter or digit.",
            Api.DNS_SUBDOMAIN,
            "must consist of lower-case letters, digits, hyphens and dots, and begin and end with a letter or digit.",
            Api.DURATION,
            "must be a duration, such as 30s, 15m, 1h30m or 7d.",
            Api.ORIGIN,
            "must be an origin, such as https://mcp.example.com: scheme, host and port, no path and no slash at the end.",
            Api.HTTP_URL,
            "must be an absolute http or https URL without user, password and fragment.",
            Api.HEADER_NAME,
            "must be the name of an HTTP header.",
            Api.SECRET_KEY,
            "must consist of letters, digits and the characters - _ and .");

    private PatternWords() {}

    static String of(String pattern) {
        return WORDS.getOrDefault(pattern, "does not have the form " + pattern + ".");
    }
}
