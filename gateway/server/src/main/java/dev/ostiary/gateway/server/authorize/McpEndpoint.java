package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.http.TraceContext;
import dev.ostiary.gateway.server.identity.AuthenticatedHandler;
import dev.ostiary.gateway.server.identity.CallerCredential;
import dev.ostiary.gateway.server.identity.Principal;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.Era;
import dev.ostiary.gateway.server.mcp.HeaderAgreement;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import dev.ostiary.gateway.server.mcp.McpHeaders;
import dev.ostiary.gateway.server.mcp.McpMessages;
import dev.ostiary.gateway.server.mcp.McpMessages.Reading;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The MCP endpoint of every open route: reads the one body strictly, finds the session and the era, and lets on only what
 * {@link PostAuthorizer} permits. GET and DELETE exist in the legacy era alone and need a session.
 */
public final class McpEndpoint implements AuthenticatedHandler {

    private static final String SESSION_ID = "mcp-session-id";

    private final Map<String, ServedRoute> routes;
    private final Callers callers;
    private final Sealer sealer;
    private final DecisionLog log;
    private final InstantSource clock;
    private final PostAuthorizer authorizer;
    private final AuthorizedHandler next;

    /**
     * @param routes the open routes by name
     * @param callers turns principals into what policies know about them
     * @param sealer opens the session ids that clients bring
     * @param log told of sessions in the wrong hands
     * @param authorizer judges what is posted
     * @param next takes what may pass
     */
    public McpEndpoint(
            Map<String, ServedRoute> routes,
            Callers callers,
            Sealer sealer,
            DecisionLog log,
            InstantSource clock,
            PostAuthorizer authorizer,
            AuthorizedHandler next) {
        this.routes = Map.copyOf(routes);
        this.callers = callers;
        this.sealer = sealer;
        this.log = log;
        this.clock = clock;
        this.authorizer = authorizer;
        this.next = next;
    }

    @Override
    public void handle(Exchange exchange, Route route, Principal principal, CallerCredential credential) {
        ServedRoute served = routes.get(route.name());
        if (served == null) {
            throw new IllegalStateException("route " + route.name() + " is open but not served");
        }
        Caller caller = callers.of(principal, credential);
        HttpMethod method = exchange.method();
        if (method.equals(HttpMethod.POST)) {
            post(exchange, served, caller);
        } else if (method.equals(HttpMethod.GET)) {
            listen(exchange, served, caller);
        } else if (method.equals(HttpMethod.DELETE)) {
            endSession(exchange, served, caller);
        } else {
            methodNotAllowed(exchange, "POST, GET, DELETE");
        }
    }

    private void post(Exchange exchange, ServedRoute served, Caller caller) {
        if (!isJson(exchange.headers().get(HttpHeaderNames.CONTENT_TYPE))) {
            Responses.error(
                    exchange,
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                    "UnsupportedMediaType",
                    "MCP messages are posted with Content-Type: application/json.");
            return;
        }
        exchange.readBody(served.limits().bodyBytes(), body -> read(exchange, served, caller, body));
    }

    private void read(Exchange exchange, ServedRoute served, Caller caller, ByteBuf received) {
        byte[] body;
        try {
            body = ByteBufUtil.getBytes(received);
        } finally {
            received.release();
        }
        Reading reading = McpMessages.read(
                body, served.limits().jsonDepth(), served.limits().batchMessages());
        switch (reading) {
            case Reading.Malformed malformed -> Answers.error(exchange, JsonRpcErrors.malformed(malformed));
            case Reading.Single(Message message) -> agree(exchange, served, caller, body, List.of(message), false);
            case Reading.Batch(List<Message> messages) -> agree(exchange, served, caller, body, messages, true);
        }
    }

    private void agree(
            Exchange exchange, ServedRoute served, Caller caller, byte[] body, List<Message> messages, boolean batch) {
        Message first = messages.getFirst();
        SessionLookup lookup = session(exchange, served, caller);
        McpHeaders headers = McpHeaders.from(exchange.headers()::getAll);
        String version = lookup.session == null ? null : lookup.session.protocolVersion();
        HeaderAgreement agreement = batch
                ? HeaderAgreement.ofBatch(headers, messages, version)
                : HeaderAgreement.of(headers, first, version);
        MessageId id = batch ? null : first.id();
        switch (agreement) {
            case HeaderAgreement.Refused refused -> Answers.error(exchange, JsonRpcErrors.disagreement(refused, id));
            case HeaderAgreement.Agreed(Era era, String agreed) -> {
                boolean initializes = !batch && first.method().equals("initialize");
                // The modern era has no sessions and ignores the header; initialize opens a new one whatever it says.
                if (era == Era.LEGACY && lookup.foreign && !initializes) {
                    Answers.error(exchange, JsonRpcErrors.sessionNotFound(id));
                    return;
                }
                SessionSeal session = era == Era.LEGACY && !initializes ? lookup.session : null;
                McpContext context = new McpContext(
                        exchange, served, caller, TraceContext.of(exchange.headers()), session, era, agreed);
                authorizer.authorize(context, body, batch, messages, next);
            }
        }
    }

