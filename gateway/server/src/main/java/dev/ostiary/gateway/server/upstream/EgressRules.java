package dev.ostiary.gateway.server.upstream;

import dev.ostiary.gateway.config.EgressSettings;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which proxy stands before an origin. A host is reached directly when it is this machine or when a {@code noProxy} entry
 * names it: the same host, a domain suffix (".example.com", for hosts below it), an IP address, a CIDR block of addresses
 * (for hosts written as addresses; names are not looked up for this), or "*".
 */
final class EgressRules {

    private final @Nullable EgressProxy http;
    private final @Nullable EgressProxy https;
    private final List<Predicate<String>> direct;

    /** @throws IllegalArgumentException naming the setting that cannot be read */
    EgressRules(EgressSettings egress) {
        http = egress.httpProxy() == null ? null : EgressProxy.of("egress.proxy.http", egress.httpProxy());
        https = egress.httpsProxy() == null ? null : EgressProxy.of("egress.proxy.https", egress.httpsProxy());
        direct = egress.noProxy().stream()
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(entry -> rule(entry.toLowerCase(Locale.ROOT)))
                .toList();
    }

    @Nullable
    EgressProxy proxyFor(Origin origin) {
        EgressProxy proxy = origin.secure() ? https : http;
        if (proxy == null || isThisMachine(origin.host())) {
            return null;
        }
        for (Predicate<String> rule : direct) {
            if (rule.test(origin.host())) {
                return null;
            }
        }
        return proxy;
    }

    private static boolean isThisMachine(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            return address != null && InetAddress.getByAddress(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Predicate<String> rule(String entry) {
        if (entry.equals("*")) {
            return host -> true;
        }
        if (entry.startsWith(".")) {
            return host -> host.endsWith(entry);
        }
        int slash = entry.indexOf('/');
        byte[] address = NetUtil.createByteArrayFromIpAddressString(slash < 0 ? entry : entry.substring(0, slash));
        if (address == null) {
            if (slash >= 0) {
                throw new IllegalArgumentException("egress.proxy.noProxy: '" + entry + "' is not a CIDR block");
            }
            return entry::equals;
        }
        int bits = address.length * 8;
        int prefix = slash < 0 ? bits : prefix(entry, slash, bits);
        return host -> {
            byte[] candidate = NetUtil.createByteArrayFromIpAddressString(host);
            return candidate != null && sharesPrefix(address, candidate, prefix);
        };
    }

    private static int prefix(String entry, int slash, int bits) {
        int prefix;
        try {
            prefix = Integer.parseInt(entry, slash + 1, entry.length(), 10);
        } catch (NumberFormatException e) {
            prefix = -1;
        }
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("egress.proxy.noProxy: '" + entry + "' is not a CIDR block");
        }
        return prefix;
    }

    private static boolean sharesPrefix(byte[] network, byte[] candidate, int prefix) {
        if (network.length != candidate.length) {
            return false;
        }
        for (int i = 0; i < network.length; i++) {
            int bits = Math.clamp(prefix - i * 8L, 0, 8);
            int mask = 0xff << (8 - bits) & 0xff;
            if (((network[i] ^ candidate[i]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
