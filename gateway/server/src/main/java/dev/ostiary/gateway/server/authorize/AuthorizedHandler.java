package dev.ostiary.gateway.server.authorize;

/** Takes what may pass. Called on the exchange's executor; must not block. */
public interface AuthorizedHandler {

    /** Messages for the workload. */
    void post(AuthorizedPost post);

    /** A client that wants to hear what the workload says by itself: GET in the legacy era. */
    void listen(McpContext context);

    /** A client that ends its session: DELETE in the legacy era. */
    void endSession(McpContext context);
}
