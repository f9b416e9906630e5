package dev.ostiary.operator.status;

import java.util.Comparator;

/**
 * Why a pod is not ready, where Kubernetes says so.
 *
 * @param pod name of the pod, or of what should make pods and cannot
 * @param reason as Kubernetes says it, for example {@code ImagePullBackOff}
 * @param message what Kubernetes says besides; may be empty
 * @param log what the container said before it ended, as {@link LogTail#of} makes it; empty when it is not known
 */
public record PodTrouble(String pod, String reason, String message, String log) implements Comparable<PodTrouble> {

    private static final Comparator<PodTrouble> ORDER = Comparator.comparing(PodTrouble::pod)
            .thenComparing(PodTrouble::reason)
            .thenComparing(PodTrouble::message)
            .thenComparing(PodTrouble::log);

    /** One of which no log is known. */
    public PodTrouble(String pod, String reason, String message) {
        this(pod, reason, message, "");
    }

    @Override
    public int compareTo(PodTrouble other) {
        return ORDER.compare(this, other);
    }
}
