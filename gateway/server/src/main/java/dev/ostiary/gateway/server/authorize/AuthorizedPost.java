package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import java.util.List;
import java.util.Map;

/**
 * A body of JSON-RPC messages, every one of which may pass; or none, where it is answered in place of the workload.
 *
 * @param context the exchange
 * @param body the bytes that were judged, to be forwarded as they are; answers in it have the ids that the workload gave
 * @param batch whether the body is a batch
 * @param messages what was found in the bytes that came
 * @param lists the requests among them whose answer is a list to be cut down
 */
@SuppressWarnings("ArrayRecordComponent") // read once, forwarded once; never compared
public record AuthorizedPost(
        McpContext context, byte[] body, boolean batch, List<Message> messages, Map<MessageId, ListKind> lists) {

    public AuthorizedPost {
        messages = List.copyOf(messages);
        lists = Map.copyOf(lists);
    }

    /** The same with other bytes to forward. */
    AuthorizedPost as(byte[] forwarded) {
        return new AuthorizedPost(context, forwarded, batch, messages, lists);
    }

    /** Whether the workload owes an answer. */
    public boolean expectsAnswer() {
        for (Message message : messages) {
            if (message.kind() == Message.Kind.REQUEST) {
                return true;
            }
        }
        return false;
    }

    /** Whether this opens a session. */
    public boolean initializes() {
        return messages.size() == 1 && messages.getFirst().method().equals("initialize");
    }
}
