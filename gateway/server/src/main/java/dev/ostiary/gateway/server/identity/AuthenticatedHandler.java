package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.http.Exchange;

/** Takes an exchange whose caller is known and whose token is good for the route. */
@FunctionalInterface
public interface AuthenticatedHandler {

    /**
     * Called on the exchange's executor; must not block.
     *
     * @param credential by what the caller can be acted for: for this exchange only
     */
    void handle(Exchange exchange, Route route, Principal principal, CallerCredential credential);
}
