package dev.ostiary.gateway.server.http;

import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The origins whose pages may call: the public one and those that are configured, compared byte for byte as browsers
 * serialise them (RFC 6454 §6.2). The opaque origin {@code null} is never allowed.
 */
final class AllowedOrigins {

    private final Set<String> origins;

    private AllowedOrigins(Set<String> origins) {
        this.origins = Set.copyOf(origins);
    }

    /** None. */
    static AllowedOrigins none() {
        return new AllowedOrigins(Set.of());
    }

    static AllowedOrigins of(URI publicUrl, Collection<String> others) {
        Set<String> origins = new HashSet<>(others);
        origins.remove("null");
        boolean https = AllowedHosts.isHttps(publicUrl);
        int port = publicUrl.getPort();
        String suffix = port == -1 || port == (https ? 443 : 80) ? "" : ":" + port;
        for (String host : AllowedHosts.aliases(AllowedHosts.hostOf(publicUrl))) {
            origins.add((https ? "https://" : "http://") + host + suffix);
        }
        return new AllowedOrigins(origins);
    }

    boolean allows(String origin) {
        return origins.contains(origin);
    }
}
