package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.pages.Language;
import dev.ostiary.gateway.server.route.RouteHandler;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;

/**
 * Lets nobody past whose token is not good for the route. Comes before anything of the body is read: strangers get no memory
 * and no parser of ours.
 */
public final class AuthenticationStage implements RouteHandler {

    private final Authenticator authenticator;
    private final Map<String, Challenge> challenges;
    private final AuthenticationEvents events;
    private final AuthenticatedHandler next;

    /**
     * @param authenticator of the same snapshot as the challenges
     * @param challenges by route name, for every open route
     * @param next takes whoever is let in
     */
    public AuthenticationStage(
            Authenticator authenticator,
            Map<String, Challenge> challenges,
            AuthenticationEvents events,
            AuthenticatedHandler next) {
        this.authenticator = authenticator;
        this.challenges = Map.copyOf(challenges);
        this.events = events;
        this.next = next;
    }

    @Override
    public void handle(Exchange exchange, Route route) {
        authenticator.authenticate(
                route,
                exchange.headers().getAll(HttpHeaderNames.AUTHORIZATION),
                exchange.executor(),
                authentication -> go(exchange, route, authentication));
    }

    private void go(Exchange exchange, Route route, Authentication authentication) {
        switch (authentication) {
            case Authentication.Authenticated(Principal principal) ->
                next.handle(exchange, route, principal, credential(exchange, route, principal));
            case Authentication.Rejected rejected -> {
                events.rejected(route, rejected);
                Challenge challenge = challenges.get(route.name());
                if (challenge == null) {
                    throw new IllegalStateException("route " + route.name() + " has no challenge");
                }
                answer(exchange, refusal(exchange, challenge, rejected));
            }
            case Authentication.Unavailable unavailable -> {
                events.unavailable(route);
                answer(exchange, Challenge.refusal(unavailable));
            }
        }
    }

    private static Refusal refusal(Exchange exchange, Challenge challenge, Authentication.Rejected rejected) {
        return isVisit(exchange)
                ? challenge.visit(rejected, Language.of(exchange.headers().get(HttpHeaderNames.ACCEPT_LANGUAGE)))
                : challenge.refusal(rejected);
    }

    /** No MCP client asks for HTML: to listen it asks for an event stream, and everything else it posts. */
    private static boolean isVisit(Exchange exchange) {
        HttpHeaders headers = exchange.headers();
        String accept = headers.get(HttpHeaderNames.ACCEPT);
        return exchange.method().equals(HttpMethod.GET)
                && !headers.contains(HttpHeaderNames.AUTHORIZATION)
                && accept != null
                && accept.contains("text/html");
    }

    private static CallerCredential credential(Exchange exchange, Route route, Principal principal) {
        return CallerCredential.of(route, principal, exchange.headers().getAll(HttpHeaderNames.AUTHORIZATION));
    }

    private static void answer(Exchange exchange, Refusal refusal) {
        exchange.respond(
                HttpResponseStatus.valueOf(refusal.status()),
                refusal.headers(),
                Unpooled.wrappedBuffer(refusal.body()));
    }
}
