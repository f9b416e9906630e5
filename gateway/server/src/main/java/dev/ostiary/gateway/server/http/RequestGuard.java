package dev.ostiary.gateway.server.http;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides on a request's head alone whether it may go on: unambiguous framing, one well-formed and allowed host, a clean
 * target, an allowed origin, nothing over its limit. What goes on has lost its hop-by-hop headers and those that only a
 * trusted proxy may send.
 */
final class RequestGuard {

    /** More header lines than any client sends; each costs memory beyond its bytes. */
    static final int MAX_HEADERS = 256;

    /** What the guard says. */
    sealed interface Verdict permits Accepted, Refused {}

    /**
     * The request goes on.
     *
     * @param method the method
     * @param target path and query
     * @param headers cleaned
     * @param clientAddress for logs
     * @param origin the allowed origin of the calling page, null when no page calls
     * @param contentLength declared length, 0 when there is no body, -1 when it is chunked or, with HTTP/2, not declared
     * @param expectsContinue whether the client waits before it sends the body
     */
    record Accepted(
            HttpMethod method,
            RequestTarget target,
            HttpHeaders headers,
            String clientAddress,
            @Nullable String origin,
            long contentLength,
            boolean expectsContinue)
            implements Verdict {}

    /** The request ends here. */
    record Refused(Rejection reason) implements Verdict {}

    private RequestGuard() {}

    /**
     * Examines a head as the HTTP/1.1 decoder delivered it.
     *
     * @param serverName the host that the TLS client named, lower case; null without TLS or without a name
     */
    static Verdict examine(
            ListenerConfig config, HttpRequest request, @Nullable SocketAddress peer, @Nullable String serverName) {
        DecoderResult decoded = request.decoderResult();
        if (decoded.isFailure()) {
            return new Refused(reasonOf(decoded.cause()));
        }
        HttpVersion version = request.protocolVersion();
        boolean http11 = version.equals(HttpVersion.HTTP_1_1);
        if (!http11 && !version.equals(HttpVersion.HTTP_1_0)) {
            return new Refused(Rejection.UNSUPPORTED_VERSION);
        }
        HttpHeaders headers = request.headers();
        boolean chunked = false;
        if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            if (!http11 || headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
                return new Refused(Rejection.AMBIGUOUS_FRAMING);
            }
            List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
            if (codings.size() != 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                return new Refused(Rejection.UNKNOWN_TRANSFER_CODING);
            }
            chunked = true;
        }
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (hosts.size() != 1) {
            return new Refused(Rejection.BAD_HOST);
        }
        String host = hosts.getFirst();
        String target = request.uri();
        if (target.startsWith("http://") || target.startsWith("https://")) {
            // RFC 9112 §3.2.2: absolute-form is accepted; one that contradicts Host is not.
            int authority = target.indexOf("//") + 2;
            int path = target.indexOf('/', authority);
            int query = target.indexOf('?', authority);
            int end = path < 0 || (query >= 0 && query < path) ? query : path;
            if (end < 0) {
                end = target.length();
            }
            if (!target.substring(authority, end).equalsIgnoreCase(host)) {
                return new Refused(Rejection.BAD_HOST);
            }
            target = end == target.length() || target.charAt(end) == '?'
                    ? "/" + target.substring(end)
                    : target.substring(end);
        }
        return common(config, request.method(), target, host, headers, chunked ? -1 : 0, peer, serverName);
    }

    /**
     * The rules that do not depend on the version.
     *
     * @param unknownLength what to assume where no length is declared: 0 or -1
     */
    static Verdict common(
            ListenerConfig config,
            HttpMethod method,
            String target,
            String host,
            HttpHeaders headers,
            long unknownLength,
            @Nullable SocketAddress peer,
            @Nullable String serverName) {
        if (headers.size() > MAX_HEADERS) {
            return new Refused(Rejection.HEADERS_TOO_LARGE);
        }
        if (method.equals(HttpMethod.CONNECT) || method.equals(HttpMethod.TRACE)) {
            return new Refused(Rejection.UNSUPPORTED_METHOD);
        }
        if (!config.hosts().allows(host)) {
            return new Refused(AllowedHosts.isWellFormed(host) ? Rejection.FOREIGN_HOST : Rejection.BAD_HOST);
        }
        if (serverName != null && !isHost(host, serverName)) {
            return new Refused(Rejection.SNI_MISMATCH);
        }
        RequestTarget parsed = RequestTarget.parse(target);
        if (parsed == null) {
            return new Refused(Rejection.MALFORMED_TARGET);
        }
        long length = unknownLength;
        if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
            length = lengths.size() == 1 ? contentLength(lengths.getFirst()) : -1;
            if (length < 0) {
                return new Refused(Rejection.AMBIGUOUS_FRAMING);
            }
            if (length > config.limits().bodyBytes()) {
                return new Refused(Rejection.BODY_TOO_LARGE);
            }
        }
        boolean expectsContinue = false;
        if (headers.contains(HttpHeaderNames.EXPECT)) {
            List<String> expectations = headers.getAll(HttpHeaderNames.EXPECT);
            if (expectations.size() != 1
                    || !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectations.getFirst())) {
                return new Refused(Rejection.BAD_EXPECTATION);
            }
            expectsContinue = length != 0;
            headers.remove(HttpHeaderNames.EXPECT);
        }
        String origin = null;
        if (headers.contains(HttpHeaderNames.ORIGIN)) {
            List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
            origin = origins.getFirst();
            if (origins.size() != 1 || !config.origins().allows(origin)) {
                return new Refused(Rejection.FOREIGN_ORIGIN);
            }
        }
        HopByHopHeaders.strip(headers);
        String client = config.proxies().clientAddress(peer, headers);
        config.proxies().strip(peer, headers);
        return new Accepted(method, parsed, headers, client, origin, length, expectsContinue);
    }

    static Rejection reasonOf(Throwable cause) {
        return switch (cause) {
            case StrictRequestDecoder.HeadViolation violation -> violation.rejection();
            case TooLongHttpLineException _ -> Rejection.REQUEST_LINE_TOO_LONG;
            case TooLongHttpHeaderException _ -> Rejection.HEADERS_TOO_LARGE;
            default -> Rejection.MALFORMED_HEAD;
        };
    }

    /** One to eighteen digits (RFC 9110 §8.6), else -1. */
    private static long contentLength(String value) {
        if (value.isEmpty() || value.length() > 18) {
            return -1;
        }
        long result = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            result = result * 10 + (c - '0');
        }
        return result;
    }

    private static boolean isHost(String authority, String name) {
        return authority.regionMatches(true, 0, name, 0, name.length())
                && (authority.length() == name.length() || authority.charAt(name.length()) == ':');
    }
}
