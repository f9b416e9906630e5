package dev.ostiary.gateway.config.egress;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that are reached without a proxy: those that an entry names. An entry is a host, a domain suffix
 * (".example.com", for hosts below it), an IP address, a CIDR block of addresses (for hosts written as addresses; names are
 * not looked up for this), or "*". Immutable.
 */
public final class NoProxy {

    private static final int ANY_PORT = -1;
    private static final int MAX_PORT = 65_535;

    private final List<Rule> rules;

    /** Which hosts, at which port. */
    private record Rule(Predicate<String> host, int port) {}

    private NoProxy(Stream<Rule> rules) {
        this.rules = rules.toList();
    }

    /**
     * Reads the entries.
     *
     * @throws IllegalArgumentException naming the entry that cannot be read
     */
    public NoProxy(List<String> entries) {
        this(entries.stream()
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> new Rule(rule(entry), ANY_PORT)));
    }

    /**
     * Reads the value of the variable {@code NO_PROXY} as programs in Go do (golang.org/x/net/http/httpproxy), and so most
     * of what runs in a cluster: entries between commas, a host stands for all below it as well, any entry but a CIDR block
     * may end in a port. What is no address and no block is taken for a name, so that nothing is an error.
     */
    public static NoProxy ofVariable(String value) {
        return new NoProxy(Arrays.stream(value.split(",", -1))
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .map(NoProxy::ofVariableEntry));
    }

    /**
     * Whether an entry names this host, at whichever port.
     *
     * @param host a name or an address, an IPv6 one without brackets, in any case
     */
    public boolean covers(String host) {
        return covers(host, ANY_PORT);
    }

    /**
     * Whether an entry names this host, at this port.
     *
     * @param host likewise
     */
    public boolean covers(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        return rules.stream()
                .anyMatch(rule -> (rule.port() == ANY_PORT || rule.port() == port)
                        && rule.host().test(name));
    }

    private static Rule ofVariableEntry(String entry) {
        if (entry.indexOf('/') >= 0) {
            try {
                return new Rule(rule(entry), ANY_PORT);
            } catch (IllegalArgumentException noBlock) {
                return new Rule(entry::equals, ANY_PORT);
            }
        }
        int port = port(entry);
        String host = port == ANY_PORT ? entry : entry.substring(0, entry.lastIndexOf(':'));
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.startsWith("*.")) {
            host = host.substring(1);
        }
        Predicate<String> named = rule(host);
        if (host.equals("*") || host.startsWith(".") || address(host) != null) {
            return new Rule(named, port);
        }
        return new Rule(named.or(rule("." + host)), port);
    }

    /** Of {@code host:port} and {@code [address]:port}; an IPv6 address alone has none. */
    private static int port(String entry) {
        int colon = entry.lastIndexOf(':');
        if (colon < 0 || address(entry) != null) {
            return ANY_PORT;
        }
        try {
            int port = Integer.parseInt(entry, colon + 1, entry.length(), 10);
            return port < 0 || port > MAX_PORT ? ANY_PORT : port;
        } catch (NumberFormatException noPort) {
            return ANY_PORT;
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
        byte[] address = address(slash < 0 ? entry : entry.substring(0, slash));
        if (address == null) {
            if (slash >= 0) {
                throw new IllegalArgumentException("egress.proxy.noProxy: '" + entry + "' is not a CIDR block");
            }
            return entry::equals;
        }
        int bits = address.length * 8;
        int prefix = slash < 0 ? bits : prefix(entry, slash, bits);
        return host -> {
            byte[] candidate = address(host);
            return candidate != null && sharesPrefix(address, candidate, prefix);
        };
    }

    /** Of an address that is written whole; null for anything else. Looks nothing up. */
    private static byte @Nullable [] address(String text) {
        boolean six = text.indexOf(':') >= 0;
        boolean four = text.chars().filter(character -> character == '.').count() == 3;
        if ((!six && !four) || text.indexOf('%') >= 0) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException name) {
            return null;
        }
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
