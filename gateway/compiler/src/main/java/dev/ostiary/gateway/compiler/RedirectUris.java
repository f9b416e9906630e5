package dev.ostiary.gateway.compiler;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a sign-in may lead: https, http on the user's own machine, and private schemes of applications (RFC 8252 section 7).
 * Never anything that a browser would run, read or hand to another program.
 */
final class RedirectUris {

    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");

    private static final Set<String> WEB = Set.of("http", "https");

    /** Schemes with a meaning of their own to browsers and operating systems. */
    static final Set<String> NOT_PRIVATE = Set.of(
            "about",
            "blob",
            "chrome",
            "chrome-extension",
            "content",
            "data",
            "edge",
            "file",
            "filesystem",
            "ftp",
            "intent",
            "jar",
            "javascript",
            "ldap",
            "mailto",
            "moz-extension",
            "ms-msdt",
            "resource",
            "search-ms",
            "sms",
            "tel",
            "urn",
            "vbscript",
            "view-source",
            "ws",
            "wss");

    private RedirectUris() {}

    /** What is wrong with a redirect URI; null when it may be one. */
    static @Nullable String problem(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            return "must be an absolute URI.";
        }
        if (uri.getScheme() == null || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            return "must be an absolute URI.";
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        String authority = uri.getRawAuthority();
        if (text.indexOf('#') >= 0 || (authority != null && authority.indexOf('@') >= 0)) {
            return "must be without user info and fragment.";
        }
        if (!WEB.contains(scheme)) {
            String problem = schemeProblem(scheme);
            return problem != null
                    ? "has a scheme that " + problem
                    : uri.isOpaque() ? "must have a slash after its scheme." : null;
        }
        URI address = WebAddress.url(text);
        if (address == null) {
            return "must have a host name, without underscores, and a usual port.";
        }
        return scheme.equals("http") && !WebAddress.isLoopback(address)
                ? "must be https; http is for localhost, 127.0.0.1 and [::1] only."
                : null;
    }

    /** What is wrong with a private scheme, in lower case; null when applications may have it. */
    static @Nullable String schemeProblem(String scheme) {
        if (WEB.contains(scheme)) {
            return "is that of the web; hosts are a matter of redirects.hosts.";
        }
        if (!SCHEME.matcher(scheme).matches() || NOT_PRIVATE.contains(scheme)) {
            return "cannot be an application's own: browsers or operating systems give it another meaning.";
        }
        return null;
    }
}
