package dev.ostiary.gateway.server.upstream;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a response ends, and whether its connection may carry another one (RFC 9112 §6.3, §9.3). Stricter than the RFC where
 * peers are known to disagree: what could be read in two ways is refused.
 */
final class ResponseFraming {

    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");

    private boolean reusable;
    private long keepAliveNanos = Long.MAX_VALUE;

    /**
     * Reads a head that the codec has accepted (it refuses several lengths, and a length beside a transfer coding).
     *
     * @param toHead the request's method was HEAD
     * @param hidCoding the codec removed a transfer coding that the status does not allow
     * @return why the response must not be believed; null: it is in order
     */
    @Nullable
    String read(HttpResponse response, boolean toHead, boolean hidCoding) {
        reusable = false;
        keepAliveNanos = Long.MAX_VALUE;
        int status = response.status().code();
        HttpVersion version = response.protocolVersion();
        boolean current = version.equals(HttpVersion.HTTP_1_1);
        if (!current && !version.equals(HttpVersion.HTTP_1_0)) {
            return "the response's HTTP version is neither 1.1 nor 1.0";
        }
        if (status < 100 || status > 599) {
            return "the response's status is outside 100 to 599";
        }
        HttpHeaders headers = response.headers();
        String coding = headers.get(HttpHeaderNames.TRANSFER_ENCODING);
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        if (coding != null) {
            if (!current
                    || length != null
                    || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding)
                    || headers.getAll(HttpHeaderNames.TRANSFER_ENCODING).size() > 1) {
                return "the response's framing is ambiguous";
            }
        }
        if (status < 200) {
            if (status == 101) {
                return "the workload switched protocols unasked";
            }
            return hidCoding || coding != null || length != null ? "an informational response with a body" : null;
        }
        boolean announced = hidCoding || coding != null || (length != null && !length.equals("0"));
        boolean bodiless = status == 204 || status == 205;
        boolean delimited = coding != null || length != null || toHead || status == 304 || bodiless;
        // A 204 or 205 that announces a body may be followed by it, which the next call would take for its answer.
        reusable = delimited && !(bodiless && announced) && HttpUtil.isKeepAlive(response);
        String hint = reusable ? headers.get(KEEP_ALIVE) : null;
        if (hint != null) {
            keepAliveNanos = keepAlive(hint);
        }
        return null;
    }

    boolean allowsReuse() {
        return reusable;
    }

    /** How long the workload keeps the connection, by its own word, less a second for the way. */
    long keepAliveNanos() {
        return keepAliveNanos;
    }

    /** {@code timeout=5, max=1000}: the widespread form, for which there is no standard. Anything else says nothing. */
    private static long keepAlive(String hint) {
        int at = hint.indexOf("timeout=");
        if (at < 0) {
            return Long.MAX_VALUE;
        }
        int begin = at + "timeout=".length();
        int end = begin;
        long seconds = 0;
        while (end < hint.length() && end < begin + 9 && Character.digit(hint.charAt(end), 10) >= 0) {
            seconds = seconds * 10 + Character.digit(hint.charAt(end++), 10);
        }
        return end == begin ? Long.MAX_VALUE : Math.max(TimeUnit.SECONDS.toNanos(seconds - 1), 1);
    }
}
