package dev.ostiary.gateway.server.legacysse;

import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.ResponseStream;
import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.identity.AuthenticatedHandler;
import dev.ostiary.gateway.server.identity.CallerCredential;
import dev.ostiary.gateway.server.identity.Principal;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.route.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /<route>/sse} in front of the endpoint itself: GET opens the stream and names, as its first event, the URL to
 * post to, which holds the sealed name of the stream. Every request is authenticated as any other; a stream is of use to the
 * caller, and with the grant, that opened it alone. One per generation of the configuration.
 */
public final class LegacySse implements AuthenticatedHandler {

    private static final String PARAMETER = "session=";

    private final LegacySessions sessions;
    private final Sealer sealer;
    private final ListenerSettings listener;
    private final StreamWatch watch;
    private final Duration keepAlive;
    private final AuthenticatedHandler next;

    /**
     * @param sessions the open streams of this process
     * @param next takes requests at the endpoint itself, and what is carried there
     */
    public LegacySse(
            LegacySessions sessions,
            Sealer sealer,
            ListenerSettings listener,
            StreamWatch watch,
            Duration keepAlive,
            AuthenticatedHandler next) {
        this.sessions = sessions;
        this.sealer = sealer;
        this.listener = listener;
        this.watch = watch;
        this.keepAlive = keepAlive;
        this.next = next;
    }

    @Override
    public void handle(Exchange exchange, Route route, Principal principal, CallerCredential credential) {
        if (!exchange.path().equals("/" + route.name() + RouteTable.LEGACY_SSE)) {
            next.handle(exchange, route, principal, credential);
            return;
        }
        Consumer<Exchange> as = carried -> next.handle(carried, route, principal, credential);
        if (exchange.method().equals(HttpMethod.GET)) {
            open(exchange, route, principal, as);
        } else if (exchange.method().equals(HttpMethod.POST) && exchange.query().startsWith(PARAMETER)) {
            post(exchange, route, principal, as);
        } else {
            // What a client of the newer transport takes for the sign of this one.
            HttpHeaders headers = Responses.headers().set(HttpHeaderNames.ALLOW, "GET");
            Responses.error(
                    exchange,
                    HttpResponseStatus.METHOD_NOT_ALLOWED,
                    headers,
                    "MethodNotAllowed",
                    "GET opens the event stream of the older HTTP+SSE transport; Streamable HTTP is at /" + route.name()
                            + ".");
        }
    }

    private void open(Exchange exchange, Route route, Principal principal, Consumer<Exchange> as) {
        HttpHeaders headers = Responses.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("x-accel-buffering", "no");
        LegacySessions.Owner owner = LegacySessions.Owner.of(route, principal);
        byte[] id = sessions.newId();
        LegacySession[] opened = new LegacySession[1];
        Runnable unwatch = watch.open(
                exchange.executor(), principal, route, listener.limits().streamsPerPrincipal(), () -> {
                    if (opened[0] != null) {
                        opened[0].end();
                    }
                });
        if (unwatch == null) {
            Responses.error(
                    exchange,
                    HttpResponseStatus.TOO_MANY_REQUESTS,
                    "TooManyStreams",
                    "You have too many streams open on this route.");
            return;
        }
        ResponseStream out = exchange.stream(HttpResponseStatus.OK, headers);
        LegacySession session = new LegacySession(
                exchange.executor(),
                out,
                "/" + route.name(),
                exchange.clientAddress(),
                exchange.headers().copy(),
                listener.limits().responseBytes(),
                listener.limits().jsonDepth(),
                as,
                () -> {
                    unwatch.run();
                    sessions.remove(id);
                });
        opened[0] = session;
        sessions.add(id, owner, session);
        session.begin(
                "/" + route.name() + RouteTable.LEGACY_SSE + "?" + PARAMETER + sealer.seal(LegacySessions.PURPOSE, id),
                keepAlive.toSeconds());
        exchange.onGone(session::end);
        exchange.onDraining(session::end);
    }

    private void post(Exchange exchange, Route route, Principal principal, Consumer<Exchange> as) {
        String sealed = exchange.query().substring(PARAMETER.length());
        byte[] id = sealer.open(LegacySessions.PURPOSE, sealed, LegacySessions.MAX_SEALED);
        LegacySession session = id == null ? null : sessions.find(id, LegacySessions.Owner.of(route, principal));
        if (session == null) {
            Responses.error(
                    exchange,
                    HttpResponseStatus.NOT_FOUND,
                    "SessionNotFound",
                    "There is no such stream of yours at this replica; open it again with GET.");
            return;
        }
        if (!isJson(exchange.headers().get(HttpHeaderNames.CONTENT_TYPE))) {
            Responses.error(
                    exchange,
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                    "UnsupportedMediaType",
                    "MCP messages are posted with Content-Type: application/json.");
            return;
        }
        HttpHeaders headers = exchange.headers().copy();
        exchange.readBody(listener.limits().bodyBytes(), body -> carry(exchange, session, headers, body, as));
    }

    private static void carry(
            Exchange exchange, LegacySession session, HttpHeaders headers, ByteBuf received, Consumer<Exchange> as) {
        byte[] body;
        try {
            body = ByteBufUtil.getBytes(received);
        } finally {
            received.release();
        }
        session.loop().execute(() -> {
            boolean taken = session.post(headers, body, as);
            exchange.executor().execute(() -> {
                if (taken) {
                    Responses.empty(exchange, HttpResponseStatus.ACCEPTED, Responses.headers());
                } else {
                    Responses.error(
                            exchange,
                            HttpResponseStatus.TOO_MANY_REQUESTS,
                            "TooManyRequests",
                            "Too many requests of this stream wait for their answers.");
                }
            });
        });
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().equalsIgnoreCase("application/json");
    }
}
