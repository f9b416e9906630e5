package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.server.mcp.Message;

/** The requests that workloads have open at clients: what a client answers must be among them. */
public interface ServerRequests {

    /** Whether this response would answer a request that is open on its session. */
    boolean isOpen(McpContext context, Message response);

    /** Whether this response answers a request that is open on its session; if so it no longer is. */
    boolean answers(McpContext context, Message response);
}
