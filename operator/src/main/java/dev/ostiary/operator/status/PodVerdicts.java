package dev.ostiary.operator.status;

import java.util.List;
import java.util.stream.Collectors;

/** What the pods behind a resource mean for it. */
final class PodVerdicts {

    private static final int MAX_NAMED = 3;

    private static final int MAX_MESSAGE = 512;

    private PodVerdicts() {}

    /** False where none is ready, Unknown where some are not or a roll goes on, else True. */
    static Verdict of(Pods pods) {
        if (pods.desired() == 0) {
            return Verdict.no(
                    Reasons.SCALED_TO_ZERO, "there are no pods, because none are asked for; raise spec.replicas.");
        }
        String count = pods.ready() + " of " + pods.desired() + " pods are ready";
        if (pods.ready() == 0) {
            return pods.troubles().isEmpty()
                    ? Verdict.no(Reasons.PODS_NOT_READY, "none of " + pods.desired() + " pods is ready yet.")
                    : Verdict.no(Reasons.PODS_FAILING, count + ": " + troubles(pods));
        }
        if (!pods.troubles().isEmpty()) {
            return Verdict.unknown(Reasons.PODS_FAILING, count + ": " + troubles(pods));
        }
        if (pods.ready() < pods.desired() || !pods.rolledOut()) {
            return Verdict.unknown(Reasons.ROLLING_OUT, "a change of its pods is under way; " + count + ".");
        }
        return Verdict.yes(Reasons.READY, "");
    }

    /** {@code Ready=True}, and what there is to say about pods and spec all the same. */
    static Verdict good(Verdict pods, String warnings) {
        if (pods.isTrue()) {
            return Verdict.yes(Reasons.READY, warnings);
        }
        return Verdict.yes(pods.reason(), warnings.isEmpty() ? pods.message() : pods.message() + "\n" + warnings);
    }

    /** Why pods cannot start, a few by name. */
    static String troubles(Pods pods) {
        List<PodTrouble> troubles = pods.troubles();
        String named = troubles.stream()
                .limit(MAX_NAMED)
                .map(trouble -> trouble.pod() + " " + trouble.reason() + details(trouble))
                .collect(Collectors.joining("; "));
        return troubles.size() > MAX_NAMED ? named + "; and " + (troubles.size() - MAX_NAMED) + " more." : named + ".";
    }

    private static String details(PodTrouble trouble) {
        String details = Text.cut(trouble.message().strip(), MAX_MESSAGE) + LogTail.quoted(trouble.log());
        return details.isBlank() ? "" : " (" + details + ")";
    }
}
