package dev.ostiary.connect;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY}, in either case, as other command-line programs read them. */
final class EnvironmentProxies extends ProxySelector {

    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public List<Proxy> select(@Nullable URI uri) {
        if (uri == null || uri.getHost() == null || isExcepted(uri.getHost().toLowerCase(Locale.ROOT))) {
            return List.of(Proxy.NO_PROXY);
        }
        String text = variable("https".equalsIgnoreCase(uri.getScheme()) ? "https_proxy" : "http_proxy");
        if (text.isEmpty()) {
            return List.of(Proxy.NO_PROXY);
        }
        try {
            URI proxy = URI.create(text.contains("://") ? text : "http://" + text);
            int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
            return proxy.getHost() == null
                    ? List.of(Proxy.NO_PROXY)
                    : List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), port)));
        } catch (IllegalArgumentException e) {
            return List.of(Proxy.NO_PROXY);
        }
    }

    private boolean isExcepted(String host) {
        if (host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.")) {
            return true;
        }
        for (String entry : variable("no_proxy").toLowerCase(Locale.ROOT).split("[, ]+", -1)) {
            String name = entry.startsWith("*.") ? entry.substring(1) : entry;
            if (name.equals("*")
                    || (!name.isEmpty()
                            && (host.equals(name.startsWith(".") ? name.substring(1) : name)
                                    || host.endsWith(name.startsWith(".") ? name : "." + name)))) {
                return true;
            }
        }
        return false;
    }

    private String variable(String name) {
        return environment.getOrDefault(name, environment.getOrDefault(name.toUpperCase(Locale.ROOT), ""));
    }

    @Override
    public void connectFailed(@Nullable URI uri, @Nullable SocketAddress address, @Nullable IOException e) {
        // The request says so.
    }
}
