package dev.ostiary.gateway.server.upstream;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy on the way to workloads.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param user null: no credentials
 * @param password a secret; empty without credentials
 */
record EgressProxy(String host, int port, @Nullable String user, String password) {

    private static final int DEFAULT_PORT = 3_128;

    /**
     * Reads a proxy URL, {@code http://[user:password@]host[:port]}, port 3128 unless it is given.
     *
     * @param field the setting, for the message
     * @throws IllegalArgumentException when it is anything else; the message never quotes the URL, which may hold a password
     */
    static EgressProxy of(String field, URI url) {
        if (!"http".equalsIgnoreCase(url.getScheme()) || url.getHost() == null) {
            throw new IllegalArgumentException(
                    field + " must look like http://proxy.example.com:3128; TLS to the proxy itself is not supported");
        }
        String host = url.getHost();
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = url.getPort() == -1 ? DEFAULT_PORT : url.getPort();
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(field + " has no valid port");
        }
        String userInfo = url.getRawUserInfo();
        if (userInfo == null) {
            return new EgressProxy(host, port, null, "");
        }
        int colon = userInfo.indexOf(':');
        return new EgressProxy(
                host,
                port,
                decode(colon < 0 ? userInfo : userInfo.substring(0, colon)),
                colon < 0 ? "" : decode(userInfo.substring(colon + 1)));
    }

    /** The value of {@code Proxy-Authorization} (RFC 7617); null without credentials. A secret. */
    @Nullable
    String basicCredentials() {
        if (user == null) {
            return null;
        }
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    @Override
    public String toString() {
        return "proxy " + host + ":" + port;
    }

    private static String decode(String part) {
        // A plus sign means itself in user information, unlike in forms.
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
