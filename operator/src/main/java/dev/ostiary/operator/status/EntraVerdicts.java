package dev.ostiary.operator.status;

import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraCheck;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraFinding;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraOutcome;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code EntraReady}, from what the counted replicas say of the app registration. One that says what is wrong is believed, since
 * it names only what is certain; then one that says that all is well; then whatever keeps the others from knowing. The same
 * words in any order give the same verdict. While some enforce what was published, only those are heard.
 */
final class EntraVerdicts {

    private static final int MAX_NAMED = 3;

    private EntraVerdicts() {}

    static Verdict of(Enforcement enforcement) {
        Map<EntraOutcome, Map<String, EntraCheck>> said = new EnumMap<>(EntraOutcome.class);
        for (ObservedReplica replica : believed(enforcement)) {
            McpGatewayReplicaSpec report = replica.ownReport();
            EntraCheck check = report == null ? null : report.entra();
            if (check != null) {
                said.computeIfAbsent(check.outcome(), outcome -> new LinkedHashMap<>())
                        .put(replica.pod(), check);
            }
        }
        Map<String, EntraCheck> broken = said.getOrDefault(EntraOutcome.BROKEN, Map.of());
        Map<String, EntraCheck> ready = said.getOrDefault(EntraOutcome.READY, Map.of());
        Map<String, EntraCheck> unavailable = said.getOrDefault(EntraOutcome.ENTRA_UNAVAILABLE, Map.of());
        if (!broken.isEmpty()) {
            return Verdict.no(
                    Reasons.REGISTRATION_BROKEN,
                    findings(broken)
                            + (ready.isEmpty()
                                    ? ""
                                    : " So say " + names(broken) + "; " + names(ready)
                                            + " found everything as it must be, before or after: each looks again by itself."));
        }
        if (!ready.isEmpty()) {
            return Verdict.yes(
                    Reasons.REGISTRATION_READY,
                    join(
                            findings(ready),
                            unavailable.isEmpty() ? "" : names(unavailable) + ": " + note(unavailable) + "."));
        }
        Map<String, EntraCheck> unread = said.getOrDefault(EntraOutcome.NOT_ALLOWED_TO_READ, Map.of());
        if (!unread.isEmpty()) {
            return Verdict.unknown(
                    Reasons.NOT_ALLOWED_TO_READ,
                    join("nothing that may be seen is wrong; " + note(unread) + ".", findings(unread)));
        }
        return unavailable.isEmpty()
                ? Verdict.unknown(Reasons.NOT_CHECKED, "no ready replica has looked at the registration yet.")
                : Verdict.unknown(
                        Reasons.ENTRA_UNAVAILABLE,
                        join(note(unavailable) + (findings(unavailable).isEmpty() ? "." : ":"), findings(unavailable)));
    }

    /** What replicas say that are stuck with an older configuration may be of another registration. */
    private static List<ObservedReplica> believed(Enforcement enforcement) {
        List<ObservedReplica> current = enforcement.counted().stream()
                .filter(replica -> !enforcement.behind().contains(replica))
                .toList();
        return current.isEmpty() ? enforcement.counted() : current;
    }

    /** The words of the first pod by name, which are those of the others but for times. */
    private static String note(Map<String, EntraCheck> said) {
        String note = said.values().iterator().next().note();
        return note == null ? "the replica does not say why" : note;
    }

    private static String findings(Map<String, EntraCheck> said) {
        List<EntraFinding> all = said.values().stream()
                .flatMap(check -> check.findings().stream())
                .distinct()
                .toList();
        String named = all.stream()
                .limit(MAX_NAMED)
                .map(finding -> finding.field() + ": " + finding.message())
                .collect(Collectors.joining(" "));
        return all.size() > MAX_NAMED ? named + " And " + (all.size() - MAX_NAMED) + " more." : named;
    }

    private static String names(Map<String, EntraCheck> said) {
        String named = said.keySet().stream().limit(MAX_NAMED).collect(Collectors.joining(", "));
        return said.size() > MAX_NAMED ? named + " and " + (said.size() - MAX_NAMED) + " more" : named;
    }

    private static String join(String first, String second) {
        return second.isEmpty() ? first : first.isEmpty() ? second : first + " " + second;
    }
}
