package dev.ostiary.gateway.server.upstream;

import io.netty.util.NetUtil;
import java.net.URI;
import java.util.Locale;

/**
 * Scheme, host and port of a workload (RFC 6454): what one connection can serve.
 *
 * @param secure https
 * @param host lower case, without the brackets of an IPv6 literal
 * @param port 1 to 65535
 */
record Origin(boolean secure, String host, int port) {

    /**
     * The origin of an absolute http or https URL.
     *
     * @throws IllegalArgumentException when the URL is neither, has no valid host, or has user information
     */
    static Origin of(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https");
        if (!secure && !scheme.equals("http")) {
            throw new IllegalArgumentException("the workload's URL is not an http or https URL");
        }
        String host = url.getHost();
        if (host == null) {
            // java.net.URI accepts, for example, names with underscores, and then has no host to offer.
            throw new IllegalArgumentException("the workload's URL has no valid host name");
        }
        if (url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("the workload's URL contains user information");
        }
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = url.getPort() == -1 ? (secure ? 443 : 80) : url.getPort();
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("the workload's URL has no valid port");
        }
        return new Origin(secure, host.toLowerCase(Locale.ROOT), port);
    }

    /** The {@code Host} header and the authority of the absolute form: the port only where it is not the scheme's own. */
    String authority() {
        String name = isIpv6() ? "[" + host + "]" : host;
        return port == (secure ? 443 : 80) ? name : name + ":" + port;
    }

    boolean isIpLiteral() {
        return isIpv6() || NetUtil.isValidIpV4Address(host);
    }

    private boolean isIpv6() {
        return host.indexOf(':') >= 0;
    }

    @Override
    public String toString() {
        return (secure ? "https://" : "http://") + authority();
    }
}
