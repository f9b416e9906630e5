package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.FacadeSettings.Redirects;
import dev.ostiary.gateway.config.FacadeSettings.Redirects.Hosts;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where an answer may be sent. Three kinds: https at hosts that the gateway's settings name, http on loopback, and the private
 * schemes of known clients (RFC 8252 §7). A URI must be spelt as a browser spells it, so that nobody can read it in two ways,
 * and matches what was registered character by character, but for the port of a loopback one (RFC 8252 §7.3): clients listen
 * where they find a free port, whatever port they have registered. Immutable.
 */
final class RedirectUris {

    /** Longest redirect URI, in characters. */
    static final int MAX_LENGTH = 512;

    /** The https hosts of the clients that are known to work with MCP servers in the cloud. */
    private static final Set<String> KNOWN_HOSTS = Set.of(
            "antigravity.google",
            "chatgpt.com",
            "claude.ai",
            "claude.com",
            "insiders.vscode.dev",
            "teams.microsoft.com",
            "vscode.dev",
            "www.cursor.com");

    private static final Set<String> KNOWN_SCHEMES = Set.of("cursor", "vscode", "vscode-insiders");

    /** What browsers and operating systems run, read or show instead of handing it to a program of the user's. */
    private static final Set<String> DANGEROUS_SCHEMES = Set.of(
            "about",
            "blob",
            "chrome",
            "content",
            "data",
            "file",
            "filesystem",
            "ftp",
            "http",
            "https",
            "intent",
            "jar",
            "javascript",
            "livescript",
            "mailto",
            "mocha",
            "ms-appinstaller",
            "ms-msdt",
            "resource",
            "search-ms",
            "sms",
            "smb",
            "tel",
            "urn",
            "vbscript",
            "view-source",
            "ws",
            "wss");

    private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Pattern SPELLING = Pattern.compile("[A-Za-z0-9._~:/?\\[\\]@!$&'()*+,;=%-]+");
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");
    private static final Pattern HOST =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    /** Dots, slashes, backslashes, percent signs and control characters that pretend to be something else. */
    private static final Pattern HIDDEN = Pattern.compile("%(2[eEfF5]|5[cC]|[01][0-9a-fA-F]|7[fF])");

    private static final List<String> OURS = List.of("code", "state", "iss", "error", "error_description");

    private final Redirects settings;

    RedirectUris(Redirects settings) {
        this.settings = settings;
    }

    /**
     * A redirect URI, taken apart.
     *
     * @param scheme {@code https}, {@code http} or a private one
     * @param host as in the URI; empty where a private scheme has none
     * @param port as in the URI; null when it has none
     * @param rest path and query
     */
    record Target(String scheme, String host, @Nullable String port, String rest) {

        boolean loopback() {
            return scheme.equals("http");
        }

        /** Whether the answer goes to a program on the user's machine, which nobody can tell from another there. */
        boolean onThisDevice() {
            return !scheme.equals("https");
        }

        /** What stands for it on pages and in remembered decisions: never the port of a loopback one. */
        String name() {
            return host.isEmpty() ? scheme : host;
        }

        /** Without the port of a loopback one and without the query. */
        String key() {
            int query = rest.indexOf('?');
            String path = query < 0 ? rest : rest.substring(0, query);
            return scheme + "://" + host + (port == null || loopback() ? "" : ":" + port) + path;
        }
    }

    /** Whether a client that describes itself may register this URI. */
    boolean acceptable(String uri) {
        Target target = parse(uri);
        if (target == null) {
            return false;
        }
        return switch (target.scheme) {
            case "http" -> true;
            case "https" -> hostAllowed(target);
            default ->
                KNOWN_SCHEMES.contains(target.scheme) || settings.schemes().contains(target.scheme);
        };
    }

    private boolean hostAllowed(Target target) {
        String host = target.port == null ? target.host : target.host + ":" + target.port;
        return settings.hosts() == Hosts.ANY
                || (settings.hosts() == Hosts.LISTED ? settings.hostList().contains(host) : KNOWN_HOSTS.contains(host));
    }

