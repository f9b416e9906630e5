package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.config.ResourceName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** Finds words on the command line that reach no workload, or more than one. */
final class OverrideCheck {

    private OverrideCheck() {}

    static List<Finding> of(Host.Overrides overrides, Collection<ResourceName> workloads) {
        List<Finding> findings = new ArrayList<>();
        overrides.urls().keySet().forEach(name -> check(findings, "--url", name, workloads));
        overrides.commands().forEach(name -> check(findings, "--command", name, workloads));
        for (String name : overrides.commands()) {
            if (overrides.urls().containsKey(name)) {
                findings.add(finding("--command " + name, "stands beside --url " + name + ", which wins; keep one."));
            }
        }
        return findings;
    }

    private static void check(List<Finding> findings, String option, String name, Collection<ResourceName> workloads) {
        TreeSet<String> reached = new TreeSet<>();
        for (ResourceName workload : workloads) {
            if (workload.name().equals(name) || workload.toString().equals(name)) {
                reached.add(workload.toString());
            }
        }
        if (reached.isEmpty()) {
            findings.add(finding(
                    option + " " + name,
                    "names no McpWorkload; there are: "
                            + String.join(
                                    ", ",
                                    new TreeSet<>(workloads.stream()
                                            .map(ResourceName::toString)
                                            .toList())) + "."));
        } else if (reached.size() > 1) {
            findings.add(finding(
                    option + " " + name,
                    "names several McpWorkloads: " + String.join(", ", reached) + "; add the namespace."));
        }
    }

    private static Finding finding(String option, String message) {
        return new Finding(ResourceRef.HOST, option, Reasons.INVALID, Finding.Severity.ERROR, message, null, List.of());
    }
}
