package dev.ostiary.gateway.server.mcp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON-RPC 2.0 messages once and strictly: whatever two readers could understand differently is refused, so what was
 * judged is what the workload does. Nothing is ever written back; messages are views of their bytes.
 *
 * <p>Refused: invalid UTF-8, a byte-order mark, duplicate members, data after the message, nesting beyond the bound,
 * numbers no reader keeps, lone surrogates; and as JSON-RPC: a version other than {@code "2.0"}, an id that is neither a
 * string nor an integer within ±(2^53 − 1), members beyond those of JSON-RPC (the MCP SDKs refuse them too), {@code params}
 * that is not an object, a known member name in other letter case, and anything that is not exactly one of request,
 * notification and response.
 *
 * <p>Pure functions; safe to call from any thread.
 */
public final class McpMessages {

    static final int PARSE_ERROR = -32700;
    static final int INVALID_REQUEST = -32600;

    private static final int MAX_METHOD_BYTES = 256;

    private McpMessages() {}

    /** What a body was found to be. */
    public sealed interface Reading {

        /** One message. */
        record Single(Message message) implements Reading {}

        /** A batch of at least one message, in order. Whether the protocol version has batches is not judged here. */
        record Batch(List<Message> messages) implements Reading {
            public Batch {
                messages = List.copyOf(messages);
            }
        }

        /**
         * Not acceptable.
         *
         * @param code JSON-RPC error code: -32700 when it is not JSON, -32600 when it is not JSON-RPC
         * @param reason what is wrong and at which byte; no input, ASCII
         * @param id the id of the one message, when it could be read
         */
        record Malformed(int code, String reason, @Nullable MessageId id) implements Reading {}
    }

    /**
     * Reads what a client sent.
     *
     * @param body the whole body; kept by the messages, so it must not change
     * @param maxDepth deepest nesting accepted, the message itself counting 1 (in a batch 2)
     * @param maxBatch most messages in a batch
     */
    public static Reading read(byte[] body, int maxDepth, int maxBatch) {
        return read(body, maxDepth, maxBatch, Shape.FROM_CLIENT);
    }

    /**
     * Reads what a workload sent, the data of one event or a whole JSON body. As {@link #read}, but an error response may
     * have no id or a null one, {@code "error": null} beside a result is overlooked, members beyond JSON-RPC's are too, and strings may be cut in the middle of a surrogate pair.
     */
    public static Reading readFromServer(byte[] body, int maxDepth, int maxBatch) {
        return read(body, maxDepth, maxBatch, Shape.FROM_SERVER);
    }

    private static Reading read(byte[] body, int maxDepth, int maxBatch, Shape shape) {
        StrictJson json = new StrictJson(body, 0, body.length, maxDepth);
        if (shape == Shape.FROM_SERVER) {
            json.tolerateLoneSurrogates();
        }
        try {
            int first = json.peek();
            if (first == '[') {
                return batch(json, body, maxBatch, shape);
            }
            if (first != '{') {
                json.skipValue();
                json.finish();
                return new Reading.Malformed(INVALID_REQUEST, "expected a JSON object", null);
            }
            Element element = element(json, body, shape);
            json.finish();
            return element.message != null
                    ? new Reading.Single(element.message)
                    : new Reading.Malformed(INVALID_REQUEST, element.problem, element.id);
        } catch (JsonRefused refused) {
            return new Reading.Malformed(PARSE_ERROR, refused.reason(), null);
        }
    }

    private static Reading batch(StrictJson json, byte[] body, int maxBatch, Shape shape) throws JsonRefused {
        List<Message> messages = new ArrayList<>();
        String problem = null;
        json.enterArray();
        while (json.nextElement()) {
            if (messages.size() == maxBatch) {
                return new Reading.Malformed(INVALID_REQUEST, "a batch of more than " + maxBatch + " messages", null);
            }
            if (json.peek() != '{') {
                json.skipValue();
                problem = problem == null ? "a batch element that is not an object" : problem;
                continue;
            }
            Element element = element(json, body, shape);
            if (element.message != null) {
                messages.add(element.message);
            } else if (problem == null) {
                problem = element.problem;
            }
        }
        json.finish();
        if (problem == null && messages.isEmpty()) {
            problem = "an empty batch";
        }
        return problem == null ? new Reading.Batch(messages) : new Reading.Malformed(INVALID_REQUEST, problem, null);
    }

