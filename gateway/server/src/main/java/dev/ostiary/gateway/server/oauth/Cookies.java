package dev.ostiary.gateway.server.oauth;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The facade's cookies: for this host alone ({@code __Host-} prefix, RFC 6265bis §4.1.3.2), not for scripts, not sent along
 * with what other sites post. {@code Lax} and not {@code Strict}, since sign-ins begin at clients' pages and come back from
 * Entra's. On loopback http, where browsers refuse the prefix, the names are plain. Immutable.
 */
final class Cookies {

    private final String prefix;
    private final String attributes;

    Cookies(FacadeUrls urls) {
        this.prefix = urls.secure() ? "__Host-ostiary-" : "ostiary-";
        this.attributes = "; Path=/; HttpOnly; SameSite=Lax" + (urls.secure() ? "; Secure" : "");
    }

    /**
     * The value of a cookie; null when it is not there, or there twice.
     *
     * @param headers all {@code Cookie} headers of the request; anything
     */
    @Nullable
    String read(List<String> headers, String name) {
        List<String> values = new ArrayList<>();
        for (String pair : pairs(headers)) {
            if (pair.startsWith(prefix + name + "=")) {
                values.add(pair.substring(prefix.length() + name.length() + 1));
            }
        }
        return values.size() == 1 ? values.getFirst() : null;
    }

    /** The names of the cookies that begin so, without the common prefix. */
    List<String> names(List<String> headers, String start) {
        List<String> names = new ArrayList<>();
        for (String pair : pairs(headers)) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.startsWith(prefix + start)) {
                names.add(pair.substring(prefix.length(), equals));
            }
        }
        return names;
    }

    /** A {@code Set-Cookie} header. */
    String set(String name, String value, Duration maxAge) {
        return prefix + name + "=" + value + "; Max-Age=" + maxAge.toSeconds() + attributes;
    }

    /** The header that removes a cookie. */
    String clear(String name) {
        return prefix + name + "=; Max-Age=0" + attributes;
    }

    private static List<String> pairs(List<String> headers) {
        List<String> pairs = new ArrayList<>();
        for (String header : headers) {
            for (String pair : header.split(";")) {
                pairs.add(pair.strip());
            }
        }
        return pairs;
    }
}
