package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.Era;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Makes the requests that workloads receive. */
final class WorkloadRequests {

    static final String SESSION_ID = "mcp-session-id";
    private static final String PROTOCOL_VERSION = "mcp-protocol-version";

    private WorkloadRequests() {}

    /**
     * A request in the name of an exchange, without what the workload is shown for the caller.
     *
     * @param body ownership passes
     */
    static UpstreamClient.Request of(McpContext context, HttpMethod method, ByteBuf body) {
        return of(context, method, body, false, urlOf(context.served().route(), context.session()));
    }

    /** As {@link #of(McpContext, HttpMethod, ByteBuf)}, to this pod where it is one in particular. */
    static UpstreamClient.Request of(McpContext context, HttpMethod method, ByteBuf body, int pod) {
        return pod == PodChoice.ANY
                ? of(context, method, body)
                : of(
                        context,
                        method,
                        body,
                        false,
                        upstream(context.served().route()).ofPod(pod));
    }

    /**
     * The request that initializes, so that no version has been agreed yet.
     *
     * @param pod which pod is to have the session; {@link PodChoice#ANY} where that does not matter
     */
    static UpstreamClient.Request opening(McpContext context, ByteBuf body, int pod) {
        Upstream upstream = upstream(context.served().route());
        return of(context, HttpMethod.POST, body, true, pod == PodChoice.ANY ? upstream.url() : upstream.ofPod(pod));
    }

    private static UpstreamClient.Request of(
            McpContext context, HttpMethod method, ByteBuf body, boolean opensSession, URI url) {
        HttpHeaders headers = EndToEndHeaders.toWorkload(context.exchange().headers(), context.trace());
        if (context.era() == Era.LEGACY) {
            SessionSeal session = context.session();
            String id = session == null ? null : upstreamId(session);
            if (id != null) {
                headers.set(SESSION_ID, id);
            }
            if (!opensSession && (session != null || headers.contains(PROTOCOL_VERSION))) {
                // The version that the session was opened with wins over whatever the client says, or does not say.
                headers.set(PROTOCOL_VERSION, context.version());
            }
        }
        return new UpstreamClient.Request(url, method, headers, body);
    }

    /**
     * Where the workload answers: the pod that has the session, or, without one, any.
     *
     * @throws IllegalArgumentException when the session's pod is no longer there, which its opening has ruled out for the
     *     configuration of that time
     */
    static URI urlOf(Route route, @Nullable SessionSeal session) {
        Upstream upstream = upstream(route);
        int pod = session == null || session.upstreams().isEmpty()
                ? PodChoice.ANY
                : session.upstreams().getFirst().podOrdinal();
        return pod == PodChoice.ANY ? upstream.url() : upstream.ofPod(pod);
    }

    private static Upstream upstream(Route route) {
        Upstream upstream = route.upstream();
        if (upstream == null) {
            throw new IllegalStateException("an open route has an upstream");
        }
        return upstream;
    }

    /** The workload's own session id; null when it keeps none. */
    static @Nullable String upstreamId(SessionSeal session) {
        return session.upstreams().isEmpty()
                ? null
                : session.upstreams().getFirst().id();
    }
}
