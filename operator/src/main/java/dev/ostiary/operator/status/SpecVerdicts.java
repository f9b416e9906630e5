package dev.ostiary.operator.status;

import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.Finding.Severity;
import java.util.List;

/**
 * What the compiler's findings about one resource mean for its conditions {@code Accepted} and {@code ResolvedRefs}.
 *
 * @param accepted whether the spec makes sense
 * @param resolvedRefs whether all that it refers to is there
 * @param warnings what else its author should know, one per line; empty when nothing
 */
record SpecVerdicts(Verdict accepted, Verdict resolvedRefs, String warnings) {

    static SpecVerdicts of(List<Finding> findings) {
        List<Finding> errors = FindingMessages.of(Severity.ERROR, findings);
        List<Finding> refs =
                errors.stream().filter(FindingMessages::aboutReferences).toList();
        List<Finding> spec = errors.stream()
                .filter(error -> !FindingMessages.aboutReferences(error))
                .toList();
        String warnings = FindingMessages.joined(FindingMessages.of(Severity.WARNING, findings));
        List<Finding> lints = FindingMessages.of(Severity.LINT, findings);
        String remarks = lints.isEmpty() ? "" : FindingMessages.joined(lints);
        return new SpecVerdicts(
                spec.isEmpty()
                        ? Verdict.yes(Reasons.ACCEPTED, lines(warnings, remarks))
                        : Verdict.no(spec.getFirst().reason(), FindingMessages.joined(spec)),
                refs.isEmpty()
                        ? Verdict.yes(Reasons.RESOLVED_REFS, "")
                        : Verdict.no(refs.getFirst().reason(), FindingMessages.joined(refs)),
                warnings);
    }

    /** Whether nothing is wrong with the resource itself. */
    boolean sound() {
        return accepted.isTrue() && resolvedRefs.isTrue();
    }

    private static String lines(String one, String other) {
        return one.isEmpty() || other.isEmpty() ? one + other : one + "\n" + other;
    }
}
