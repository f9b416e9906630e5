package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.server.mcp.Message;
import org.jspecify.annotations.Nullable;

/** The requests of workloads to clients: what a client answers must be among them. */
public interface ServerRequests {

    /** Whether this response would answer a request that was made on its session. */
    boolean isOpen(McpContext context, Message response);

    /**
     * Takes a response; another one to the same request is not taken.
     *
     * @return the id by which the workload knows the request, as JSON; null when the response answers none
     */
    byte @Nullable [] answer(McpContext context, Message response);
}
