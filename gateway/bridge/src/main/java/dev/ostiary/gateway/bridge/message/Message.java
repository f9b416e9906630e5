package dev.ostiary.gateway.bridge.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One JSON-RPC message: its bytes, and where in them the few values stand that a bridge looks at.
 *
 * @param bytes the message on one line, without its end; not to be changed
 * @param kind what it is
 * @param method of requests and notifications, else empty
 * @param id of requests and responses
 * @param params of requests and notifications: an object, null where there is none
 * @param meta {@code params._meta}, an object
 * @param progressToken of {@code params._meta} in requests, of {@code params} in {@code notifications/progress}
 * @param requestId {@code params.requestId} of {@code notifications/cancelled}
 * @param version {@code io.modelcontextprotocol/protocolVersion} of {@code params._meta}, else empty: what makes a modern request
 * @param result of successful responses
 * @param resultMeta {@code result._meta}, an object
 * @param resultNames the members of {@code result} that modern results must have and that it has
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares messages
public record Message(
        byte[] bytes,
        Kind kind,
        String method,
        @Nullable Span id,
        @Nullable Span params,
        @Nullable Span meta,
        @Nullable Span progressToken,
        @Nullable Span requestId,
        String version,
        @Nullable Span result,
        @Nullable Span resultMeta,
        java.util.Set<String> resultNames) {

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();
    private static final byte[] NOTHING = {'{', '}'};

    /** The three shapes of JSON-RPC. */
    public enum Kind {
        REQUEST,
        NOTIFICATION,
        RESPONSE
    }

    /** The id as it is written, quotes included; empty where there is none. */
    public String rawId() {
        return id == null ? "" : id.in(bytes);
    }

    /** Reads {@code params}, from its first member on; at the end at once where there are none. */
    public JsonParser paramsParser() throws IOException {
        return parser(params);
    }

    /** Reads an object that stands in this message, from its first member on; at the end at once where there is none. */
    JsonParser parser(@Nullable Span object) throws IOException {
        JsonParser json = object == null
                ? JSON.createParser(NOTHING)
                : JSON.createParser(bytes, object.start(), object.end() - object.start());
        json.nextToken();
        return json;
    }

    /** The string that is this member of {@code params}; empty where it is none. */
    public String param(String name) throws IOException {
        try (JsonParser json = paramsParser()) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean meant = json.currentName().equals(name);
                if (json.nextToken() == JsonToken.VALUE_STRING && meant) {
                    return json.getText();
                }
                json.skipChildren();
            }
            return "";
        }
    }

    /** A place that a {@link #paramsParser} has reached. */
    int paramsOffset(JsonLocation at) {
        return (params == null ? 0 : params.start()) + (int) at.getByteOffset();
    }

    /**
     * Where the value stands that a {@link #parser} of {@code object} is at the beginning of; afterwards it is at its end.
     */
    Span valueAt(JsonParser json, @Nullable Span object) throws IOException {
        int from = object == null ? 0 : object.start();
        int start = from + (int) json.currentTokenLocation().getByteOffset();
        json.skipChildren();
        json.finishToken();
        return new Span(start, from + (int) json.currentLocation().getByteOffset());
    }

    public boolean isRequest(String name) {
        return kind == Kind.REQUEST && method.equals(name);
    }

    public boolean isNotification(String name) {
        return kind == Kind.NOTIFICATION && method.equals(name);
    }

    @Override
    public String toString() {
        return kind + " " + method + " of " + bytes.length + " bytes";
    }
}
