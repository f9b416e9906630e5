package dev.ostiary.gateway.server.route;

import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.ExchangeHandler;
import dev.ostiary.gateway.server.http.Responses;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.Predicate;

/**
 * Sends each exchange where its path says: to the facade, to the well-known documents, to an open route, or away. An unknown path is 404, a
 * closed route 503 with its reason; neither tells more than the resources' own status does.
 */
public final class Router implements ExchangeHandler {

    private static final String WELL_KNOWN = "/.well-known/";
    private static final String CLOSED_RETRY_AFTER_SECONDS = "30";

    private final RouteTable routes;
    private final ExchangeHandler wellKnown;
    private final Predicate<String> facadePaths;
    private final ExchangeHandler facade;
    private final RouteHandler open;

    /**
     * @param routes what there is
     * @param wellKnown takes every other path below {@code /.well-known/}
     * @param facadePaths the paths that are the facade's; none when it is off
     * @param facade takes those
     * @param open takes exchanges of open routes
     */
    public Router(
            RouteTable routes,
            ExchangeHandler wellKnown,
            Predicate<String> facadePaths,
            ExchangeHandler facade,
            RouteHandler open) {
        this.routes = routes;
        this.wellKnown = wellKnown;
        this.facadePaths = facadePaths;
        this.facade = facade;
        this.open = open;
    }

    @Override
    public void handle(Exchange exchange) {
        String path = exchange.path();
        Route route = routes.find(path);
        if (route == null) {
            if (facadePaths.test(path)) {
                facade.handle(exchange);
            } else if (path.startsWith(WELL_KNOWN)) {
                wellKnown.handle(exchange);
            } else {
                Responses.error(
                        exchange,
                        HttpResponseStatus.NOT_FOUND,
                        "NotFound",
                        "No MCP server is published at this path. Check the URL: it is the gateway's address followed by"
                                + " the name of one route, without a slash at the end.");
            }
            return;
        }
        Closure closure = routes.closureOf(route);
        if (closure != null) {
            HttpHeaders headers = Responses.headers().set(HttpHeaderNames.RETRY_AFTER, CLOSED_RETRY_AFTER_SECONDS);
            Responses.error(
                    exchange, HttpResponseStatus.SERVICE_UNAVAILABLE, headers, closure.reason(), closure.message());
            return;
        }
        open.handle(exchange, route);
    }
}
