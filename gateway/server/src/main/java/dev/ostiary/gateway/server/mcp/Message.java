package dev.ostiary.gateway.server.mcp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One JSON-RPC message that was read strictly, as a view of the bytes it came in: every answer here is about exactly the
 * bytes from {@link #start()} to {@link #end()} of {@link #source()}, which are what is forwarded.
 *
 * <p>Strings are decoded when asked for. A member of the wrong type reads as absent; where a decision needs it, absent
 * means refused. Not thread-safe; the bytes must not change.
 */
public final class Message {

    /** What JSON-RPC 2.0 knows. */
    public enum Kind {
        REQUEST,
        NOTIFICATION,
        RESPONSE
    }

    /** Most entries of a list member ({@code resourceSubscriptions}, {@code taskIds}) that are looked at. */
    public static final int MAX_LIST = 256;

    private final byte[] source;
    private final int start;
    private final int end;
    private final Kind kind;
    private final String method;
    private final @Nullable MessageId id;
    private final int[] fields;

    private @Nullable String name;
    private @Nullable String uri;
    private @Nullable ObjectNode arguments;

    Message(byte[] source, int start, int end, Kind kind, String method, @Nullable MessageId id, int[] fields) {
        this.source = source;
        this.start = start;
        this.end = end;
        this.kind = kind;
        this.method = method;
        this.id = id;
        this.fields = fields;
    }

    public Kind kind() {
        return kind;
    }

    /** The method; empty for a response. */
    public String method() {
        return method;
    }

    /** The id of a request or response; null for a notification, and for an error response that names no request. */
    public @Nullable MessageId id() {
        return id;
    }

    /** The bytes this message is part of: the whole body. Not a copy; must not be changed. */
    public byte[] source() {
        return source;
    }

    /** The first byte of this message in {@link #source()}. */
    public int start() {
        return start;
    }

    /** After the last byte of this message in {@link #source()}. */
    public int end() {
        return end;
    }

    /** A copy of this message's bytes. */
    public byte[] bytes() {
        return Arrays.copyOfRange(source, start, end);
    }

    /** Puts another id, as JSON, in the place of this message's, which has one. */
    public void replaceId(Splices splices, byte[] json) {
        replace(Shape.ID, splices, json);
    }

    /** Puts another id, as JSON, in the place of {@link #requestId()}, which is there. */
    public void replaceRequestId(Splices splices, byte[] json) {
        replace(Shape.REQUEST_ID, splices, json);
    }

    /** {@code params.name}: the tool or prompt. */
    public @Nullable String name() {
        if (name == null) {
            name = string(Shape.NAME);
        }
        return name;
    }

    /** {@code params.uri}: the resource. */
    public @Nullable String uri() {
        if (uri == null) {
            uri = string(Shape.URI);
        }
        return uri;
    }

    /** Whether {@code params.arguments} is there, as whatever type. */
    public boolean hasArguments() {
        return has(Shape.ARGUMENTS);
    }

    /**
     * {@code params.arguments} as a tree of the same bytes, built on the first call; numbers keep every digit. Empty when
     * there are none; null when they are not an object. The tree is shared and must not be changed.
     */
    public @Nullable ObjectNode arguments() {
        if (arguments == null) {
            if (!has(Shape.ARGUMENTS)) {
                arguments = JsonNodeFactory.instance.objectNode();
            } else if (first(Shape.ARGUMENTS) == '{') {
                arguments = JsonTrees.object(source, fields[2 * Shape.ARGUMENTS], fields[2 * Shape.ARGUMENTS + 1]);
            }
        }
        return arguments;
    }

    /** {@code params.ref.type} of {@code completion/complete}. */
    public @Nullable String refType() {
        return string(Shape.REF_TYPE);
    }

    /** {@code params.ref.name}. */
    public @Nullable String refName() {
        return string(Shape.REF_NAME);
    }

    /** {@code params.ref.uri}: a resource's URI or a template. */
    public @Nullable String refUri() {
        return string(Shape.REF_URI);
    }

    /** {@code params.taskId}. */
    public @Nullable String taskId() {
        return string(Shape.TASK_ID);
    }

    /** {@code params.requestId} of {@code notifications/cancelled}. */
    public @Nullable MessageId requestId() {
        return idAt(Shape.REQUEST_ID);
    }

    /** {@code params.protocolVersion} of {@code initialize}. */
    public @Nullable String protocolVersion() {
        return string(Shape.PROTOCOL_VERSION);
    }

    /** {@code name} of the client's {@code clientInfo}, of either era; self-asserted, for display and audit alone. */
    public @Nullable String clientName() {
        String modern = string(Shape.META_CLIENT_NAME);
        return modern != null ? modern : string(Shape.CLIENT_NAME);
    }

    /** {@code version} of the client's {@code clientInfo}, of either era. */
    public @Nullable String clientVersion() {
        String modern = string(Shape.META_CLIENT_VERSION);
        return modern != null ? modern : string(Shape.CLIENT_VERSION);
    }

    /** Whether {@code _meta} claims a protocol version at all, as whatever type: the mark of the modern era. */
    public boolean claimsVersion() {
        return has(Shape.META_VERSION);
    }

    /** {@code params._meta["io.modelcontextprotocol/protocolVersion"]}. */
    public @Nullable String metaProtocolVersion() {
        return string(Shape.META_VERSION);
    }

    /** Whether {@code params._meta["io.modelcontextprotocol/clientCapabilities"]} is an object. */
    public boolean hasClientCapabilities() {
        return has(Shape.META_CAPABILITIES) && first(Shape.META_CAPABILITIES) == '{';
    }

    /** Whether {@code params._meta["io.modelcontextprotocol/clientInfo"]} is absent or an object. */
    boolean clientInfoWellFormed() {
        return !has(Shape.META_CLIENT_INFO) || first(Shape.META_CLIENT_INFO) == '{';
    }

    boolean hasMeta() {
        return has(Shape.META);
    }

    /** {@code params._meta.progressToken} of a request: a string or an integer, like an id. */
    public @Nullable MessageId progressToken() {
        return idAt(Shape.META_PROGRESS_TOKEN);
    }

    /** {@code params.progressToken} of {@code notifications/progress}. */
    public @Nullable MessageId reportedProgressToken() {
        return idAt(Shape.PROGRESS_TOKEN);
    }

    /** {@code params._meta.traceparent}, not checked for form. */
    public @Nullable String traceparent() {
        return string(Shape.META_TRACEPARENT);
    }

    /** {@code params._meta.tracestate}, not checked for form. */
    public @Nullable String tracestate() {
        return string(Shape.META_TRACESTATE);
    }

    /** Whether the call continues an earlier one: {@code params.requestState} is there. */
    public boolean hasRequestState() {
        return has(Shape.REQUEST_STATE);
    }

    /** Whether the call answers input requests: {@code params.inputResponses} is there. */
    public boolean hasInputResponses() {
        return has(Shape.INPUT_RESPONSES);
    }

    /** Whether the call asks for a task ({@code params.task}, 2025-11-25). */
    public boolean asksForTask() {
        return has(Shape.TASK);
    }

    /**
     * {@code params.notifications.resourceSubscriptions} of {@code subscriptions/listen}; empty when absent, null when it is
     * not a list of at most {@value #MAX_LIST} strings.
     */
    public @Nullable List<String> resourceSubscriptions() {
        return strings(Shape.RESOURCE_SUBSCRIPTIONS);
    }

    /** {@code params.notifications.taskIds} of {@code subscriptions/listen}; as {@link #resourceSubscriptions()}. */
    public @Nullable List<String> taskIds() {
        return strings(Shape.TASK_IDS);
    }

    /** Whether a response is an error. */
    public boolean isError() {
        return has(Shape.ERROR);
    }

    /** {@code result.resultType} of a workload's response: {@code complete}, {@code input_required}, {@code task}. */
    public @Nullable String resultType() {
        return string(Shape.RESULT_TYPE);
    }

    /** {@code result.protocolVersion} of a workload's response to {@code initialize}. */
    public @Nullable String resultProtocolVersion() {
        return string(Shape.RESULT_VERSION);
    }

    /** The id of the task that a workload's response hands out: {@code result.task.taskId} or {@code result.taskId}. */
    public @Nullable String resultTaskId() {
        return string(Shape.RESULT_TASK_ID);
    }

    /** Never the content. */
    @Override
    public String toString() {
        return "Message[" + kind + ", " + (end - start) + " bytes]";
    }

    private void replace(int field, Splices splices, byte[] json) {
        if (!has(field)) {
            throw new IllegalStateException("there is nothing to replace");
        }
        splices.replace(fields[2 * field], fields[2 * field + 1], json);
    }

    private boolean has(int field) {
        return fields[2 * field + 1] != 0;
    }

    private byte first(int field) {
        return source[fields[2 * field]];
    }

    private @Nullable String string(int field) {
        if (!has(field) || first(field) != '"') {
            return null;
        }
        return JsonText.decode(source, fields[2 * field], fields[2 * field + 1]);
    }

    private @Nullable MessageId idAt(int field) {
        return has(field) ? MessageId.read(source, fields[2 * field], fields[2 * field + 1]) : null;
    }

    private @Nullable List<String> strings(int field) {
        if (!has(field)) {
            return List.of();
        }
        StrictJson json = new StrictJson(source, fields[2 * field], fields[2 * field + 1], 2);
        List<String> found = new ArrayList<>();
        try {
            json.enterArray();
            while (json.nextElement()) {
                if (json.peek() != '"' || found.size() == MAX_LIST) {
                    return null;
                }
                json.skipValue();
                found.add(JsonText.decode(source, json.valueStart(), json.valueEnd()));
            }
        } catch (JsonRefused notAList) {
            return null;
        }
        return found;
    }
}
