package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.ToolPin;
import dev.ostiary.gateway.policy.RoutePolicySet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An open route with its policies loaded, under one revision. Immutable; a request keeps the one it began with.
 *
 * @param route the route's configuration
 * @param policies its policies
 * @param pins pinned facts by tool name
 * @param revision the snapshot's revision
 * @param limits the listener's limits
 * @param needsArguments whether a call's arguments must be read at all: where nothing looks at them, they are forwarded
 *     unread
 * @param auditsArguments whether audit lines tell of arguments
 * @param needsAnnotations whether a policy looks at what tools say about themselves
 * @param claims which claims of the caller policies may read, beyond the usual
 */
public record ServedRoute(
        Route route,
        RoutePolicySet policies,
        Map<String, ToolPin> pins,
        String revision,
        ListenerSettings.Limits limits,
        boolean needsArguments,
        boolean auditsArguments,
        boolean needsAnnotations,
        List<String> claims) {

    public ServedRoute {
        pins = Map.copyOf(pins);
        claims = List.copyOf(claims);
    }

    /** Indexes the pins of the route. */
    public static ServedRoute of(
            Route route,
            RoutePolicySet policies,
            String revision,
            ListenerSettings.Limits limits,
            boolean auditsArguments,
            List<String> claims) {
        Map<String, ToolPin> pins = new HashMap<>();
        route.tools().forEach(pin -> pins.put(pin.name(), pin));
        return new ServedRoute(
                route,
                policies,
                pins,
                revision,
                limits,
                auditsArguments || policies.readsArguments(),
                auditsArguments,
                policies.readsAnnotations(),
                claims);
    }

    /** Whether another revision of this route may decide differently: other policies, or other pinned facts. */
    public boolean decidesOtherwise(ServedRoute other) {
        return !policies.hash().equals(other.policies.hash()) || !pins.equals(other.pins);
    }

    /** What is pinned about a tool; null when nothing is. */
    public @Nullable ToolPin pin(String tool) {
        return pins.get(tool);
    }

    /** Whether a call of this tool can only be decided with the definition that the workload lists. */
    public boolean needsDefinition(String tool) {
        ToolPin pin = pins.get(tool);
        if (pin != null && pin.definitionHash() != null) {
            return true;
        }
        boolean pinned = pin != null
                && pin.readOnlyHint() != null
                && pin.destructiveHint() != null
                && pin.idempotentHint() != null
                && pin.openWorldHint() != null;
        return needsAnnotations && !pinned;
    }
}
