package dev.ostiary.gateway.server.oauth;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL of a client ID metadata document (draft-ietf-oauth-client-id-metadata-document §3): https at the usual port, a public
 * DNS name, a path, nothing else, in the one spelling that everybody reads alike. Addresses and names without a dot are out:
 * they lead into somebody's network.
 */
final class DocumentUrl {

    private static final int MAX_LENGTH = 1024;
    private static final Pattern HOST =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~!$&'()*+,=:@-]+)+/?");
    /** Reserved or customary for names inside (RFC 6761, RFC 6762, RFC 8375, ICANN's reservation of internal). */
    private static final Pattern INSIDE = Pattern.compile(
            ".*\\.(local|localhost|internal|intranet|lan|home|corp|svc|test|invalid|example|onion|home\\.arpa)");

    private DocumentUrl() {}

    /** The URL; null when it is not one of a document. */
    static @Nullable URI parse(String id) {
        if (id.length() > MAX_LENGTH) {
            return null;
        }
        try {
            URI uri = new URI(id);
            String host = uri.getRawAuthority();
            String path = uri.getRawPath();
            boolean good = "https".equals(uri.getScheme())
                    && host != null
                    && HOST.matcher(host).matches()
                    && !INSIDE.matcher(host).matches()
                    && path != null
                    && PATH.matcher(path).matches()
                    && !hasDotSegment(path)
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            return good ? uri : null;
        } catch (URISyntaxException malformed) {
            return null;
        }
    }

    /** The host that a client id names, or something that no rule names. */
    static String hostOf(String id) {
        URI uri = parse(id);
        return uri == null ? "" : uri.getHost();
    }

    private static boolean hasDotSegment(String path) {
        for (String segment : path.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                return true;
            }
        }
        return false;
    }
}
