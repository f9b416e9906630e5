package dev.ostiary.gateway.bridge.http;

import dev.ostiary.gateway.bridge.message.BadMessage;
import dev.ostiary.gateway.bridge.message.Edit;
import dev.ostiary.gateway.bridge.message.Initialized;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.MessageReader;
import dev.ostiary.gateway.bridge.message.Rpc;
import dev.ostiary.gateway.bridge.message.Span;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/** What a server of the older era says, as results of the modern one (MCP 2026-07-28). Pure functions. */
final class ModernResults {

    /** Results that must say how long they may be kept: not at all, and for the caller alone. */
    private static final Set<String> CACHEABLE =
            Set.of("tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read");

    private static final Map<String, String> CACHE_HINTS = Map.of("ttlMs", "0", "cacheScope", "\"private\"");

    private ModernResults() {}

    /** What the handshake said, in the words of {@code server/discover}. */
    static byte[] discovered(String id, Initialized initialized) {
        return Rpc.result(
                id,
                "{\"resultType\":\"complete\",\"supportedVersions\":[\"" + ModernHandler.VERSION
                        + "\"],\"capabilities\":"
                        + initialized.capabilities()
                        + (initialized.instructions().isEmpty()
                                ? ""
                                : ",\"instructions\":" + initialized.instructions())
                        + ",\"ttlMs\":0,\"cacheScope\":\"private\",\"_meta\":{" + serverInfo(initialized) + "}}");
    }

    private static String serverInfo(Initialized initialized) {
        return "\"io.modelcontextprotocol/serverInfo\":" + initialized.serverInfo();
    }

    /** An answer under this id; a result with what every result of this era has. */
    static byte[] completed(byte[] answer, String id, String method, Initialized initialized) {
        Message message;
        try {
            message = MessageReader.read(answer);
        } catch (BadMessage never) {
            throw new IllegalStateException("read before", never);
        }
        Edit edit = new Edit(message);
        Span written = message.id();
        if (written != null) {
            // It may have come for the round before.
            edit.put(written, id);
        }
        Span result = message.result();
        if (result == null) {
            return edit.bytes();
        }
        StringBuilder members = new StringBuilder();
        if (!message.resultNames().contains("resultType")) {
            members.append("\"resultType\":\"complete\"");
        }
        if (CACHEABLE.contains(method)) {
            CACHE_HINTS.forEach((name, value) -> {
                if (!message.resultNames().contains(name)) {
                    members.append(members.isEmpty() ? "" : ",")
                            .append(Rpc.quote(name))
                            .append(':')
                            .append(value);
                }
            });
        }
        String info = serverInfo(initialized);
        Span meta = message.resultMeta();
        if (meta == null) {
            members.append(members.isEmpty() ? "" : ",")
                    .append("\"_meta\":{")
                    .append(info)
                    .append('}');
        } else if (!meta.in(answer).contains("\"io.modelcontextprotocol/serverInfo\"")) {
            edit.insert(meta.start() + 1, info + (meta.isEmptyObject(answer) ? "" : ","));
        }
        if (!members.isEmpty()) {
            edit.insert(result.start() + 1, members + (result.isEmptyObject(answer) ? "" : ","));
        }
        return edit.bytes();
    }

    /**
     * An {@code InputRequiredResult}.
     *
     * @param requests the server's requests, by the name that the client is to answer each under
     * @param state what the client is to bring back with the answers
     */
    static byte[] inputRequired(String id, Map<String, Message> requests, String state, Initialized initialized) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        text(
                out,
                "{\"jsonrpc\":\"2.0\",\"id\":" + id
                        + ",\"result\":{\"resultType\":\"input_required\",\"inputRequests\":{");
        boolean first = true;
        for (Map.Entry<String, Message> request : requests.entrySet()) {
            Message message = request.getValue();
            text(out, (first ? "" : ",") + Rpc.quote(request.getKey()) + ":{\"method\":" + Rpc.quote(message.method()));
            Span params = message.params();
            if (params != null) {
                text(out, ",\"params\":");
                out.write(message.bytes(), params.start(), params.end() - params.start());
            }
            text(out, "}");
            first = false;
        }
        text(out, "},\"requestState\":" + Rpc.quote(state) + ",\"_meta\":{" + serverInfo(initialized) + "}}}");
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
