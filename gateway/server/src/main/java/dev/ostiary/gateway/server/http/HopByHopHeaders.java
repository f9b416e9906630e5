package dev.ostiary.gateway.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;

/**
 * What must not travel beyond one connection (RFC 9110 §7.6.1, RFC 9113 §8.2.2), in both directions.
 */
public final class HopByHopHeaders {

    private static final List<AsciiString> ALWAYS = List.of(
            AsciiString.cached("keep-alive"),
            AsciiString.cached("proxy-connection"),
            HttpHeaderNames.PROXY_AUTHENTICATE,
            HttpHeaderNames.PROXY_AUTHORIZATION,
            HttpHeaderNames.TRAILER,
            HttpHeaderNames.TRANSFER_ENCODING,
            HttpHeaderNames.UPGRADE,
            AsciiString.cached("http2-settings"));

    private HopByHopHeaders() {}

    /**
     * Removes from {@code headers} the {@code Connection} header with every header that it names, and all that are
     * hop-by-hop by definition. {@code TE} is reduced to {@code trailers} where it says so, else removed.
     */
    public static void strip(HttpHeaders headers) {
        boolean trailers = headers.contains(HttpHeaderNames.TE)
                && headers.containsValue(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS, true);
        if (headers.contains(HttpHeaderNames.CONNECTION)) {
            for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
                for (String nominated : value.split(",")) {
                    String name = nominated.strip();
                    if (!name.isEmpty()) {
                        headers.remove(name.toLowerCase(Locale.ROOT));
                    }
                }
            }
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        for (int i = 0; i < ALWAYS.size(); i++) {
            headers.remove(ALWAYS.get(i));
        }
        headers.remove(HttpHeaderNames.TE);
        if (trailers) {
            headers.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
        }
    }
}
