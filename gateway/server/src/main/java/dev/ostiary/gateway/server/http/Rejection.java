package dev.ostiary.gateway.server.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Why a request or connection was refused by the listener. The explanation goes to the client; it never repeats what the
 * client sent.
 */
public enum Rejection {
    /** RFC 9112 §2.2, §3, §5: not a request line and header fields separated by CRLF. */
    MALFORMED_HEAD(400, "The request line or a header line is malformed."),
    /** RFC 9112 §5.2. */
    FOLDED_HEADER(400, "A header is folded over several lines."),
    /** RFC 9110 §5.5: NUL, bare CR, bare LF and other control characters. */
    CONTROL_CHARACTER(400, "The request's head contains a control character or a bare line break."),
    /** RFC 9112 §6: two peers could disagree about where the request ends. */
    AMBIGUOUS_FRAMING(400, "The length of the request is ambiguous: see RFC 9112, section 6."),
    /** RFC 9112 §6.1: a transfer coding other than chunked. */
    UNKNOWN_TRANSFER_CODING(501, "The only transfer coding supported is chunked."),
    /** RFC 9112 §7.1, noticed after the head was accepted. */
    MALFORMED_BODY(400, "The chunked body is malformed."),
    /** Trailers are not accepted: they would arrive after the decision. */
    TRAILERS(400, "Trailers are not accepted."),
    /** RFC 9112 §3. */
    REQUEST_LINE_TOO_LONG(414, "The request line is too long."),
    /** RFC 6585 §5. */
    HEADERS_TOO_LARGE(431, "The headers are too large or too many."),
    /** RFC 9110 §15.5.14. */
    BODY_TOO_LARGE(413, "The body is too large."),
    /** RFC 9112 §2.3: neither HTTP/1.0 nor HTTP/1.1 nor, by ALPN, HTTP/2. */
    UNSUPPORTED_VERSION(505, "Supported are HTTP/1.0, HTTP/1.1 and, over TLS, HTTP/2."),
    /** CONNECT and TRACE. */
    UNSUPPORTED_METHOD(405, "This method is not allowed here."),
    /** RFC 9112 §3.2: the target is not a clean path and query. */
    MALFORMED_TARGET(
            400,
            "The request target must be an absolute path without empty segments, dot segments, backslashes, encoded slashes or"
                    + " characters outside ASCII."),
    /** RFC 9112 §3.2: missing, repeated or malformed Host, or one that contradicts the target. */
    BAD_HOST(400, "The request must name its host exactly once."),
    /** DNS rebinding, or a wrong Service or Ingress. */
    FOREIGN_HOST(421, "This gateway does not serve the requested host."),
    /** The TLS server name is not the requested host. */
    SNI_MISMATCH(421, "The requested host differs from the host of the TLS connection."),
    /** A page of an origin that is not allowed, or of none ({@code null}). */
    FOREIGN_ORIGIN(403, "Pages of this origin may not call this gateway (spec.http.allowedOrigins)."),
    /** RFC 9110 §10.1.1. */
    BAD_EXPECTATION(417, "The only expectation supported is 100-continue."),
    /** The head did not arrive in time. */
    SLOW_HEAD(408, "The request's head did not arrive in time."),
    /** The body did not arrive in time. */
    SLOW_BODY(408, "The request's body did not arrive in time."),
    /** The client left a response unread; the connection or stream is ended without a word. */
    SLOW_READER(408, "The response was not read in time."),
    /** More requests in progress than {@code limits.concurrentRequests}. */
    TOO_MANY_REQUESTS_IN_PROGRESS(503, "The gateway has too many requests in progress."),
    /** More connections than {@code limits.connections}; closed without a word. */
    TOO_MANY_CONNECTIONS(503, "The gateway has too many connections."),
    /** TLS handshake failed or did not end in time; closed without an HTTP answer. */
    TLS_HANDSHAKE(400, "The TLS handshake failed."),
    /** RFC 9113 §5.4.1: malformed or abusive HTTP/2, ended by GOAWAY. */
    HTTP2_PROTOCOL(400, "The HTTP/2 connection broke the protocol.");

    private final int status;
    private final String explanation;

    Rejection(int status, String explanation) {
        this.status = status;
        this.explanation = explanation;
    }

    /** The status that the client gets, where it gets one. */
    public HttpResponseStatus status() {
        return HttpResponseStatus.valueOf(status);
    }

    /** One sentence for the client. */
    public String explanation() {
        return explanation;
    }
}
