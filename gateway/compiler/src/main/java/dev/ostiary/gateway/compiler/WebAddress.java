package dev.ostiary.gateway.compiler;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** http and https addresses, read so that everybody who compares them compares the same text. */
final class WebAddress {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private WebAddress() {}

    /**
     * An absolute URL with a host and without user info or fragment; scheme and host in lower case, the scheme's own port
     * left out. Null when the text is none.
     */
    static @Nullable URI url(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            String host = uri.getHost();
            if (scheme == null
                    || host == null
                    || uri.getRawUserInfo() != null
                    || uri.getRawFragment() != null
                    || uri.getPort() == 0
                    || uri.getPort() > 65535) {
                return null;
            }
            scheme = scheme.toLowerCase(Locale.ROOT);
            if (!scheme.equals("https") && !scheme.equals("http")) {
                return null;
            }
            int usual = scheme.equals("https") ? 443 : 80;
            StringBuilder normal = new StringBuilder(scheme).append("://").append(host.toLowerCase(Locale.ROOT));
            if (uri.getPort() != -1 && uri.getPort() != usual) {
                normal.append(':').append(uri.getPort());
            }
            normal.append(uri.getRawPath());
            if (uri.getRawQuery() != null) {
                normal.append('?').append(uri.getRawQuery());
            }
            return new URI(normal.toString());
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** A {@link #url} without path and query. */
    static @Nullable URI origin(String text) {
        URI uri = url(text);
        return uri != null && uri.getRawPath().isEmpty() && uri.getRawQuery() == null ? uri : null;
    }

    /** An {@link #origin} that nobody between can listen to: https, or a loopback host. */
    static @Nullable URI safeOrigin(String text) {
        URI uri = origin(text);
        return uri != null && (uri.getScheme().equals("https") || isLoopback(uri)) ? uri : null;
    }

    static boolean isLoopback(URI uri) {
        return LOOPBACK.contains(uri.getHost());
    }
}
