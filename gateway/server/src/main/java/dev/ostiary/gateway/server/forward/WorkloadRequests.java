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
     * @param opensSession whether it initializes, so that no version has been agreed yet
     */
    static UpstreamClient.Request of(McpContext context, HttpMethod method, ByteBuf body, boolean opensSession) {
        Route route = context.served().route();
        Upstream upstream = route.upstream();
        HttpHeaders headers = EndToEndHeaders.toWorkload(context.exchange().headers(), context.trace());
        if (upstream == null) {
            throw new IllegalStateException("an open route has an upstream");
        }
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
        return new UpstreamClient.Request(upstream.url(), method, headers, body);
    }

    /** The workload's own session id; null when it keeps none. */
    static @Nullable String upstreamId(SessionSeal session) {
        return session.upstreams().isEmpty()
                ? null
                : session.upstreams().getFirst().id();
    }
}
