package dev.ostiary.gateway.server.inspect;

import dev.ostiary.gateway.server.mcp.McpMessages;
import dev.ostiary.gateway.server.mcp.McpMessages.Reading;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.SseEvent;
import dev.ostiary.gateway.server.mcp.SseReader;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request of ours: a JSON body, or the one message on an event stream that bears our id. Bounded in bytes.
 * Confined to its event loop.
 */
final class Answer implements UpstreamClient.Listener {

    /** The id of every request; there is never more than one open. */
    static final String ID = "\"ostiary-inspection\"";

    private static final byte[] ID_BYTES = ID.getBytes(StandardCharsets.US_ASCII);
    private static final int SUCCESS = 200;

    /** How it ended. */
    sealed interface End {

        /**
         * With an answer.
         *
         * @param status of HTTP, 2xx
         * @param body the JSON-RPC response, read strictly; null when the answer has none
         */
        @SuppressWarnings("ArrayRecordComponent") // read once, never compared
        record Answered(int status, HttpHeaders headers, byte @Nullable [] body) implements End {}

        /**
         * Without one.
         *
         * @param status of HTTP; 0 when there was none
         */
        record Failed(String why, int status) implements End {}
    }

    private final int maxBytes;
    private final int maxDepth;
    private final Consumer<End> then;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HttpHeaders headers;
    private @Nullable SseReader events;
    private int status;
    private boolean done;

    /** @param then called once, on the event loop */
    Answer(int maxBytes, int maxDepth, Consumer<End> then) {
        this.maxBytes = maxBytes;
        this.maxDepth = maxDepth;
        this.then = then;
    }

    @Override
    public void onHead(int code, HttpHeaders head) {
        status = code;
        headers = head;
        if (code / 100 != 2) {
            end(new End.Failed("it answers HTTP " + code, code));
            return;
        }
        String encoding = head.get(HttpHeaderNames.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            end(new End.Failed("it compresses what was not to be compressed", code));
            return;
        }
        String type = head.get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
        if (code == SUCCESS && type.startsWith("text/event-stream")) {
            events = new SseReader(maxBytes);
        } else if (code == SUCCESS && !type.startsWith("application/json")) {
            end(new End.Failed("it answers with another media type than JSON or an event stream", code));
        }
    }

    @Override
    public void onData(ByteBuf piece) {
        byte[] bytes = ByteBufUtil.getBytes(piece);
        piece.release();
        if (done) {
            return;
        }
        if (events != null) {
            if (!events.read(bytes, 0, bytes.length, this::event)) {
                end(new End.Failed("its answer is larger than " + maxBytes + " bytes", status));
            }
        } else if (body.size() + bytes.length > maxBytes) {
            end(new End.Failed("its answer is larger than " + maxBytes + " bytes", status));
        } else {
            body.writeBytes(bytes);
        }
    }

    private void event(SseEvent event) {
        byte[] data = event.data();
        if (data != null && event.hasMessage() && isOurs(data)) {
            answered(data);
        }
    }

    @Override
    public void onEnd() {
        if (done) {
            return;
        }
        if (events != null) {
            end(new End.Failed("its event stream ends without the answer", status));
        } else if (status != SUCCESS) {
            answered(null);
        } else {
            byte[] whole = body.toByteArray();
            if (isOurs(whole)) {
                answered(whole);
            } else {
                end(new End.Failed("its answer is no JSON-RPC response to the request", status));
            }
        }
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        end(new End.Failed(inWords(failure.kind()), status));
    }

    private static String inWords(UpstreamFailure.Kind kind) {
        return switch (kind) {
            case UNREACHABLE -> "it cannot be reached: no such name, or the connection is refused";
            case CONNECT_TIMEOUT -> "it does not accept a connection in time";
            case TLS -> "its certificate is not trusted, or TLS failed";
            case FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT -> "it does not answer in time";
            case BROKEN -> "it closes the connection without an answer";
            case PROTOCOL -> "its HTTP is malformed or over a limit";
            case OVERLOADED -> "too many calls wait for a connection to it";
        };
    }

    private boolean isOurs(byte[] json) {
        return McpMessages.readFromServer(json, maxDepth, 1) instanceof Reading.Single(Message message)
                && message.kind() == Message.Kind.RESPONSE
                && message.id() != null
                && Arrays.equals(message.id().json(), ID_BYTES);
    }

    private void answered(byte @Nullable [] json) {
        HttpHeaders head = headers;
        if (head != null) {
            end(new End.Answered(status, head, json));
        }
    }

    private void end(End how) {
        if (!done) {
            done = true;
            then.accept(how);
        }
    }
}
