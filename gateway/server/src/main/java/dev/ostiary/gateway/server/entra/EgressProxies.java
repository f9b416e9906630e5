package dev.ostiary.gateway.server.entra;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.egress.NoProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The proxy of {@link EgressSettings} for each destination; never the JVM's own proxy properties. */
public final class EgressProxies extends ProxySelector {

    private static final int DEFAULT_PROXY_PORT = 3128;

    private final EgressSettings egress;
    private final NoProxy direct;

    /** @throws IllegalArgumentException naming the setting that cannot be read */
    public EgressProxies(EgressSettings egress) {
        this.egress = egress;
        this.direct = new NoProxy(egress.noProxy());
    }

    /** The proxy that a request to this destination passes; null: none. */
    @Nullable
    public URI proxyFor(URI destination) {
        URI proxy = "https".equalsIgnoreCase(destination.getScheme()) ? egress.httpsProxy() : egress.httpProxy();
        return proxy == null || isDirect(destination.getHost()) ? null : proxy;
    }

    private boolean isDirect(@Nullable String host) {
        if (host == null) {
            return false;
        }
        return direct.covers(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
    }

    @Override
    public List<Proxy> select(URI destination) {
        URI proxy = proxyFor(destination);
        if (proxy == null) {
            return List.of(Proxy.NO_PROXY);
        }
        int port = proxy.getPort() < 0 ? DEFAULT_PROXY_PORT : proxy.getPort();
        return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port)));
    }

    @Override
    public void connectFailed(URI destination, SocketAddress proxy, IOException failure) {
        // The request fails with the same exception, and is logged once, where it is handled.
    }
}