    /** A message, or why it is none. */
    private record Element(
            @Nullable Message message,
            String problem,
            @Nullable MessageId id) {}

    private static Element element(StrictJson json, byte[] body, Shape shape) throws JsonRefused {
        int[] fields = new int[2 * Shape.FIELDS];
        int start = json.position();
        shape.read(json, fields);
        return classify(body, start, json.position(), fields, shape == Shape.FROM_SERVER);
    }

    private static Element classify(byte[] body, int start, int end, int[] fields, boolean fromServer) {
        boolean hasId = has(fields, Shape.ID);
        boolean nullId = hasId && first(body, fields, Shape.ID) == 'n';
        MessageId id = hasId ? MessageId.read(body, fields[2 * Shape.ID], fields[2 * Shape.ID + 1]) : null;
        if (!isVersion2(body, fields)) {
            return refused("jsonrpc is not \"2.0\"", id);
        }
        boolean hasResult = has(fields, Shape.RESULT);
        boolean hasError = has(fields, Shape.ERROR);
        if (fromServer && hasResult && hasError && first(body, fields, Shape.ERROR) == 'n') {
            fields[2 * Shape.ERROR + 1] = 0;
            hasError = false;
        }
        if (hasId && id == null && !(fromServer && nullId && hasError)) {
            return refused("id is not a string or an integer of at most 53 bits", null);
        }
        if (has(fields, Shape.MISSPELT)) {
            return refused(
                    "a member that JSON-RPC does not have, or a known name in another letter case, before byte "
                            + fields[2 * Shape.MISSPELT],
                    id);
        }
        if (has(fields, Shape.METHOD)) {
            if (hasResult || hasError) {
                return refused("both a method and a result or an error", id);
            }
            return call(body, start, end, fields, hasId, id);
        }
        if (has(fields, Shape.PARAMS)) {
            return refused("params without a method", id);
        }
        if (hasResult == hasError) {
            return refused(hasResult ? "both a result and an error" : "no method, result or error", id);
        }
        if (id == null && !(fromServer && hasError)) {
            return refused("a response without an id", null);
        }
        if (first(body, fields, hasResult ? Shape.RESULT : Shape.ERROR) != '{') {
            return refused(hasResult ? "result is not an object" : "error is not an object", id);
        }
        return new Element(new Message(body, start, end, Message.Kind.RESPONSE, "", id, fields), "", id);
    }

    private static Element call(byte[] body, int start, int end, int[] fields, boolean hasId, @Nullable MessageId id) {
        int methodStart = fields[2 * Shape.METHOD];
        int methodEnd = fields[2 * Shape.METHOD + 1];
        if (body[methodStart] != '"' || methodEnd - methodStart > MAX_METHOD_BYTES || methodEnd - methodStart == 2) {
            return refused("method is not a string of 1 to " + (MAX_METHOD_BYTES - 2) + " bytes", id);
        }
        if (has(fields, Shape.PARAMS) && first(body, fields, Shape.PARAMS) != '{') {
            return refused("params is not an object", id);
        }
        if (has(fields, Shape.META) && first(body, fields, Shape.META) != '{') {
            return refused("params._meta is not an object", id);
        }
        String method = MethodTable.known(body, methodStart + 1, methodEnd - 1);
        if (method == null) {
            method = JsonText.decode(body, methodStart, methodEnd);
        }
        Message.Kind kind = hasId ? Message.Kind.REQUEST : Message.Kind.NOTIFICATION;
        return new Element(new Message(body, start, end, kind, method, id, fields), "", id);
    }

    private static Element refused(String problem, @Nullable MessageId id) {
        return new Element(null, problem, id);
    }

    private static boolean isVersion2(byte[] body, int[] fields) {
        int start = fields[2 * Shape.JSONRPC];
        return fields[2 * Shape.JSONRPC + 1] - start == 5
                && body[start] == '"'
                && body[start + 1] == '2'
                && body[start + 2] == '.'
                && body[start + 3] == '0';
    }

    private static boolean has(int[] fields, int field) {
        return fields[2 * field + 1] != 0;
    }

    private static byte first(byte[] body, int[] fields, int field) {
        return body[fields[2 * field]];
    }
}
