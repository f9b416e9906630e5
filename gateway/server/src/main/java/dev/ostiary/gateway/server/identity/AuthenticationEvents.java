package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.Route;

/** Told of every request that was not let in, for metrics and logs. Called on event loops: must not block. */
public interface AuthenticationEvents {

    /** Refused, with the reason that auditors see. */
    void rejected(Route route, Authentication.Rejected rejected);

    /** Nobody could be authenticated. */
    void unavailable(Route route);
}
