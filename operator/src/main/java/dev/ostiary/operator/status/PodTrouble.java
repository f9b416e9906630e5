package dev.ostiary.operator.status;

import java.util.Comparator;

/**
 * Why a pod is not ready, where Kubernetes says so.
 *
 * @param pod name of the pod, or of what should make pods and cannot
 * @param reason as Kubernetes says it, for example {@code ImagePullBackOff}
 * @param message what Kubernetes says besides; may be empty
 */
public record PodTrouble(String pod, String reason, String message) implements Comparable<PodTrouble> {

    private static final Comparator<PodTrouble> ORDER = Comparator.comparing(PodTrouble::pod)
            .thenComparing(PodTrouble::reason)
            .thenComparing(PodTrouble::message);

    @Override
    public int compareTo(PodTrouble other) {
        return ORDER.compare(this, other);
    }
}
