package dev.ostiary.gateway.compiler;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which names a route may have. */
final class RouteNames {

    /** Paths of the issuer and of the gateway itself, now or later; they share one origin with the routes. */
    static final Set<String> RESERVED = Set.of(
            ".well-known",
            "authorize",
            "consent",
            "oauth",
            "token",
            "register",
            "revoke",
            "introspect",
            "userinfo",
            "logout",
            "grants",
            "jwks.json",
            "healthz",
            "livez",
            "readyz",
            "metrics",
            "admin",
            "api",
            "assets",
            "static",
            "favicon.ico",
            "robots.txt",
            "sse",
            "mcp");

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?");

    private RouteNames() {}

    /** What is wrong with this name; null when it may be a route. */
    static @Nullable String problem(String name) {
        if (RESERVED.contains(name)) {
            return "is a path of the gateway itself; choose another name.";
        }
        if (!LABEL.matcher(name).matches()) {
            return "must be at most 40 lower-case letters, digits and hyphens, and begin and end with a letter or digit.";
        }
        return null;
    }
}
