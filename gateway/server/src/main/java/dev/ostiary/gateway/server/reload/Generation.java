package dev.ostiary.gateway.server.reload;

import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.http.ExchangeHandler;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything derived from one configuration. Immutable; an exchange keeps the generation it began with.
 *
 * @param config the configuration
 * @param handler the way of an exchange through it
 * @param routes the open routes by name
 * @param closed routes that had to be closed although the compiler left them open, with the reason
 */
public record Generation(
        RuntimeConfig config,
        ExchangeHandler handler,
        Map<String, ServedRoute> routes,
        SortedMap<String, String> closed) {

    public Generation {
        routes = Map.copyOf(routes);
        closed = Collections.unmodifiableSortedMap(new TreeMap<>(closed));
    }

    /** The same in words. */
    public List<String> problems() {
        return closed.entrySet().stream()
                .map(entry -> "route " + entry.getKey() + ": " + entry.getValue())
                .toList();
    }
}
