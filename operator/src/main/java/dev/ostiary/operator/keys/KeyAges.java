package dev.ostiary.operator.keys;

import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.KeyRing;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** When the keys of gateways are due to be replaced, so that a rotation that does not come forward is seen. Safe for any thread. */
public final class KeyAges {

    private final Map<String, Instant> due = new ConcurrentHashMap<>();

    /** Takes a ring as it is stored. */
    void seen(String gatewayUid, KeyRing ring, KeyPolicies policies) {
        policies.byPurpose().entrySet().stream()
                .map(policy -> ring.active(policy.getKey())
                        .created()
                        .plus(policy.getValue().rotateEvery()))
                .min(Comparator.naturalOrder())
                .ifPresent(first -> due.put(gatewayUid, first));
    }

    /** Forgets gateways that are gone. */
    public void retain(Set<String> gatewayUids) {
        due.keySet().retainAll(gatewayUids);
    }

    /** For how long the key has been in use past its time that has been so the longest; zero when none is. */
    public Duration longestOverdue(Instant now) {
        return due.values().stream()
                .min(Comparator.naturalOrder())
                .map(first -> Duration.between(first, now))
                .filter(overdue -> !overdue.isNegative())
                .orElse(Duration.ZERO);
    }
}
