package dev.ostiary.operator.keys;

import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.gateway.config.KeyRotation.Reported;
import dev.ostiary.operator.status.ObservedReplica;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which ring every counted replica of a gateway has, and since when. What was seen before the operator started counts from
 * its start: a key is rather used too late than too early. Safe for any thread.
 */
public final class ReportedRings {

    private final Map<String, Reported> byGateway = new ConcurrentHashMap<>();

    /**
     * Takes the reports as they are now.
     *
     * @param gatewayUid whose replicas they are
     */
    public Reported seen(String gatewayUid, List<ObservedReplica> replicas, Instant now) {
        long lowest = replicas.stream()
                .filter(ObservedReplica::counted)
                .mapToLong(ReportedRings::version)
                .min()
                .orElse(0);
        return byGateway.merge(
                gatewayUid,
                new Reported(lowest, now),
                (before, latest) -> before.version() == latest.version() ? before : latest);
    }

    /** Forgets gateways that are gone. */
    public void retain(Set<String> gatewayUids) {
        byGateway.keySet().retainAll(gatewayUids);
    }

    private static long version(ObservedReplica replica) {
        McpGatewayReplicaSpec report = replica.report();
        return report == null || !replica.podUid().equals(report.podUid()) || report.keyRingVersion() == null
                ? 0
                : report.keyRingVersion();
    }
}
