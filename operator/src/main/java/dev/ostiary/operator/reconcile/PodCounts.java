package dev.ostiary.operator.reconcile;

import dev.ostiary.operator.status.PodTrouble;
import dev.ostiary.operator.status.Pods;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How many pods there are of those there shall be, and what keeps the others from being ready. */
final class PodCounts {

    /** What a pod waits for on its usual way. */
    private static final Set<String> USUAL = Set.of("ContainerCreating", "PodInitializing");

    private PodCounts() {}

    /** Of a Deployment; null: it is not there yet. */
    static Pods of(@Nullable Deployment deployment, List<Pod> pods) {
        if (deployment == null || deployment.getSpec() == null) {
            return new Pods(1, 0, false, List.of());
        }
        int desired = orElse(deployment.getSpec().getReplicas(), 1);
        DeploymentStatus status = deployment.getStatus();
        if (status == null) {
            return new Pods(desired, 0, false, troubles(pods));
        }
        List<PodTrouble> troubles = new ArrayList<>(troubles(pods));
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
    static Pods of(StatefulSet set, List<Pod> pods) {
        int desired = set.getSpec() == null ? 1 : orElse(set.getSpec().getReplicas(), 1);
        StatefulSetStatus status = set.getStatus();
        if (status == null) {
            return new Pods(desired, 0, false, troubles(pods));
        }
        boolean rolledOut = orElse(status.getObservedGeneration(), 0L)
                        >= orElse(set.getMetadata().getGeneration(), 0L)
                && orElse(status.getReplicas(), 0) == desired
                && orElse(status.getReadyReplicas(), 0) == desired
                && Objects.equals(status.getCurrentRevision(), status.getUpdateRevision());
        return new Pods(desired, orElse(status.getReadyReplicas(), 0), rolledOut, troubles(pods));
    }

    private static List<PodTrouble> troubles(List<Pod> pods) {
        List<PodTrouble> troubles = new ArrayList<>();
        for (Pod pod : pods) {
            if (pod.getStatus() == null || pod.getMetadata().getDeletionTimestamp() != null) {
                continue;
            }
            String name = pod.getMetadata().getName();
            for (PodCondition condition : pod.getStatus().getConditions()) {
                if ("PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus())) {
                    troubles.add(new PodTrouble(
                            name, orElse(condition.getReason(), "Unscheduled"), orElse(condition.getMessage(), "")));
                }
            }
            for (ContainerStatus container : pod.getStatus().getInitContainerStatuses()) {
                add(name, container, troubles);
            }
            for (ContainerStatus container : pod.getStatus().getContainerStatuses()) {
                add(name, container, troubles);
            }
        }
        return troubles;
    }

    private static void add(String pod, ContainerStatus container, List<PodTrouble> troubles) {
        ContainerState state = container.getState();
        if (state != null
                && state.getWaiting() != null
                && state.getWaiting().getReason() != null
                && !USUAL.contains(state.getWaiting().getReason())) {
            troubles.add(new PodTrouble(
                    pod,
                    state.getWaiting().getReason(),
                    orElse(state.getWaiting().getMessage(), "")));
        }
    }

    private static <T> T orElse(@Nullable T value, T usual) {
        return value == null ? usual : value;
    }
}
