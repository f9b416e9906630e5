package dev.ostiary.operator.status;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What keeps pods from being ready, as their statuses say it: why they are not scheduled, why a container waits, how it
 * ended and what it said last.
 *
 * <p>A container that is restarted for ever goes from waiting to running to ended and back, with other pauses, counts and
 * times each time. What is said here is the same all along: {@code CrashLoopBackOff} from the second restart on.
 */
public final class PodTroubles {

    /** What a pod waits for on its usual way. */
    private static final Set<String> USUAL = Set.of("ContainerCreating", "PodInitializing");

    private static final Set<String> ENDED_FOR_GOOD = Set.of("Failed", "Succeeded");

    /** The kubelet changes between these two while it tries again. */
    private static final String PULL_FAILED = "ErrImagePull";

    private static final String PULL_PAUSED = "ImagePullBackOff";
    private static final String CRASH_LOOP = "CrashLoopBackOff";
    private static final String ERROR = "Error";

    /** The runtime could not start it: what it says is no log. */
    private static final Set<String> NEVER_RAN = Set.of("StartError", "ContainerCannotRun");

    /** The kubelet forgives a container that has run this long (Kubernetes documentation, Pod Lifecycle, "restart policy"). */
    private static final Duration FORGIVEN = Duration.ofMinutes(10);

    private static final int FROM_SIGNAL = 128;
    private static final int MAX_WORDS = 300;

    private PodTroubles() {}

    /**
     * Of these pods; those that are going or have ended for good are left out.
     *
     * @param now the time: a container that has run for ten minutes is no longer held to have failed
     */
    public static List<PodTrouble> of(List<Pod> pods, Instant now) {
        List<PodTrouble> troubles = new ArrayList<>();
        for (Pod pod : pods) {
            if (pod.getStatus() == null
                    || pod.getMetadata().getDeletionTimestamp() != null
                    || ENDED_FOR_GOOD.contains(orElse(pod.getStatus().getPhase(), ""))) {
                continue;
            }
            String name = pod.getMetadata().getName();
            for (PodCondition condition : pod.getStatus().getConditions()) {
                if ("PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus())) {
                    troubles.add(new PodTrouble(
                            name, orElse(condition.getReason(), "Unscheduled"), orElse(condition.getMessage(), "")));
                }
            }
            List<ContainerStatus> containers = new ArrayList<>(pod.getStatus().getInitContainerStatuses());
            containers.addAll(pod.getStatus().getContainerStatuses());
            for (ContainerStatus container : containers) {
                PodTrouble trouble = of(name, container, now);
                if (trouble != null) {
                    troubles.add(trouble);
                }
            }
        }
        return troubles;
    }

    private static @Nullable PodTrouble of(String pod, ContainerStatus container, Instant now) {
        if (Boolean.TRUE.equals(container.getReady())) {
            return null;
        }
        ContainerState state = container.getState();
        ContainerStateWaiting waiting = state == null ? null : state.getWaiting();
        String waits = waiting == null ? null : waiting.getReason();
        ContainerStateTerminated ended = ended(container);
        if (waiting != null && waits != null && !waits.equals(CRASH_LOOP) && !USUAL.contains(waits)) {
            return waits.equals(PULL_FAILED) || waits.equals(PULL_PAUSED)
                    ? new PodTrouble(pod, PULL_PAUSED, pulling(container, orElse(waiting.getMessage(), "")))
                    : new PodTrouble(pod, waits, orElse(waiting.getMessage(), ""));
        }
        if (ended == null) {
            return CRASH_LOOP.equals(waits)
                    ? new PodTrouble(pod, CRASH_LOOP, "container " + container.getName())
                    : null;
        }
        if (isForgiven(state, now)) {
            return null;
        }
        boolean loops = CRASH_LOOP.equals(waits) || orElse(container.getRestartCount(), 0) > 1;
        return new PodTrouble(
                pod,
                loops ? CRASH_LOOP : orElse(ended.getReason(), ERROR),
                "container " + container.getName() + " " + words(ended),
                neverRan(ended) ? "" : LogTail.of(orElse(ended.getMessage(), "")));
    }

    /** How it ended the last time; null: it has not. */
    private static @Nullable ContainerStateTerminated ended(ContainerStatus container) {
        ContainerState state = container.getState();
        if (state != null && state.getTerminated() != null) {
            return state.getTerminated();
        }
        return container.getLastState() == null
                ? null
                : container.getLastState().getTerminated();
    }

    private static boolean isForgiven(@Nullable ContainerState state, Instant now) {
        if (state == null || state.getRunning() == null || state.getRunning().getStartedAt() == null) {
            return false;
        }
        try {
            return Instant.parse(state.getRunning().getStartedAt())
                    .plus(FORGIVEN)
                    .isBefore(now);
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** Why the image cannot be had, without the words that come and go with each try. */
    private static String pulling(ContainerStatus container, String message) {
        int error = message.indexOf(PULL_FAILED + ": ");
        String why = error >= 0
                ? message.substring(error + PULL_FAILED.length() + 2)
                : message.startsWith("Back-off pulling image") ? "" : message;
        return "container " + container.getName() + ", image " + container.getImage()
                + (why.isBlank() ? "" : ": " + Text.line(why));
    }

    private static String words(ContainerStateTerminated ended) {
        int code = orElse(ended.getExitCode(), 0);
        int signal = orElse(ended.getSignal(), 0) > 0 ? ended.getSignal() : Math.max(0, code - FROM_SIGNAL);
        StringBuilder words = new StringBuilder("ended with exit code ").append(code);
        if (code == 0) {
            words.append(", and a server goes on");
        } else if (signal > 0 && signal <= 64) {
            words.append(", by signal ").append(signal).append(name(signal));
        }
        String reason = ended.getReason();
        if (reason != null && !reason.equals(ERROR) && !reason.equals("Completed")) {
            words.append(", ").append(reason);
        }
        if (neverRan(ended)) {
            words.append(": ").append(Text.cut(Text.line(orElse(ended.getMessage(), "")), MAX_WORDS));
        }
        return words.toString();
    }

    private static boolean neverRan(ContainerStateTerminated ended) {
        return NEVER_RAN.contains(orElse(ended.getReason(), ""));
    }

    /** Those that people meet. */
    private static String name(int signal) {
        return switch (signal) {
            case 6 -> " (SIGABRT)";
            case 9 -> " (SIGKILL)";
            case 11 -> " (SIGSEGV)";
            case 15 -> " (SIGTERM)";
            default -> "";
        };
    }

    private static <T> T orElse(@Nullable T value, T usual) {
        return value == null ? usual : value;
    }
}
