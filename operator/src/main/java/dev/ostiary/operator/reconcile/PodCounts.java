package dev.ostiary.operator.reconcile;

import dev.ostiary.operator.status.PodTrouble;
import dev.ostiary.operator.status.PodTroubles;
import dev.ostiary.operator.status.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How many pods there are of those there shall be, and what keeps the others from being ready. */
final class PodCounts {

    private PodCounts() {}

    /** Of a Deployment; null: it is not there yet. */
    static Pods of(@Nullable Deployment deployment, List<Pod> pods, Instant now) {
        if (deployment == null || deployment.getSpec() == null) {
            return new Pods(1, 0, false, List.of());
        }
        int desired = orElse(deployment.getSpec().getReplicas(), 1);
        DeploymentStatus status = deployment.getStatus();
        if (status == null) {
            return new Pods(desired, 0, false, PodTroubles.of(pods, now));
        }
        List<PodTrouble> troubles = new ArrayList<>(PodTroubles.of(pods, now));
        status.getConditions().stream()
                .filter(condition -> "ReplicaFailure".equals(condition.getType()))
                .filter(condition -> "True".equals(condition.getStatus()))
                .forEach(condition -> troubles.add(new PodTrouble(
                        "Deployment " + deployment.getMetadata().getName(),
                        orElse(condition.getReason(), "ReplicaFailure"),
                        orElse(condition.getMessage(), ""))));
        boolean rolledOut = orElse(status.getObservedGeneration(), 0L)
                        >= orElse(deployment.getMetadata().getGeneration(), 0L)
                && orElse(status.getUpdatedReplicas(), 0) == desired
                && orElse(status.getReplicas(), 0) == desired
                && orElse(status.getAvailableReplicas(), 0) == desired;
        return new Pods(desired, orElse(status.getReadyReplicas(), 0), rolledOut, troubles);
    }

    /** Of a StatefulSet. */
    static Pods of(StatefulSet set, List<Pod> pods, Instant now) {
        int desired = set.getSpec() == null ? 1 : orElse(set.getSpec().getReplicas(), 1);
        StatefulSetStatus status = set.getStatus();
        if (status == null) {
            return new Pods(desired, 0, false, PodTroubles.of(pods, now));
        }
        boolean rolledOut = orElse(status.getObservedGeneration(), 0L)
                        >= orElse(set.getMetadata().getGeneration(), 0L)
                && orElse(status.getReplicas(), 0) == desired
                && orElse(status.getReadyReplicas(), 0) == desired
                && Objects.equals(status.getCurrentRevision(), status.getUpdateRevision());
        return new Pods(desired, orElse(status.getReadyReplicas(), 0), rolledOut, PodTroubles.of(pods, now));
    }

    private static <T> T orElse(@Nullable T value, T usual) {
        return value == null ? usual : value;
    }
}
