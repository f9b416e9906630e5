package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.config.ResourceName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of all resources.
 *
 * @param gateways every gateway, closed ones included, sorted by namespace and name
 * @param findings everything to be said, sorted by resource and field
 */
public record Compilation(List<CompiledGateway> gateways, List<Finding> findings) {

    public Compilation {
        gateways = List.copyOf(gateways);
        findings = findings.stream().distinct().sorted().toList();
    }

    /** The gateway of this name; null when there is none. */
    public @Nullable CompiledGateway gateway(ResourceName name) {
        for (CompiledGateway gateway : gateways) {
            if (gateway.name().equals(name)) {
                return gateway;
            }
        }
        return null;
    }

    /** The findings about one resource. */
    public List<Finding> findings(ResourceRef resource) {
        return findings.stream()
                .filter(finding -> finding.resource().equals(resource))
                .toList();
    }
}
