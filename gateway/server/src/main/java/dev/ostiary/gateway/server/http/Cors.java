package dev.ostiary.gateway.server.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets pages of allowed origins call (Fetch Standard, CORS protocol), without credentials: no cookie ever authenticates
 * here. The lists are what browser-based MCP clients need.
 */
final class Cors {

    private static final AsciiString METHODS = AsciiString.cached("GET, POST, DELETE, OPTIONS");
    /** What a page may read of a response. */
    static final AsciiString EXPOSED =
            AsciiString.cached("WWW-Authenticate, Mcp-Session-Id, Mcp-Protocol-Version, Retry-After");
    /** Browsers cap it at two hours. */
    private static final AsciiString MAX_AGE = AsciiString.cached("7200");

    static final AsciiString PREFLIGHT_VARY =
            AsciiString.cached("Access-Control-Request-Method, Access-Control-Request-Headers");

    private static final String LISTED =
            "Authorization, Content-Type, Accept, Mcp-Method, Mcp-Name, Mcp-Protocol-Version,"
                    + " Mcp-Session-Id, Last-Event-ID";
    private static final Set<String> HEADERS =
            Set.of(LISTED.toLowerCase(Locale.ROOT).split(", "));
    /** MCP 2026-07-28: a header for each argument that a tool marks so. */
    private static final String PARAMETER_PREFIX = "mcp-param-";

    private Cors() {}

    /**
     * The headers of the answer (204) to a preflight of an allowed origin; null when the request is not a preflight.
     * {@code Access-Control-Allow-Origin} is not among them: every response to an allowed origin gets that.
     */
    static @Nullable HttpHeaders preflight(HttpMethod method, HttpHeaders request) {
        if (!method.equals(HttpMethod.OPTIONS) || !request.contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)) {
            return null;
        }
        HttpHeaders answer = new DefaultHttpHeaders();
        answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, allowedHeaders(request));
        answer.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        answer.set(HttpHeaderNames.VARY, PREFLIGHT_VARY);
        return answer;
    }

    private static String allowedHeaders(HttpHeaders request) {
        StringBuilder allowed = new StringBuilder(LISTED);
        for (String value : request.getAll(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS)) {
            for (String asked : value.split(",")) {
                String name = asked.strip().toLowerCase(Locale.ROOT);
                if (name.startsWith(PARAMETER_PREFIX) && !HEADERS.contains(name) && isToken(name)) {
                    allowed.append(", ").append(name);
                }
            }
        }
        return allowed.toString();
    }

    private static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
                return false;
            }
        }
        return true;
    }
}
