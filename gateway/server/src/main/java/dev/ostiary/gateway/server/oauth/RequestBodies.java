package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.http.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What bodies the facade takes: of one declared type, and with nothing in the query that could contradict them. */
final class RequestBodies {

    static final String FORM = "application/x-www-form-urlencoded";
    static final String JSON = "application/json";

    /** A form with a token and an assertion, or a sealed transaction. */
    static final int MAX_FORM_BYTES = 32 * 1024;

    private RequestBodies() {}

    /** What is wrong with a request that should have a body of this type; null: nothing. */
    static @Nullable OAuthException problem(Exchange exchange, String type) {
        if (!exchange.query().isEmpty()) {
            return OAuthException.invalidRequest("parameters belong into the body, not into the URL");
        }
        List<String> types = exchange.headers().getAll(HttpHeaderNames.CONTENT_TYPE);
        return types.size() == 1 && isType(types.getFirst(), type)
                ? null
                : new OAuthException(415, "invalid_request", "the content type must be " + type);
    }

    /** Parameters of the type are ignored but for the character set, of which there is one (RFC 6749 appendix B, RFC 8259). */
    private static boolean isType(String value, String type) {
        String[] parts = value.toLowerCase(Locale.ROOT).split(";", -1);
        if (!parts[0].strip().equals(type)) {
            return false;
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().replace("\"", "");
            if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
                return false;
            }
        }
        return true;
    }

    /** The bytes; the buffer is released. */
    static byte[] take(ByteBuf body) {
        try {
            return ByteBufUtil.getBytes(body);
        } finally {
            body.release();
        }
    }
}