    /** Whether an answer may go there, given what the client has registered. */
    boolean matches(Client client, String asked) {
        Target target = parse(asked);
        if (target == null || (client.kind() != Client.Kind.STATIC && !acceptable(asked))) {
            return false;
        }
        for (String registered : client.redirectUris()) {
            if (registered.equals(asked)) {
                return true;
            }
            Target own = target.loopback() ? parse(registered) : null;
            if (own != null && own.loopback() && own.host.equals(target.host) && own.rest.equals(target.rest)) {
                return true;
            }
        }
        return false;
    }

    /** Takes a redirect URI apart that was found good before. */
    static Target require(String uri) {
        Target target = parse(uri);
        if (target == null) {
            throw new IllegalArgumentException("a redirect URI that was not checked");
        }
        return target;
    }

    /** Takes a redirect URI apart; null when it is of no allowed kind or can be read in two ways. */
    static @Nullable Target parse(String uri) {
        if (uri.length() > MAX_LENGTH || !SPELLING.matcher(uri).matches()) {
            return null;
        }
        URI parsed;
        try {
            parsed = new URI(uri);
        } catch (URISyntaxException malformed) {
            return null;
        }
        String scheme = parsed.getScheme();
        String path = parsed.getRawPath();
        if (scheme == null || path == null || !SCHEME.matcher(scheme).matches()) {
            return null;
        }
        if (parsed.getRawFragment() != null || isAmbiguous(path) || hasOurParameters(parsed.getRawQuery())) {
            return null;
        }
        String authority = parsed.getRawAuthority();
        String rest = path + (parsed.getRawQuery() == null ? "" : "?" + parsed.getRawQuery());
        return switch (scheme) {
            case "https" -> withHost(scheme, authority, rest, false);
            case "http" -> withHost(scheme, authority, rest, true);
            default -> withPrivateScheme(scheme, authority, rest);
        };
    }

    private static @Nullable Target withHost(String scheme, @Nullable String authority, String rest, boolean loopback) {
        if (authority == null) {
            return null;
        }
        int colon = authority.startsWith("[") ? authority.indexOf("]:") + 1 : authority.indexOf(':');
        String host = colon <= 0 ? authority : authority.substring(0, colon);
        String port = colon <= 0 ? null : authority.substring(colon + 1);
        if (port != null && (!PORT.matcher(port).matches() || Integer.parseInt(port) > 65535)) {
            return null;
        }
        boolean allowed =
                loopback ? LOOPBACK_HOSTS.contains(host) : HOST.matcher(host).matches() && !endsInNumber(host);
        return allowed ? new Target(scheme, host, port, rest) : null;
    }

    /** Browsers read a host whose last label is a number as an IPv4 address, however it is written (URL standard, host parser). */
    private static boolean endsInNumber(String host) {
        String last = host.substring(host.lastIndexOf('.') + 1);
        return last.chars().allMatch(c -> c >= '0' && c <= '9') || last.startsWith("0x");
    }

    private static @Nullable Target withPrivateScheme(String scheme, @Nullable String authority, String rest) {
        if (DANGEROUS_SCHEMES.contains(scheme)) {
            return null;
        }
        if (authority == null) {
            return rest.startsWith("/") ? new Target(scheme, "", null, rest) : null;
        }
        return HOST.matcher(authority.toLowerCase(Locale.ROOT)).matches()
                ? new Target(scheme, authority, null, rest)
                : null;
    }

    private static boolean isAmbiguous(String path) {
        if (HIDDEN.matcher(path).find()) {
            return true;
        }
        for (String segment : path.split("/", -1)) {
            int parameter = segment.indexOf(';');
            String name = parameter < 0 ? segment : segment.substring(0, parameter);
            if (name.equals(".") || name.equals("..")) {
                return true;
            }
        }
        return false;
    }

    /** A query that already has what we add: the client would see it twice, and might take the wrong one. */
    private static boolean hasOurParameters(@Nullable String query) {
        if (query == null) {
            return false;
        }
        try {
            Parameters parameters = Parameters.read(query);
            return OURS.stream().anyMatch(name -> parameters.get(name) != null);
        } catch (OAuthException malformed) {
            return true;
        }
    }
}
