package dev.ostiary.operator.reconcile;

import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.status.Enforcement;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the reconciler of gateways has found out and the others need. A gateway is not in here before it has been reconciled
 * for the first time since the operator started: until then nothing is said or done about what is attached to it, since it
 * would be guessed. Safe for any thread.
 */
final class GatewayStates {

    /**
     * One gateway.
     *
     * @param enforcement what its replicas enforce
     * @param assertionJwks its public assertion keys; null when its ring cannot be used
     */
    record State(Enforcement enforcement, @Nullable String assertionJwks) {}

    private final Map<ResourceName, State> states = new ConcurrentHashMap<>();

    void put(ResourceName gateway, State state) {
        states.put(gateway, state);
    }

    @Nullable
    State get(ResourceName gateway) {
        return states.get(gateway);
    }

    boolean hasAll(Set<ResourceName> gateways) {
        return states.keySet().containsAll(gateways);
    }

    /** By gateway. */
    Map<ResourceName, Enforcement> enforcements(Set<ResourceName> gateways) {
        Map<ResourceName, Enforcement> enforcements = new ConcurrentHashMap<>();
        for (ResourceName gateway : gateways) {
            State state = states.get(gateway);
            if (state != null) {
                enforcements.put(gateway, state.enforcement());
            }
        }
        return enforcements;
    }

    /** Forgets gateways that are gone. */
    void retain(Set<ResourceName> gateways) {
        states.keySet().retainAll(gateways);
    }
}
