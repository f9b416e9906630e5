package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.http.TraceContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which headers cross the gateway. Both lists name what may pass, so that whatever nobody thought of stays out: nothing of
 * the caller's credentials, cookies or claimed identity reaches a workload, and nothing of a workload's cookies, challenges
 * or cross-origin grants reaches a caller.
 */
final class EndToEndHeaders {

    /**
     * Arguments that clients mirror (2026-07-28, "Custom Headers from Tool Parameters"). Nothing here is decided by them: policies see
     * the body, so whoever reads the headers verifies them, which is the workload, or the bridge before it.
     */
    private static final AsciiString MCP_PARAM_PREFIX = AsciiString.cached("mcp-param-");

    private static final List<AsciiString> TO_WORKLOAD = List.of(
            HttpHeaderNames.ACCEPT,
            HttpHeaderNames.ACCEPT_LANGUAGE,
            HttpHeaderNames.CONTENT_TYPE,
            HttpHeaderNames.USER_AGENT,
            AsciiString.cached("mcp-protocol-version"),
            AsciiString.cached("mcp-method"),
            AsciiString.cached("mcp-name"),
            AsciiString.cached("last-event-id"),
            AsciiString.cached("baggage"));

    private static final List<AsciiString> TO_CLIENT = List.of(
            HttpHeaderNames.CONTENT_TYPE,
            HttpHeaderNames.RETRY_AFTER,
            HttpHeaderNames.ALLOW,
            AsciiString.cached("mcp-protocol-version"));

    private EndToEndHeaders() {}

    /** The headers of a request to a workload. Session and authentication are added by the caller. */
    static HttpHeaders toWorkload(HttpHeaders received, TraceContext trace) {
        HttpHeaders sent = Responses.headers();
        for (AsciiString name : TO_WORKLOAD) {
            String value = received.get(name);
            if (value != null) {
                sent.set(name, value);
            }
        }
        for (var names = received.iteratorCharSequence(); names.hasNext(); ) {
            Map.Entry<CharSequence, CharSequence> header = names.next();
            CharSequence name = header.getKey();
            if (AsciiString.regionMatches(name, true, 0, MCP_PARAM_PREFIX, 0, MCP_PARAM_PREFIX.length())) {
                sent.add(name.toString().toLowerCase(Locale.ROOT), header.getValue());
            }
        }
        trace.write(sent);
        return sent;
    }

    /** Whether a body is compressed, which nobody asked for: it could neither be judged nor be passed on as what it says. */
    static boolean isEncoded(HttpHeaders received) {
        for (String encoding : received.getAll(HttpHeaderNames.CONTENT_ENCODING)) {
            if (!encoding.strip().equalsIgnoreCase("identity")) {
                return true;
            }
        }
        return false;
    }

    /** The headers of a response to a client. */
    static HttpHeaders toClient(HttpHeaders received) {
        HttpHeaders sent = Responses.headers();
        for (AsciiString name : TO_CLIENT) {
            String value = received.get(name);
            if (value != null) {
                sent.set(name, value);
            }
        }
        // What a workload says to one user is nobody else's, and an event stream must not wait in a proxy's buffer.
        sent.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        sent.set("x-accel-buffering", "no");
        return sent;
    }
}
