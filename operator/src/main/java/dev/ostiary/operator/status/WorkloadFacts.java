package dev.ostiary.operator.status;

import dev.ostiary.crds.McpWorkload;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the status of a workload is made from.
 *
 * @param resource the workload, with the status before
 * @param situation of a compilation that has seen this generation
 * @param pods its Deployment's or StatefulSet's pods; null for a server that runs elsewhere
 * @param refused objects that the API server did not take, in any order
 * @param now the time
 */
public record WorkloadFacts(
        McpWorkload resource, Situation situation, @Nullable Pods pods, List<Refusal> refused, Instant now) {

    public WorkloadFacts {
        refused = refused.stream().distinct().sorted().toList();
    }
}