    private void listen(Exchange exchange, ServedRoute served, Caller caller) {
        McpContext context = streamContext(exchange, served, caller);
        if (context == null) {
            return;
        }
        String accept = exchange.headers().get(HttpHeaderNames.ACCEPT);
        if (accept == null || !accept.contains("text/event-stream")) {
            Responses.error(
                    exchange,
                    HttpResponseStatus.NOT_ACCEPTABLE,
                    "NotAcceptable",
                    "This URL is an MCP endpoint: GET opens an event stream and needs Accept: text/event-stream. Add the URL"
                            + " to an MCP client instead of a browser.");
            return;
        }
        next.listen(context);
    }

    private void endSession(Exchange exchange, ServedRoute served, Caller caller) {
        McpContext context = streamContext(exchange, served, caller);
        if (context != null) {
            next.endSession(context);
        }
    }

    /** The context of a GET or DELETE; null when it has been answered. */
    private @Nullable McpContext streamContext(Exchange exchange, ServedRoute served, Caller caller) {
        SessionLookup lookup = session(exchange, served, caller);
        String version = lookup.session == null ? null : lookup.session.protocolVersion();
        HeaderAgreement agreement = HeaderAgreement.ofStream(McpHeaders.from(exchange.headers()::getAll), version);
        if (agreement instanceof HeaderAgreement.Refused refused) {
            Answers.error(exchange, JsonRpcErrors.disagreement(refused, null));
            return null;
        }
        HeaderAgreement.Agreed agreed = (HeaderAgreement.Agreed) agreement;
        if (agreed.era() == Era.MODERN) {
            methodNotAllowed(exchange, "POST");
            return null;
        }
        if (lookup.foreign) {
            Answers.error(exchange, JsonRpcErrors.sessionNotFound(null));
            return null;
        }
        if (lookup.session == null) {
            // Without a session there is nothing to listen to or to end; 405 is what a server without either answers.
            methodNotAllowed(exchange, "POST");
            return null;
        }
        return new McpContext(
                exchange,
                served,
                caller,
                TraceContext.of(exchange.headers()),
                lookup.session,
                Era.LEGACY,
                agreed.version());
    }

    /**
     * @param session the session; null when none is named, or when it is foreign
     * @param foreign whether one is named that is unknown, ended or another caller's
     */
    private record SessionLookup(@Nullable SessionSeal session, boolean foreign) {}

    private SessionLookup session(Exchange exchange, ServedRoute served, Caller caller) {
        List<String> sealed = exchange.headers().getAll(SESSION_ID);
        if (sealed.isEmpty()) {
            return new SessionLookup(null, false);
        }
        if (sealed.size() > 1) {
            return new SessionLookup(null, true);
        }
        Route route = served.route();
        return switch (SessionSeal.open(
                sealer,
                sealed.getFirst(),
                caller.principal().key(),
                route.name(),
                route.workloadUid(),
                caller.principal().grantId())) {
            case SessionSeal.Opened.Valid valid -> placed(route, valid.seal());
            case SessionSeal.Opened.Unknown unknown -> new SessionLookup(null, true);
            case SessionSeal.Opened.Foreign foreign -> {
                auditForeign(exchange, served, caller);
                yield new SessionLookup(null, true);
            }
        };
    }

    /** A session whose pod has been scaled away has ended, unless another may be opened in its place. */
    private static SessionLookup placed(Route route, SessionSeal session) {
        Upstream upstream = route.upstream();
        if (session.isServedBy(upstream)) {
            return new SessionLookup(session, false);
        }
        SessionSeal moved =
                upstream == null || !route.sessions().gatewayReinitializes() ? null : session.movedInto(upstream);
        return moved != null && moved.isServedBy(upstream)
                ? new SessionLookup(moved, false)
                : new SessionLookup(null, true);
    }

    private void auditForeign(Exchange exchange, ServedRoute served, Caller caller) {
        log.record(new DecisionRecord(
                clock.millis(),
                TraceContext.of(exchange.headers()).traceId(),
                served.revision(),
                caller.principal(),
                served.route().name(),
                exchange.method().name(),
                null,
                DecisionRecord.Outcome.REFUSE,
                "ForeignSession",
                List.of(),
                List.of(),
                -1,
                -1,
                null,
                List.of(),
                0,
                null));
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int end = contentType.indexOf(';');
        String type = end < 0 ? contentType : contentType.substring(0, end);
        return type.strip().equalsIgnoreCase("application/json");
    }

    private static void methodNotAllowed(Exchange exchange, String allowed) {
        HttpHeaders headers = Responses.headers().set(HttpHeaderNames.ALLOW, allowed);
        Responses.error(
                exchange,
                HttpResponseStatus.METHOD_NOT_ALLOWED,
                headers,
                "MethodNotAllowed",
                "Allowed here: " + allowed + ".");
    }
}
