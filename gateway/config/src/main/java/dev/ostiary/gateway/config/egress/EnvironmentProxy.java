package dev.ostiary.gateway.config.egress;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The proxy for https that the environment names, in {@code HTTPS_PROXY} or {@code https_proxy}, and the hosts that {@code
 * NO_PROXY} or {@code no_proxy} excepts; read as programs in Go read them. This machine is always reached directly.
 *
 * <p>A value that cannot be used is a {@link #problem}, and then nothing is reached that would pass the proxy: neither is it
 * gone around, nor are users and passwords in it sent, which the JDK's client withholds from tunnels, nor shown. Immutable.
 */
public final class EnvironmentProxy extends ProxySelector {

    private static final int DEFAULT_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int MAX_PORT = 65_535;
    private static final NoProxy LOOPBACK = new NoProxy(List.of("127.0.0.0/8", "::1"));

    private final InetSocketAddress proxy;
    private final @Nullable String problem;
    private final NoProxy direct;

    private EnvironmentProxy(InetSocketAddress proxy, @Nullable String problem, NoProxy direct) {
        this.proxy = proxy;
        this.problem = problem;
        this.direct = direct;
    }

    /** Reads the variables; null when none names a proxy. */
    public static @Nullable EnvironmentProxy of(Map<String, String> environment) {
        String value = either(environment, "HTTPS_PROXY");
        if (value.isEmpty()) {
            return null;
        }
        NoProxy direct = NoProxy.ofVariable(either(environment, "NO_PROXY"));
        URI proxy;
        try {
            proxy = new URI(value.contains("://") ? value : "http://" + value);
        } catch (URISyntaxException secret) {
            return unusable("HTTPS_PROXY is no address such as http://proxy.example.com:3128", direct);
        }
        if (proxy.getRawUserInfo() != null || value.indexOf('@') >= 0) {
            return unusable(
                    "HTTPS_PROXY has a user and password, which are not sent; let the proxy admit the operator by its address",
                    direct);
        }
        if (!"http".equalsIgnoreCase(proxy.getScheme()) || proxy.getHost() == null) {
            return unusable("HTTPS_PROXY is no address such as http://proxy.example.com:3128", direct);
        }
        int port = proxy.getPort() < 0 ? DEFAULT_PORT : proxy.getPort();
        if (port > MAX_PORT) {
            return unusable("HTTPS_PROXY has a port that no host has", direct);
        }
        return new EnvironmentProxy(InetSocketAddress.createUnresolved(proxy.getHost(), port), null, direct);
    }

    /** Why nothing can be reached through the proxy; null when it can be tried. Repeats nothing of the variable. */
    public @Nullable String problem() {
        return problem;
    }

    /** Whether a request to this https address passes the proxy. */
    public boolean isFor(URI destination) {
        String host = destination.getHost();
        if (host == null) {
            return true;
        }
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int port = destination.getPort() < 0 ? HTTPS_PORT : destination.getPort();
        return !isThisMachine(name) && !direct.covers(name, port);
    }

    @Override
    public List<Proxy> select(URI destination) {
        if (!isFor(destination)) {
            return List.of(Proxy.NO_PROXY);
        }
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        return List.of(new Proxy(Proxy.Type.HTTP, proxy));
    }

    @Override
    public void connectFailed(URI destination, SocketAddress address, IOException failure) {
        // The request fails with it.
    }

    private static EnvironmentProxy unusable(String problem, NoProxy direct) {
        return new EnvironmentProxy(InetSocketAddress.createUnresolved("invalid", 0), problem, direct);
    }

    private static boolean isThisMachine(String host) {
        return host.equalsIgnoreCase("localhost") || LOOPBACK.covers(host);
    }

    private static String either(Map<String, String> environment, String name) {
        String upper = environment.getOrDefault(name, "").strip();
        return upper.isEmpty()
                ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "").strip()
                : upper;
    }
}
