package dev.ostiary.operator.reconcile;

import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.operator.status.ObservedReplica;
import java.util.ArrayList;
import java.util.List;

/** In which format the configuration is written, so that during an upgrade old and new replicas read it. */
final class SnapshotFormat {

    /** The format of the first release: nothing that reads only older ones was ever released. */
    private static final int FIRST = 2;

    private SnapshotFormat() {}

    /**
     * The highest format that every pod reads that has reported and is not terminating, ready or not. Where none has, or no
     * format suits all, the oldest that this release writes: new pods read it as well, and old ones may.
     *
     * @param writable what this release writes, newest first
     */
    static int of(List<ObservedReplica> replicas, List<Integer> writable) {
        List<McpGatewayReplicaSpec> reports = new ArrayList<>();
        for (ObservedReplica replica : replicas) {
            McpGatewayReplicaSpec report = replica.report();
            if (!replica.terminating() && report != null && report.podUid().equals(replica.podUid())) {
                reports.add(report);
            }
        }
        int oldest = writable.stream().filter(format -> format >= FIRST).reduce(writable.getFirst(), Math::min);
        if (reports.isEmpty()) {
            return oldest;
        }
        return writable.stream()
                .filter(format ->
                        reports.stream().allMatch(report -> report.formats().contains(format)))
                .findFirst()
                .orElse(oldest);
    }
}
