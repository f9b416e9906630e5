package dev.ostiary.gateway.server.egress;

import io.netty.util.NetUtil;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * The hosts that are reached without a proxy: those that an entry names. An entry is a host, a domain suffix
 * (".example.com", for hosts below it), an IP address, a CIDR block of addresses (for hosts written as addresses; names are
 * not looked up for this), or "*". Immutable.
 */
public final class NoProxy {

    private final List<Predicate<String>> rules;

    /**
     * Reads the entries.
     *
     * @throws IllegalArgumentException naming the entry that cannot be read
     */
    public NoProxy(List<String> entries) {
        rules = entries.stream()
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(entry -> rule(entry.toLowerCase(Locale.ROOT)))
                .toList();
    }

    /**
     * Whether an entry names this host.
     *
     * @param host a name or an address, an IPv6 one without brackets, in any case
     */
    public boolean covers(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return rules.stream().anyMatch(rule -> rule.test(name));
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
