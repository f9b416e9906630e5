package dev.ostiary.operator.status;

import dev.ostiary.crds.McpGatewayReplicaSpec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One pod of a gateway, with what it reports.
 *
 * @param pod name of the pod
 * @param podUid its UID
 * @param ready whether its condition {@code Ready} is True
 * @param readySince when that condition last changed; null when unknown. A pod that has just become ready is given time
 *     to report
 * @param terminating whether its deletion has begun
 * @param report the {@code McpGatewayReplica} of the same name; null when there is none. It counts only when it names this
 *     pod's UID and this gateway
 */
public record ObservedReplica(
        String pod,
        String podUid,
        boolean ready,
        @Nullable Instant readySince,
        boolean terminating,
        @Nullable McpGatewayReplicaSpec report) {

    /** Ready and not terminating, of whichever ReplicaSet. */
    public boolean counted() {
        return ready && !terminating;
    }

    /** The report, if it is this pod's own. */
    @Nullable
    McpGatewayReplicaSpec ownReport() {
        return report != null && podUid.equals(report.podUid()) ? report : null;
    }
}
