package dev.ostiary.gateway.server.entra;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What was counted, by name. */
final class CountingMetrics implements EntraMetrics {

    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    int count(String name) {
        return counts.getOrDefault(name, 0);
    }

    private void add(String name) {
        counts.merge(name, 1, Integer::sum);
    }

    @Override
    public void answered(String endpoint) {
        add(endpoint + " answered");
    }

    @Override
    public void attemptFailed(String endpoint, String reason) {
        add(endpoint + " " + reason);
    }

    @Override
    public void throttled(String endpoint) {
        add(endpoint + " throttled");
    }

    @Override
    public void breakerOpened(String endpoint) {
        add(endpoint + " opened");
    }

    @Override
    public void groupsLookedUp() {
        add("groups looked up");
    }

    @Override
    public void groupsRemembered() {
        add("groups remembered");
    }

    @Override
    public void groupLookupFailed(String reason) {
        add("groups " + reason);
    }
}
