package dev.ostiary.operator.status;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGatewayStatus;
import dev.ostiary.crds.McpPolicyStatus;
import dev.ostiary.crds.McpWorkloadStatus;
import java.util.List;
import java.util.Locale;

/** A status as text that people can review. */
final class StatusText {

    private StatusText() {}

    static String of(McpGatewayStatus status) {
        return conditions(status.conditions())
                + "  url=%s revision=%s enforcedBy=%s draining=%s workloads=%s replicas=%s%n"
                        .formatted(
                                status.url(),
                                status.shortRevision(),
                                status.enforcedBy(),
                                status.drainingReplicas(),
                                status.workloads(),
                                status.replicas());
    }

    static String of(McpWorkloadStatus status) {
        return conditions(status.conditions())
                + "  url=%s enforced=%s pods=%s server=%s lastError=%s%n"
                        .formatted(
                                status.url(),
                                status.enforcedGeneration(),
                                status.pods(),
                                status.server() == null
                                        ? "none"
                                        : status.server().name() + " "
                                                + status.server().version() + " "
                                                + status.server().protocolVersions() + " "
                                                + status.server().tools(),
                                status.lastError());
    }

    static String of(McpPolicyStatus status) {
        StringBuilder text = new StringBuilder(conditions(status.conditions()));
        text.append("  enforced=%s attachedTo=".formatted(status.enforcedGeneration()));
        status.attachedTo()
                .forEach(at -> text.append("[")
                        .append(at.kind())
                        .append(' ')
                        .append(at.name())
                        .append(" on ")
                        .append(at.gateway())
                        .append(at.route() == null ? "" : " /" + at.route())
                        .append("]"));
        text.append('\n');
        status.findings()
                .forEach(finding -> text.append("  %s %s %s %s:%s %s%n"
                        .formatted(
                                finding.severity(),
                                finding.reason(),
                                finding.field(),
                                finding.line(),
                                finding.column(),
                                finding.message())));
        return text.toString();
    }

    static String conditions(List<Condition> conditions) {
        StringBuilder text = new StringBuilder();
        for (Condition condition : conditions) {
            text.append("  %-12s %-7s %-20s gen %s since %s%n"
                    .formatted(
                            condition.type(),
                            condition.status().name().toLowerCase(Locale.ROOT),
                            condition.reason(),
                            condition.observedGeneration(),
                            condition.lastTransitionTime().substring(11, 19)));
            if (!condition.message().isEmpty()) {
                condition
                        .message()
                        .lines()
                        .forEach(line -> text.append("      ").append(line).append('\n'));
            }
        }
        return text.toString();
    }
}
