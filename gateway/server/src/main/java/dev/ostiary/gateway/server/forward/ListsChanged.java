package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.MessageId;
import dev.ostiary.gateway.server.mcp.SseWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gateway's own {@code list_changed} notifications: other policies may mean other lists. */
final class ListsChanged {

    /** The lists that have such a notification; that of resources covers their templates. */
    static final List<ListKind> ANNOUNCED = List.of(ListKind.TOOLS, ListKind.PROMPTS, ListKind.RESOURCES);

    private ListsChanged() {}

    /**
     * One event.
     *
     * @param subscription the request that a modern stream answers, which its notifications name (2026-07-28, {@code
     *     io.modelcontextprotocol/subscriptionId}); null on a legacy stream
     */
    static byte[] event(ListKind list, @Nullable MessageId subscription) {
        ByteArrayOutputStream json = new ByteArrayOutputStream(160);
        json.writeBytes(("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/" + list.member() + "/list_changed\"")
                .getBytes(StandardCharsets.US_ASCII));
        if (subscription != null) {
            json.writeBytes(",\"params\":{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":"
                    .getBytes(StandardCharsets.US_ASCII));
            json.writeBytes(subscription.json());
            json.writeBytes("}}".getBytes(StandardCharsets.US_ASCII));
        }
        json.write('}');
        return SseWriter.event(null, json.toByteArray());
    }
}
