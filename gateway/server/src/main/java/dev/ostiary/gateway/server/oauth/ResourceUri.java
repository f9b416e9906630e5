package dev.ostiary.gateway.server.oauth;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A resource indicator (RFC 8707 §2) as it is compared: scheme and host in lower case, one slash at the end dropped, since
 * URL classes of clients add one. Nothing else is made equal.
 */
final class ResourceUri {

    private static final Pattern SCHEME_AND_AUTHORITY = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*");

    private ResourceUri() {}

    /** Whether two of them name the same resource; anything may be given. */
    static boolean same(String one, String other) {
        return canonical(one).equals(canonical(other));
    }

    static String canonical(String resource) {
        Matcher origin = SCHEME_AND_AUTHORITY.matcher(resource);
        String folded =
                origin.find() ? origin.group().toLowerCase(Locale.ROOT) + resource.substring(origin.end()) : resource;
        return folded.endsWith("/") ? folded.substring(0, folded.length() - 1) : folded;
    }
}
