package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.AuthorizedPost;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests that callers have open at workloads without sessions. A workload with sessions tells its callers apart by
 * them; without, an id is all that a {@code notifications/cancelled} says, and anybody could name anybody's. Bounded by the
 * requests in progress. Any thread.
 */
final class OpenCalls {

    private static final String CANCELLED = "notifications/cancelled";

    private record Call(String principal, String workloadUid, MessageId id) {}

    private final Map<Call, Integer> open = new ConcurrentHashMap<>();

    /**
     * Notes the requests of a post that is about to be sent.
     *
     * @return to be run once when all of them are answered or given up
     */
    Runnable open(AuthorizedPost post) {
        if (hasSession(post.context())) {
            return () -> {};
        }
        List<Call> calls = new ArrayList<>();
        for (Message message : post.messages()) {
            MessageId id = message.id();
            if (message.kind() == Message.Kind.REQUEST && id != null) {
                calls.add(call(post.context(), id));
            }
        }
        calls.forEach(call -> open.merge(call, 1, Integer::sum));
        return () -> calls.forEach(call -> open.computeIfPresent(call, (_, count) -> count == 1 ? null : count - 1));
    }

    /** Whether a post cancels a request that its caller has not got open here. */
    boolean cancelsWhatIsNotOpen(AuthorizedPost post) {
        if (hasSession(post.context())) {
            return false;
        }
        for (Message message : post.messages()) {
            if (message.kind() == Message.Kind.NOTIFICATION && message.method().equals(CANCELLED)) {
                MessageId id = message.requestId();
                if (id == null || !open.containsKey(call(post.context(), id))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean hasSession(McpContext context) {
        return context.session() != null && WorkloadRequests.upstreamId(context.session()) != null;
    }

    private static Call call(McpContext context, MessageId id) {
        return new Call(
                context.caller().principal().key(), context.served().route().workloadUid(), id);
    }
}
