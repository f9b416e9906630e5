package dev.ostiary.gateway.server.route;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.http.Exchange;

/** Takes an exchange whose path named an open route. */
@FunctionalInterface
public interface RouteHandler {

    /** Called on the exchange's executor; must not block. */
    void handle(Exchange exchange, Route route);
}
