package dev.ostiary.gateway.server.route;

import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The routes of one snapshot by path. Immutable. */
public final class RouteTable {

    /** What follows the path of an endpoint where HTTP+SSE (MCP 2024-11-05) is served. */
    public static final String LEGACY_SSE = "/sse";

    private final @Nullable Closure gatewayClosure;
    private final Map<String, Route> byPath;

    public RouteTable(Snapshot snapshot) {
        gatewayClosure = snapshot.closure();
        Map<String, Route> paths = HashMap.newHashMap(2 * snapshot.routes().size());
        for (Route route : snapshot.routes()) {
            paths.put("/" + route.name(), route);
            if (snapshot.listener().servesLegacySse()) {
                paths.put("/" + route.name() + LEGACY_SSE, route);
            }
        }
        byPath = Map.copyOf(paths);
    }

    /** The route whose endpoint this path is, exactly; null when there is none. */
    public @Nullable Route find(String path) {
        return byPath.get(path);
    }

    /** Why this route does not serve: the gateway's own reason before the route's; null when it is open. */
    public @Nullable Closure closureOf(Route route) {
        return gatewayClosure != null ? gatewayClosure : route.closure();
    }
}
