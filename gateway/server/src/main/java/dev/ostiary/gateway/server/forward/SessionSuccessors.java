package dev.ostiary.gateway.server.forward;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The workload sessions that have taken the place of lost ones, where a workload keeps nothing in a session. Clients keep the
 * session id that they have. Held by the replica that has opened them, bounded, forgotten when unused: then another is opened.
 * Any thread.
 */
final class SessionSuccessors {

    private static final long MAX_SESSIONS = 50_000;
    private static final Duration MAX_UNUSED = Duration.ofHours(1);

    private final Cache<SessionSeal, SessionSeal.UpstreamSession> bySession = Caffeine.newBuilder()
            .maximumSize(MAX_SESSIONS)
            .expireAfterAccess(MAX_UNUSED)
            .build();

    /** Whether another session may be opened when that of a request is lost. */
    static boolean areAllowed(McpContext context) {
        SessionSeal session = context.session();
        return session != null
                && WorkloadRequests.upstreamId(session) != null
                && context.served().route().sessions().gatewayReinitializes();
    }

    /** The session that a request goes to in place of its own; null: its own. */
    SessionSeal.@Nullable UpstreamSession of(McpContext context) {
        SessionSeal session = context.session();
        return session == null || !areAllowed(context) ? null : bySession.getIfPresent(session);
    }

    void put(SessionSeal lost, SessionSeal.UpstreamSession successor) {
        bySession.put(lost, successor);
    }

    /** The same request, to the session's successor where there is one that has a pod still. */
    UpstreamClient.Request redirected(McpContext context, UpstreamClient.Request request) {
        SessionSeal.UpstreamSession successor = of(context);
        Upstream upstream = context.served().route().upstream();
        if (successor == null || successor.id() == null || upstream == null) {
            return request;
        }
        Upstream.Pods pods = upstream.pods();
        boolean anywhere = successor.podOrdinal() == PodChoice.ANY;
        if (anywhere ? pods != null : pods == null || !pods.has(successor.podOrdinal())) {
            return request;
        }
        URI url = anywhere ? upstream.url() : upstream.ofPod(successor.podOrdinal());
        HttpHeaders headers = request.headers();
        headers.set(WorkloadRequests.SESSION_ID, successor.id());
        return new UpstreamClient.Request(url, request.method(), headers, request.body(), request.unhurried());
    }
}
