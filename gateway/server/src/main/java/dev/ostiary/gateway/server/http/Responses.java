package dev.ostiary.gateway.server.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/** Whole responses of the gateway itself: short JSON, never cached. */
public final class Responses {

    private Responses() {}

    /** Empty headers whose names and values are validated when set. */
    public static HttpHeaders headers() {
        return DefaultHttpHeadersFactory.headersFactory().newHeaders();
    }

    /** Answers with {@code {"error": reason, "message": message}}. */
    public static void error(Exchange exchange, HttpResponseStatus status, String reason, String message) {
        error(exchange, status, headers(), reason, message);
    }

    /** The same with headers of the caller's. */
    public static void error(
            Exchange exchange, HttpResponseStatus status, HttpHeaders headers, String reason, String message) {
        JsonStringEncoder encoder = JsonStringEncoder.getInstance();
        StringBuilder json = new StringBuilder(64 + message.length());
        json.append("{\"error\":\"");
        encoder.quoteAsString(reason, json);
        json.append("\",\"message\":\"");
        encoder.quoteAsString(message, json);
        json.append("\"}");
        json(exchange, status, headers, json.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Answers with JSON bytes. */
    public static void json(Exchange exchange, HttpResponseStatus status, HttpHeaders headers, byte[] json) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        ByteBuf body = Unpooled.wrappedBuffer(json);
        exchange.respond(status, headers, body);
    }

    /** Answers without a body. */
    public static void empty(Exchange exchange, HttpResponseStatus status, HttpHeaders headers) {
        exchange.respond(status, headers, Unpooled.EMPTY_BUFFER);
    }
}
