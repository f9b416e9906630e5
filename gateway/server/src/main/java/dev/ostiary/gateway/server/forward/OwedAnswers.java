package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.AuthorizedPost;
import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The requests of one post that the workload has not answered yet. Confined to the exchange's executor. */
final class OwedAnswers {

    private final Map<MessageId, Message> owed = new HashMap<>();
    private final Map<MessageId, ListKind> lists;

    OwedAnswers(AuthorizedPost post) {
        for (Message message : post.messages()) {
            if (message.kind() == Message.Kind.REQUEST && message.id() != null) {
                owed.put(message.id(), message);
            }
        }
        lists = post.lists();
    }

    /** An answer came: the request it answers, once; null when none with this id is owed. */
    @Nullable
    Message settle(MessageId id) {
        return owed.remove(id);
    }

    /** The list that a request asked for; null when it asked for none. */
    @Nullable
    ListKind listOf(Message request) {
        return request.id() == null ? null : lists.get(request.id());
    }

    boolean isEmpty() {
        return owed.isEmpty();
    }

    /** The ids still owed. */
    List<MessageId> ids() {
        return new ArrayList<>(owed.keySet());
    }
}
