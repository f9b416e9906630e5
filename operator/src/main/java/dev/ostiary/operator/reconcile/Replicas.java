package dev.ostiary.operator.reconcile;

import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.operator.status.ObservedReplica;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pods of a gateway, joined with what they report. */
final class Replicas {

    private Replicas() {}

    /** Sorted by pod. Pods that have ended for good, as evicted ones, are none. */
    static List<ObservedReplica> of(List<Pod> pods, List<McpGatewayReplica> reports) {
        Map<String, McpGatewayReplicaSpec> byPod = new HashMap<>();
        reports.forEach(report -> byPod.put(report.getMetadata().getName(), report.getSpec()));
        return pods.stream()
                .filter(pod -> pod.getStatus() == null
                        || !("Failed".equals(pod.getStatus().getPhase())
                                || "Succeeded".equals(pod.getStatus().getPhase())))
                .map(pod -> of(pod, byPod.get(pod.getMetadata().getName())))
                .sorted(Comparator.comparing(ObservedReplica::pod))
                .toList();
    }

    private static ObservedReplica of(Pod pod, @Nullable McpGatewayReplicaSpec report) {
        PodCondition ready = ready(pod);
        return new ObservedReplica(
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                ready != null && "True".equals(ready.getStatus()),
                ready == null ? null : time(ready.getLastTransitionTime()),
                pod.getMetadata().getDeletionTimestamp() != null,
                report);
    }

    private static @Nullable PodCondition ready(Pod pod) {
        return pod.getStatus() == null
                ? null
                : pod.getStatus().getConditions().stream()
                        .filter(condition -> "Ready".equals(condition.getType()))
                        .findFirst()
                        .orElse(null);
    }

    private static @Nullable Instant time(@Nullable String timestamp) {
        if (timestamp == null) {
            return null;
        }
        try {
            return Instant.parse(timestamp);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
