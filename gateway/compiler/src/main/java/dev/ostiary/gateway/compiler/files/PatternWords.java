package dev.ostiary.gateway.compiler.files;

import static java.util.Map.entry;

import dev.ostiary.crds.Api;
import java.util.Map;

/** What a pattern of a schema asks for, in words. */
final class PatternWords {

    private static final Map<String, String> WORDS = Map.ofEntries(
            entry(Api.GUID, "must be a GUID, such as 02223b6b-0000-4000-8000-000000000001."),
            entry(
                    Api.DNS_LABEL,
                    "must consist of lower-case letters, digits and hyphens, and begin and end with a letter or digit."),
            entry(
                    Api.DNS_SUBDOMAIN,
                    "must consist of lower-case letters, digits, hyphens and dots, and begin and end with a letter or digit."),
            entry(Api.DURATION, "must be a duration, such as 30s, 15m, 1h30m or 7d."),
            entry(
                    Api.ORIGIN,
                    "must be an origin, such as https://mcp.example.com: scheme, host and port, no user and password, no path and no slash at the end."),
            entry(Api.HTTP_URL, "must be an absolute http or https URL without user, password and fragment."),
            entry(Api.HEADER_NAME, "must be the name of an HTTP header."),
            entry(Api.SECRET_KEY, "must consist of letters, digits and the characters - _ and ."),
            entry(Api.NO_SPACES, "must be without spaces."));

    private PatternWords() {}

    static String of(String pattern) {
        return WORDS.getOrDefault(pattern, "does not have the form " + pattern + ".");
    }
}
