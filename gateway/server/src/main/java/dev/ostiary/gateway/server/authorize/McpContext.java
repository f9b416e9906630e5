package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.TraceContext;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.Era;
import org.jspecify.annotations.Nullable;

/**
 * An authenticated exchange on an open route.
 *
 * @param exchange the exchange
 * @param served the route under the revision that the exchange began with
 * @param caller who is calling
 * @param trace its trace
 * @param session the session it belongs to; null without one
 * @param era its protocol generation
 * @param version its protocol version
 */
public record McpContext(
        Exchange exchange,
        ServedRoute served,
        Caller caller,
        TraceContext trace,
        @Nullable SessionSeal session,
        Era era,
        String version) {

    /** The same exchange under another revision's route. */
    public McpContext under(ServedRoute other) {
        return new McpContext(exchange, other, caller, trace, session, era, version);
    }
}
