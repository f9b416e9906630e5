/**
 * The listener: bytes in, one guarded {@link dev.ostiary.gateway.server.http.Exchange} per request out, whatever the HTTP
 * version. First of the packages a request meets. {@link dev.ostiary.gateway.server.http.HttpListener} is the door; behind
 * it a connection is a {@code Http1Connection} or a {@code Http2Connection}, and {@code RequestGuard} is the one place that
 * says what a clean request is. Request trailers, protocol upgrades and HTTP/2 without TLS are not supported on purpose.
 */
@NullMarked
package dev.ostiary.gateway.server.http;

import org.jspecify.annotations.NullMarked;
