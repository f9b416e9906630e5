package dev.ostiary.gateway.server.forward;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.authorize.ServerRequests;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import dev.ostiary.gateway.server.mcp.OpenRequests;
import java.time.Duration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The requests that workloads have open at clients, by session: held by the replica that passed them on, bounded per session
 * and in sessions, forgotten when unused. The streams of one session may be on different event loops, so each session's set
 * is guarded by itself; nothing else happens under that lock.
 *
 * <p>Those of a stdio server are counted by its bridge too, which takes no answer that it did not ask for: they may be answered at
 * any replica.
 */
final class SessionRequests implements ServerRequests {

    private static final int MAX_OPEN_PER_SESSION = 64;
    private static final long MAX_SESSIONS = 50_000;
    private static final Duration MAX_UNUSED = Duration.ofHours(1);

    private final Cache<SessionSeal, OpenRequests<Boolean>> bySession = Caffeine.newBuilder()
            .maximumSize(MAX_SESSIONS)
            .expireAfterAccess(MAX_UNUSED)
            .build();

    @Override
    public boolean isOpen(McpContext context, Message response) {
        return with(context, response.id(), OpenRequests::find) || bridgeCounts(context, response);
    }

    @Override
    public boolean answers(McpContext context, Message response) {
        return with(context, response.id(), OpenRequests::answer) || bridgeCounts(context, response);
    }

    private static boolean bridgeCounts(McpContext context, Message response) {
        Upstream upstream = context.served().route().upstream();
        return context.session() != null
                && response.id() != null
                && upstream != null
                && upstream.transport() == Upstream.Transport.STDIO;
    }

    /** The workload takes a request back, so that no response to it is due any more. */
    void cancelled(McpContext context, @Nullable MessageId request) {
        with(context, request, OpenRequests::answer);
    }

    private boolean with(
            McpContext context,
            @Nullable MessageId id,
            BiFunction<OpenRequests<Boolean>, MessageId, @Nullable Boolean> what) {
        SessionSeal session = context.session();
        OpenRequests<Boolean> open = session == null || id == null ? null : bySession.getIfPresent(session);
        if (open == null || id == null) {
            return false;
        }
        synchronized (open) {
            return what.apply(open, id) != null;
        }
    }

    /** Notes a request that is about to reach the client; false when it must not. */
    boolean open(McpContext context, MessageId id) {
        SessionSeal session = context.session();
        if (session == null) {
            return false;
        }
        OpenRequests<Boolean> open = bySession.get(session, _ -> new OpenRequests<>(MAX_OPEN_PER_SESSION));
        synchronized (open) {
            // A resumed stream repeats requests that are still open: the same id on the same session is the same
            // request.
            return open.find(id) != null || open.open(id, true);
        }
    }

    /** The session has ended. */
    void forget(SessionSeal session) {
        bySession.invalidate(session);
    }
}
