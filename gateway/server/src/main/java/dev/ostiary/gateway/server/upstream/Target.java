package dev.ostiary.gateway.server.upstream;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What a URL means on the wire, worked out once per URL and event loop.
 *
 * @param pool the connections to its origin
 * @param requestTarget origin form, or absolute form where an HTTP proxy stands between (RFC 9112 §3.2)
 * @param host the {@code Host} header
 * @param proxyAuthorization for a proxy that reads our requests; null: none. A secret
 */
record Target(
        OriginPool pool,
        String requestTarget,
        AsciiString host,
        @Nullable String proxyAuthorization) {

    static Target of(URI url, OriginPool pool) {
        URI ascii = URI.create(url.toASCIIString());
        String path = ascii.getRawPath() == null || ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        String target = ascii.getRawQuery() == null ? path : path + "?" + ascii.getRawQuery();
        Origin origin = pool.origin();
        EgressProxy proxy = pool.proxy();
        AsciiString host = AsciiString.of(origin.authority());
        if (proxy == null || origin.secure()) {
            return new Target(pool, target, host, null);
        }
        return new Target(pool, origin + target, host, proxy.basicCredentials());
    }

    /** Adds to a request's headers what belongs to this way and to its one framing, a length (RFC 9112 §6.2). */
    void complete(HttpHeaders headers, HttpMethod method, int length) {
        headers.set(HttpHeaderNames.HOST, host);
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        if (length > 0 || impliesBody(method)) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(length));
        } else {
            headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        }
        if (proxyAuthorization != null) {
            headers.set(HttpHeaderNames.PROXY_AUTHORIZATION, proxyAuthorization);
        }
    }

    private static boolean impliesBody(HttpMethod method) {
        return method.equals(HttpMethod.POST) || method.equals(HttpMethod.PUT) || method.equals(HttpMethod.PATCH);
    }

    @Override
    public String toString() {
        return pool.origin().toString();
    }
}
