package dev.ostiary.operator.status;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewayStatus;
import java.time.Instant;
import java.util.List;

/**
 * What the status of a gateway is made from.
 *
 * @param resource the gateway, with the status before
 * @param situation of a compilation that has seen this generation
 * @param pods its Deployment's pods
 * @param refused objects that the API server did not take, in any order
 * @param listeners ports of its Service, in any order
 * @param selector label selector of its pods
 * @param now the time
 */
public record GatewayFacts(
        McpGateway resource,
        Situation situation,
        Pods pods,
        List<Refusal> refused,
        List<McpGatewayStatus.Listener> listeners,
        String selector,
        Instant now) {

    public GatewayFacts {
        refused = refused.stream().distinct().sorted().toList();
        listeners = listeners.stream()
                .sorted(java.util.Comparator.comparing(McpGatewayStatus.Listener::name))
                .toList();
    }
}
