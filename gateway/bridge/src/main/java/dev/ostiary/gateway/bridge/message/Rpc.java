package dev.ostiary.gateway.bridge.message;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;

/** Messages of the bridge's own. */
public final class Rpc {

    public static final int INVALID_REQUEST = -32600;
    public static final int METHOD_NOT_FOUND = -32601;
    public static final int INVALID_PARAMS = -32602;

    /** Of the range that JSON-RPC leaves to implementations: the server behind the bridge cannot answer. */
    public static final int SERVER_GONE = -32000;

    private Rpc() {}

    /** An error response to {@code rawId}, JSON; empty for null. */
    public static byte[] error(String rawId, int code, String message) {
        return utf8("{\"jsonrpc\":\"2.0\",\"id\":" + (rawId.isEmpty() ? "null" : rawId) + ",\"error\":{\"code\":" + code
                + ",\"message\":" + quote(message) + "}}");
    }

    /** A response with {@code result}, JSON. */
    public static byte[] result(String rawId, String result) {
        return utf8("{\"jsonrpc\":\"2.0\",\"id\":" + rawId + ",\"result\":" + result + "}");
    }

    /** A notification with {@code params}, JSON. */
    public static byte[] notification(String method, String params) {
        return utf8("{\"jsonrpc\":\"2.0\",\"method\":" + quote(method) + ",\"params\":" + params + "}");
    }

    /** A JSON string. */
    public static String quote(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
