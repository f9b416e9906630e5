package dev.ostiary.gateway.server.mcp;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's own answers to requests it does not forward, as JSON-RPC error responses. The request's id is echoed byte
 * for byte. Nothing of the request or of the workload's answer is in them, save what the caller passes in.
 *
 * <p>Codes: JSON-RPC's own; MCP's from -32020 on (2026-07-28, {@code schema.ts}); and from the range that MCP leaves to
 * implementations, {@link #DENIED} and {@link #SESSION_NOT_FOUND}.
 */
public final class JsonRpcErrors {

    public static final int PARSE_ERROR = McpMessages.PARSE_ERROR;
    public static final int INVALID_REQUEST = McpMessages.INVALID_REQUEST;
    public static final int METHOD_NOT_FOUND = -32601;
    public static final int INVALID_PARAMS = -32602;
    public static final int INTERNAL_ERROR = -32603;

    /** The session is unknown, has ended or is somebody else's; HTTP 404. The MCP SDKs' servers use this code too. */
    public static final int SESSION_NOT_FOUND = -32001;

    /**
     * Policy does not permit the call; HTTP 200. Taken from MCP's implementation-defined range (-32000 to -32019), where no
     * SDK gives it a meaning: -32000 to -32002 are connection closed, time-out and resource not found. Clients report it as
     * the failure of this one request and keep the session and the token.
     */
    public static final int DENIED = -32003;

    public static final int HEADER_MISMATCH = -32020;
    public static final int UNSUPPORTED_PROTOCOL_VERSION = -32022;

    private static final JsonMapper MAPPER = new JsonMapper();

    private JsonRpcErrors() {}

    /**
     * An answer.
     *
     * @param status the HTTP status
     * @param body a JSON-RPC error response, for {@code application/json} or one event of a stream
     */
    @SuppressWarnings("ArrayRecordComponent") // written once and sent; never compared
    public record ErrorResponse(int status, byte[] body) {}

    /**
     * What a caller would need to be permitted.
     *
     * @param kind {@code group}, {@code role} or {@code scope}
     * @param id the group's object id, the role's or scope's value
     * @param name what people call it; null where nobody said
     */
    public record Missing(String kind, String id, @Nullable String name) {}

    /**
     * A denial.
     *
     * @param target what was not permitted
     * @param reason CamelCase: {@code NoPermit}, {@code Forbidden}, {@code AnnotationsUnknown}…
     * @param explanation one sentence for people, without a full stop; null where the missing say enough
     * @param missing what would help, any of them; empty when nothing the caller could have would
     */
    public record Denial(
            Target target, String reason, @Nullable String explanation, List<Missing> missing) {

        /** A denial that needs no explanation. */
        public Denial(Target target, String reason, List<Missing> missing) {
            this(target, reason, null, missing);
        }

        public Denial {
            missing = List.copyOf(missing);
        }
    }

    /** A body that is not acceptable JSON or JSON-RPC: 400. */
    public static ErrorResponse malformed(McpMessages.Reading.Malformed reading) {
        return error(400, reading.code(), "The request body is refused: " + reading.reason(), reading.id(), null);
    }

    /** A message that is well formed but not what is acceptable here: -32600 and 400. */
    public static ErrorResponse invalidRequest(@Nullable MessageId id, String message) {
        return error(400, INVALID_REQUEST, message, id, null);
    }

    /** A method without a row, or refused by its row: -32601; 404 in the modern era, where the spec asks for it. */
    public static ErrorResponse methodNotFound(Era era, @Nullable MessageId id) {
        return error(era == Era.MODERN ? 404 : 200, METHOD_NOT_FOUND, "Method not found", id, null);
    }

    /** A call that does not say what it acts on, or in a way that nothing can be decided: -32602. */
    public static ErrorResponse invalidParams(@Nullable MessageId id, String reason) {
        return error(200, INVALID_PARAMS, "Invalid params: " + reason, id, null);
    }

    /** Task of somebody else, or of nobody: the same answer, so that ids cannot be probed. */
    public static ErrorResponse taskNotFound(@Nullable MessageId id) {
        return error(200, INVALID_PARAMS, "Task not found", id, null);
    }

    /** What {@link HeaderAgreement} refused. */
    public static ErrorResponse disagreement(HeaderAgreement.Refused refused, @Nullable MessageId id) {
        String requested = refused.requestedVersion();
        if (refused.code() != UNSUPPORTED_PROTOCOL_VERSION || requested == null) {
            return error(400, refused.code(), refused.message(), id, null);
        }
        return error(400, refused.code(), refused.message(), id, json -> {
            json.writeFieldName("supported");
            json.writeStartArray();
            for (String version : refused.supportedVersions()) {
                json.writeString(version);
            }
            json.writeEndArray();
            json.writeStringField("requested", requested);
        });
    }

    /** No such session for this caller on this route: 404, on which clients initialize anew. */
    public static ErrorResponse sessionNotFound(@Nullable MessageId id) {
        return error(404, SESSION_NOT_FOUND, "Session not found", id, null);
    }

    /**
     * Policy does not permit the call.
     *
     * @param correlationId names this decision in the audit log; ASCII
     */
    public static ErrorResponse denied(@Nullable MessageId id, Denial denial, String correlationId) {
        return error(200, DENIED, deniedMessage(denial), id, json -> {
            json.writeStringField("reason", denial.reason());
            json.writeObjectFieldStart("target");
            json.writeStringField("type", denial.target().type().word());
            json.writeStringField("id", denial.target().id());
            json.writeEndObject();
            json.writeArrayFieldStart("missing");
            for (Missing missing : denial.missing()) {
                json.writeStartObject();
                json.writeStringField("kind", missing.kind());
                json.writeStringField("id", missing.id());
                if (missing.name() != null) {
                    json.writeStringField("name", missing.name());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringField("correlationId", correlationId);
        });
    }

    /**
     * The gateway or the workload behind it failed: -32603.
     *
     * @param status 4xx or 5xx
     * @param message for people; no internals
     * @param correlationId names this failure in the log; ASCII
     */
    public static ErrorResponse failed(int status, @Nullable MessageId id, String message, String correlationId) {
        return error(
                status, INTERNAL_ERROR, message, id, json -> json.writeStringField("correlationId", correlationId));
    }

    /** Writes the members of {@code error.data}. */
    private interface Data {
        void write(JsonGenerator json) throws IOException;
    }

    private static String deniedMessage(Denial denial) {
        StringBuilder text = new StringBuilder("Not permitted: ")
                .append(denial.target().type().word())
                .append(' ')
                .append(denial.target().id());
        if (denial.explanation() != null) {
            text.append(". ").append(denial.explanation());
        }
        String separator = ". It needs ";
        for (Missing missing : denial.missing()) {
            String name = missing.name();
            text.append(separator)
                    .append(missing.kind())
                    .append(" \"")
                    .append(name == null ? missing.id() : name)
                    .append('"');
            separator = " or ";
        }
        return text.toString();
    }

    private static ErrorResponse error(
            int status, int code, String message, @Nullable MessageId id, @Nullable Data data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = MAPPER.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("jsonrpc", "2.0");
            json.writeFieldName("id");
            if (id == null) {
                json.writeNull();
            } else {
                json.writeRawValue(new SerializedString(new String(id.json(), StandardCharsets.UTF_8)));
            }
            json.writeObjectFieldStart("error");
            json.writeNumberField("code", code);
            json.writeStringField("message", message);
            if (data != null) {
                json.writeObjectFieldStart("data");
                data.write(json);
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an error response could not be written", e);
        }
        return new ErrorResponse(status, out.toByteArray());
    }
}
