package dev.ostiary.connect.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One JSON-RPC 2.0 message with the bytes it came in; these are passed on unchanged, apart from white space between tokens
 * that would end a line. Immutable.
 */
public final class Message {

    /** Longest message in either direction, in bytes. */
    public static final int MAX_BYTES = 16 * 1024 * 1024;

    /** In {@code params._meta} of every request of the stateless era (MCP 2026-07-28). */
    private static final String MODERN_VERSION = "io.modelcontextprotocol/protocolVersion";

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final byte[] bytes;
    private final ObjectNode json;
    private final @Nullable String method;
    private final @Nullable JsonNode id;

    private Message(byte[] bytes, ObjectNode json, @Nullable String method, @Nullable JsonNode id) {
        this.bytes = bytes;
        this.json = json;
        this.method = method;
        this.id = id;
    }

    /**
     * Reads one message.
     *
     * @throws MalformedMessage when it is not UTF-8, not one JSON object with each member once, or neither request,
     *     notification nor response
     */
    public static Message parse(byte[] utf8) throws MalformedMessage {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8));
        } catch (CharacterCodingException e) {
            throw new MalformedMessage("not UTF-8");
        }
        JsonNode tree;
        try {
            tree = JSON.readTree(utf8);
        } catch (IOException e) {
            throw new MalformedMessage("not JSON, or a member that is there twice");
        }
        if (tree.isArray()) {
            throw new MalformedMessage("a batch, which MCP no longer has");
        }
        if (!(tree instanceof ObjectNode object)
                || !"2.0".equals(object.path("jsonrpc").textValue())) {
            throw new MalformedMessage("not a JSON-RPC 2.0 message");
        }
        JsonNode id = object.get("id");
        if (id != null && !id.isTextual() && !id.isIntegralNumber() && !id.isNull()) {
            throw new MalformedMessage("its id is neither text nor a whole number");
        }
        if (id != null && id.isNull()) {
            id = null;
        }
        String method = object.path("method").textValue();
        boolean answer = object.has("result") != object.has("error");
        if (method == null ? !answer : object.has("result") || object.has("error")) {
            throw new MalformedMessage("neither a request nor a notification nor a response");
        }
        return new Message(utf8, object, method, id);
    }

    /** A message of ours. */
    public static Message of(ObjectNode json) {
        try {
            return parse(JSON.writeValueAsBytes(json));
        } catch (IOException | MalformedMessage e) {
            throw new IllegalArgumentException("not a message", e);
        }
    }

    /** The answer that a call gets when its server gives none. */
    public static Message error(@Nullable JsonNode id, int code, String text) {
        ObjectNode json = JSON.createObjectNode().put("jsonrpc", "2.0");
        json.set("id", id == null ? JSON.nullNode() : id);
        json.putObject("error").put("code", code).put("message", text);
        return of(json);
    }

    /** A notification without parameters. */
    public static Message notification(String method) {
        return of(JSON.createObjectNode().put("jsonrpc", "2.0").put("method", method));
    }

    /** MCP's notice that nobody waits for this call any more. */
    public static Message cancelled(JsonNode id, String why) {
        ObjectNode json = JSON.createObjectNode().put("jsonrpc", "2.0").put("method", "notifications/cancelled");
        ObjectNode params = json.putObject("params");
        params.set("requestId", id);
        params.put("reason", why);
        return of(json);
    }

    /** This message as a request with another id. */
    public Message withId(String other) {
        return of(json.deepCopy().put("id", other));
    }

    /** UTF-8, without a line break. */
    public byte[] line() {
        byte[] line = bytes.clone();
        for (int i = 0; i < line.length; i++) {
            // Inside a string they would have been refused as JSON; so this is white space between tokens.
            if (line[i] == '\n' || line[i] == '\r') {
                line[i] = ' ';
            }
        }
        return line;
    }

    /** The bytes as they came; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Null in a response. */
    public @Nullable String method() {
        return method;
    }

    /** Null in a notification, and in an error that belongs to no call. */
    public @Nullable JsonNode id() {
        return id;
    }

    /** Distinguishes 1 from "1". Empty without an id. */
    public String idKey() {
        return id == null ? "" : id.toString();
    }

    public boolean isRequest() {
        return method != null && id != null;
    }

    public boolean isResponse() {
        return method == null;
    }

    /** Whether it is a request or a notification of this method. */
    public boolean is(String name) {
        return name.equals(method);
    }

    /** The member {@code params}; a missing node when there is none. */
    public JsonNode params() {
        return json.path("params");
    }

    /** The member {@code result}; a missing node when there is none. */
    public JsonNode result() {
        return json.path("result");
    }

    /** The member {@code error}; a missing node when there is none. */
    public JsonNode error() {
        return json.path("error");
    }

    /** The protocol version that a message of the stateless era says in itself; null in the era of sessions. */
    public @Nullable String modernVersion() {
        return params().path("_meta").path(MODERN_VERSION).textValue();
    }
}
