package dev.ostiary.gateway.server.http;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The hosts that requests may name: the public one and nothing else, so that a page which rebinds its own name to the
 * gateway's address gets no answer. A loopback host may be named in any of its three ways, on the same port.
 */
final class AllowedHosts {

    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");
    /** RFC 3986 §3.2.2 without percent-encoding and future literals, and an optional port. */
    private static final Pattern SYNTAX =
            Pattern.compile("(?:[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,253})|\\[[0-9a-fA-F:.]{2,45}])(?::[0-9]{1,5})?");

    private final boolean any;
    private final Set<String> hosts;

    private AllowedHosts(boolean any, Set<String> hosts) {
        this.any = any;
        this.hosts = Set.copyOf(hosts);
    }

    /** Every host: for a port that only the cluster reaches. */
    static AllowedHosts any() {
        return new AllowedHosts(true, Set.of());
    }

    static AllowedHosts of(URI publicUrl) {
        Set<String> hosts = new TreeSet<>();
        for (String host : aliases(hostOf(publicUrl))) {
            int port = publicUrl.getPort();
            int standard = isHttps(publicUrl) ? 443 : 80;
            if (port == -1 || port == standard) {
                hosts.add(host);
                hosts.add(host + ":" + standard);
            } else {
                hosts.add(host + ":" + port);
            }
        }
        return new AllowedHosts(false, hosts);
    }

    static boolean isHttps(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    static String hostOf(URI url) {
        String host = url.getHost();
        if (host == null) {
            throw new IllegalArgumentException("the public URL has no host");
        }
        return host.toLowerCase(Locale.ROOT);
    }

    static List<String> aliases(String host) {
        return LOOPBACK.contains(host) ? LOOPBACK : List.of(host);
    }

    boolean allows(String host) {
        return hosts.contains(host) || hosts.contains(host.toLowerCase(Locale.ROOT)) || (any && isWellFormed(host));
    }

    static boolean isWellFormed(String host) {
        return host.length() <= 300 && SYNTAX.matcher(host).matches();
    }
}
