package dev.ostiary.gateway.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a response as they leave: the handler's without anything that is the connection's business, and the
 * listener's own. Shared by all connections of one listener.
 */
final class ResponseHead {

    /** Where header lines go. */
    interface Sink {
        void add(CharSequence name, CharSequence value);
    }

    private static final AsciiString CONTENT_TYPE_OPTIONS = AsciiString.cached("x-content-type-options");
    private static final AsciiString NOSNIFF = AsciiString.cached("nosniff");
    private static final AsciiString TRANSPORT_SECURITY = AsciiString.cached("strict-transport-security");
    /** Two years, as browsers' preload lists ask; sub-domains belong to somebody else. */
    private static final AsciiString TWO_YEARS = AsciiString.cached("max-age=63072000");

    private static final AsciiString ORIGIN = AsciiString.cached("Origin");
    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private record Second(long epoch, AsciiString text) {}

    private volatile Second date = new Second(-1, AsciiString.EMPTY_STRING);

    /** RFC 9110 §5.6.7, made once a second. */
    private AsciiString date() {
        long now = System.currentTimeMillis() / 1000;
        Second current = date;
        if (current.epoch != now) {
            current = new Second(now, new AsciiString(IMF_FIXDATE.format(Instant.ofEpochSecond(now))));
            date = current;
        }
        return current.text;
    }

    /** Adds all but the framing headers. */
    void write(HttpHeaders headers, ListenerConfig config, @Nullable String origin, Sink sink) {
        for (var entries = headers.iteratorCharSequence(); entries.hasNext(); ) {
            var entry = entries.next();
            if (!isOurs(entry.getKey())) {
                sink.add(entry.getKey(), entry.getValue());
            }
        }
        sink.add(HttpHeaderNames.DATE, date());
        sink.add(CONTENT_TYPE_OPTIONS, NOSNIFF);
        sink.add(HttpHeaderNames.VARY, ORIGIN);
        if (config.https()) {
            sink.add(TRANSPORT_SECURITY, TWO_YEARS);
        }
        if (origin != null) {
            sink.add(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            sink.add(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, Cors.EXPOSED);
        }
    }

    /** What a handler may not set; told by length first since this runs for every header of every response. */
    private static boolean isOurs(CharSequence name) {
        return switch (name.length()) {
            case 2 -> is(name, "te");
            case 4 -> is(name, "date");
            case 6 -> is(name, "server");
            case 7 -> is(name, "trailer") || is(name, "upgrade");
            case 10 -> is(name, "connection") || is(name, "keep-alive");
            case 14 -> is(name, "content-length") || is(name, "http2-settings");
            case 16 -> is(name, "proxy-connection");
            case 17 -> is(name, "transfer-encoding");
            case 18 -> is(name, "proxy-authenticate");
            case 19 -> is(name, "proxy-authorization");
            case 22 -> is(name, "x-content-type-options");
            case 25 -> is(name, "strict-transport-security");
            case 27 -> is(name, "access-control-allow-origin");
            case 29 -> is(name, "access-control-expose-headers");
            case 32 -> is(name, "access-control-allow-credentials");
            default -> false;
        };
    }

    private static boolean is(CharSequence name, String other) {
        return AsciiString.contentEqualsIgnoreCase(name, other);
    }
}
