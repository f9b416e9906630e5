package dev.ostiary.gateway.server.store;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is, by the scheme of its URL; with a second {@code s} ({@code rediss}) over TLS:
 *
 * <ul>
 *   <li>{@code redis://host:6379/0}: one server, or whatever stands before it
 *   <li>{@code redis-sentinel://host:26379,host:26379/0#name}: the primary that the sentinels name
 *   <li>{@code redis-cluster://host:6379,host:6379}: a Redis Cluster
 * </ul>
 *
 * <p>All take {@code user:password@} or {@code :password@}, percent-encoded, before the hosts; it is for Redis itself, not for
 * the sentinels. Never in a message, never in {@link #toString}.
 *
 * @param user null: the default user
 * @param password null: none
 * @param database 0 in a cluster
 * @param primary the name of the primary; with sentinels alone
 */
record RedisUrl(
        Form form,
        boolean tls,
        @Nullable String user,
        @Nullable String password,
        List<Host> hosts,
        int database,
        @Nullable String primary) {

    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26379;
    private static final int MAX_HOSTS = 32;

    /** Scheme, user with hosts, path, fragment: {@link java.net.URI} takes no list of IPv6 hosts. No query. */
    private static final Pattern URL =
            Pattern.compile("([a-z-]{1,20})://([^/?#\\s]+)(/[^?#\\s]*)?(?:#([A-Za-z0-9._-]+))?");

    /** What is at the hosts. */
    enum Form {
        SINGLE,
        SENTINEL,
        CLUSTER
    }

    /** A host and port. */
    record Host(String name, int port) {}

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException when it is not one of these; says what is wrong without quoting it
     */
    static RedisUrl parse(String text) {
        Matcher url = URL.matcher(text.strip());
        if (!url.matches()) {
            throw wrong("it is not a URL of the form scheme://user:password@host:port");
        }
        String scheme = url.group(1);
        boolean tls = scheme.startsWith("rediss");
        Form form = switch (scheme) {
            case "redis", "rediss" -> Form.SINGLE;
            case "redis-sentinel", "rediss-sentinel" -> Form.SENTINEL;
            case "redis-cluster", "rediss-cluster" -> Form.CLUSTER;
            default -> throw wrong("its scheme is none of redis, redis-sentinel and redis-cluster");
        };
        String authority = url.group(2);
        int at = authority.lastIndexOf('@');
        String userInfo = at < 0 ? "" : authority.substring(0, at);
        int colon = userInfo.indexOf(':');
        if (at >= 0 && colon < 0) {
            throw wrong("there is no colon between user and password");
        }
        List<Host> hosts = hosts(authority.substring(at + 1), form == Form.SENTINEL ? SENTINEL_PORT : PORT);
        if (form == Form.SINGLE && hosts.size() > 1) {
            throw wrong("it names several hosts: that takes redis-sentinel or redis-cluster");
        }
        String primary = url.group(4);
        if ((form == Form.SENTINEL) != (primary != null)) {
            throw wrong("redis-sentinel takes the primary's name after a #, the others take none");
        }
        return new RedisUrl(
                form,
                tls,
                colon <= 0 ? null : decode(userInfo.substring(0, colon)),
                at < 0 ? null : decode(userInfo.substring(colon + 1)),
                hosts,
                database(url.group(3), form),
                primary);
    }

    /** Where, without user and password. */
    @Override
    public String toString() {
        return form + (tls ? " over TLS at " : " at ") + hosts;
    }

    private static List<Host> hosts(String text, int defaultPort) {
        List<Host> hosts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            int end = part.indexOf(']');
            int colon = part.indexOf(':', end + 1);
            String name = colon < 0 ? part : part.substring(0, colon);
            if (end >= 0 && name.startsWith("[")) {
                name = name.substring(1, name.length() - 1);
            }
            if (name.isEmpty() || hosts.size() == MAX_HOSTS) {
                throw wrong(name.isEmpty() ? "a host is empty" : "it names too many hosts");
            }
            hosts.add(new Host(name, colon < 0 ? defaultPort : number(part.substring(colon + 1), "port", 65_535)));
        }
        return List.copyOf(hosts);
    }

    private static int database(@Nullable String path, Form form) {
        if (path == null || path.isEmpty() || path.equals("/")) {
            return 0;
        }
        int database = number(path.substring(1), "database", 10_000);
        if (form == Form.CLUSTER && database != 0) {
            throw wrong("a cluster has database 0 alone");
        }
        return database;
    }

    private static int number(String digits, String what, int most) {
        if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > most) {
            throw wrong("the " + what + " is no number up to " + most);
        }
        return Integer.parseInt(digits);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException quotesTheText) {
            throw wrong("user or password is not percent-encoded");
        }
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("the URL of the Redis store cannot be used: " + what);
    }
}
