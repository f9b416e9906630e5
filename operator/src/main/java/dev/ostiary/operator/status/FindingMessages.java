package dev.ostiary.operator.status;

import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.Finding.CedarPlace;
import dev.ostiary.gateway.compiler.Finding.Severity;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** What the compiler found, as conditions say it: each with its field, and its place in a Cedar text. */
final class FindingMessages {

    /** Of findings written out in one message. */
    private static final int MAX_WRITTEN = 8;

    private static final int MAX_MESSAGE = 1024;

    /** Errors about what a spec refers to, rather than about the spec. */
    private static final Set<String> ABOUT_REFERENCES = Set.of(
            "GatewayNotFound",
            "RefNotPermitted",
            "SecretNotFound",
            "ConfigMapNotFound",
            "KeyNotFound",
            "InvalidSecretValue",
            "InvalidCertificate",
            "TargetNotFound",
            Refusal.TOO_MANY_REFERENCES,
            Refusal.ENTRY_POINT_UNKNOWN);

    private FindingMessages() {}

    /** Whether {@code ResolvedRefs} says this, rather than {@code Accepted}. */
    static boolean aboutReferences(Finding finding) {
        return ABOUT_REFERENCES.contains(finding.reason());
    }

    static List<Finding> of(Severity severity, Collection<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .sorted()
                .toList();
    }

    /** One per line; beyond a few, their number. */
    static String joined(List<Finding> findings) {
        StringBuilder joined = new StringBuilder();
        for (Finding finding : findings.subList(0, Math.min(findings.size(), MAX_WRITTEN))) {
            joined.append(joined.isEmpty() ? "" : "\n").append(Text.cut(one(finding), MAX_MESSAGE / 2));
        }
        if (findings.size() > MAX_WRITTEN) {
            joined.append("\nand ").append(findings.size() - MAX_WRITTEN).append(" more.");
        }
        return joined.toString();
    }

    /** {@code spec.cedar (line 3, column 5): what is wrong and what to do.} */
    static String one(Finding finding) {
        CedarPlace place = finding.cedar();
        String where = place == null ? "" : "line " + place.line() + ", column " + place.column();
        boolean said = where.isEmpty() || finding.message().contains(where);
        String field = finding.fieldPath() + (said ? "" : " (" + where + ")");
        return field.isBlank() ? finding.message() : field.strip() + ": " + finding.message();
    }
}
