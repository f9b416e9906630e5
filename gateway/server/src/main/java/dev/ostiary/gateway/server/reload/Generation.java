package dev.ostiary.gateway.server.reload;

import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.http.ExchangeHandler;
import java.util.List;
import java.util.Map;

/**
 * Everything derived from one configuration. Immutable; an exchange keeps the generation it began with.
 *
 * @param config the configuration
 * @param handler the way of an exchange through it
 * @param routes the open routes by name
 * @param problems routes that had to be closed although the compiler left them open, in words
 */
public record Generation(
        RuntimeConfig config, ExchangeHandler handler, Map<String, ServedRoute> routes, List<String> problems) {

    public Generation {
        routes = Map.copyOf(routes);
        problems = List.copyOf(problems);
    }
}
