package dev.ostiary.gateway.server.oauth;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A resource indicator (RFC 8707 §2) as it is compared: scheme and host in lower case (RFC 3986 §6.2.2.1), without the query and
 * the one slash at the end that some clients add. Nothing else is made equal, and what has a fragment is left as it is, so that it
 * equals no resource.
 */
final class ResourceUri {

    private static final Pattern SCHEME_AND_AUTHORITY = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*");

    private ResourceUri() {}

    /** Whether two of them name the same resource; anything may be given. */
    static boolean same(String one, String other) {
        return canonical(one).equals(canonical(other));
    }

    static String canonical(String resource) {
        if (resource.indexOf('#') >= 0) {
            return resource;
        }
        int query = resource.indexOf('?');
        String url = query < 0 ? resource : resource.substring(0, query);
        Matcher origin = SCHEME_AND_AUTHORITY.matcher(url);
        String folded = origin.find() ? origin.group().toLowerCase(Locale.ROOT) + url.substring(origin.end()) : url;
        return folded.endsWith("/") ? folded.substring(0, folded.length() - 1) : folded;
    }
}
