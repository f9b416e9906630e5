package dev.ostiary.entra.emulator.http;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One request, read whole.
 *
 * @param method upper case
 * @param path decoded path
 * @param rawQuery as received; null for none
 * @param headers as received
 * @param body complete body, within the limit
 */
@SuppressWarnings("ArrayRecordComponent") // a request is read once and never compared
public record Request(String method, String path, @Nullable String rawQuery, Headers headers, byte[] body) {

    /** Segments of the path, empty ones left out. */
    public List<String> segments() {
        return List.of(path.split("/")).stream()
                .filter(segment -> !segment.isEmpty())
                .toList();
    }

    /** Query parameters. */
    public Params query() {
        return Params.parse(rawQuery);
    }

    /** Form parameters, whatever the content type says. */
    public Params form() {
        return Params.parse(new String(body, StandardCharsets.UTF_8));
    }

    /** Whether the body is declared as a form. */
    public boolean isForm() {
        String type = header("Content-Type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded");
    }

    /** First value of a header; null for none. */
    public @Nullable String header(String name) {
        return headers.getFirst(name);
    }

    /** The value of a cookie; null for none. */
    public @Nullable String cookie(String name) {
        for (String line : headers.getOrDefault("Cookie", List.of())) {
            for (String part : line.split(";")) {
                String pair = part.strip();
                if (pair.startsWith(name + "=")) {
                    return pair.substring(name.length() + 1);
                }
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "Request[" + method + " " + path + "]";
    }
}
