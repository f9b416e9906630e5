package dev.ostiary.operator.status;

import java.util.List;
import java.util.stream.Collectors;

/** Objects that the operator could not have as it wants them. */
final class Refusals {

    private static final int MAX_WRITTEN = 4;

    private static final int MAX_MESSAGE = 512;

    private Refusals() {}

    /** False with the first one's reason and the messages of a few; True when there is none. */
    static Verdict of(List<Refusal> refused) {
        if (refused.isEmpty()) {
            return Verdict.yes(Reasons.READY, "");
        }
        String messages = refused.stream()
                .limit(MAX_WRITTEN)
                .map(refusal -> Text.cut(refusal.message(), MAX_MESSAGE))
                .collect(Collectors.joining("\n"));
        return Verdict.no(
                refused.getFirst().reason(),
                refused.size() > MAX_WRITTEN
                        ? messages + "\nand " + (refused.size() - MAX_WRITTEN) + " more."
                        : messages);
    }
}
