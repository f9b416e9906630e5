package dev.ostiary.entra.emulator.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One answer.
 *
 * @param status HTTP status
 * @param headers by name, in the order in which they are sent
 * @param body complete body
 */
@SuppressWarnings("ArrayRecordComponent") // an answer is written once and never compared
public record Response(int status, Map<String, String> headers, byte[] body) {

    /** JSON of a map or list. */
    public static Response json(int status, Object value) {
        return of(status, "application/json; charset=utf-8", Json.bytes(value));
    }

    /** An HTML page, with headers that forbid scripts, frames and caching. */
    public static Response html(int status, String page) {
        return of(status, "text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8))
                .with("Cache-Control", "no-store, no-cache")
                .with(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
                .with("X-Content-Type-Options", "nosniff")
                .with("X-Frame-Options", "DENY")
                .with("Referrer-Policy", "same-origin");
    }

    /** Plain text. */
    public static Response text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /** 302 to another place. */
    public static Response redirect(String location) {
        return new Response(302, Map.of(), new byte[0])
                .with("Location", location)
                .with("Cache-Control", "no-store, no-cache")
                .with("Referrer-Policy", "no-referrer");
    }

    /** No body. */
    public static Response empty(int status) {
        return new Response(status, Map.of(), new byte[0]);
    }

    /** The same answer with one more header. */
    public Response with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Response(status, more, body);
    }

    private static Response of(int status, String type, byte[] body) {
        return new Response(status, Map.of("Content-Type", type), body);
    }
}
