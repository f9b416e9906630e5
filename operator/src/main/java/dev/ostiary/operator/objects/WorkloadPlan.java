package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpWorkload;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the objects of a workload are made of.
 *
 * @param workload the resource, with its UID; its {@code spec} is there
 * @param gateway the gateway that it is attached to
 * @param contentHash changes when the content of a Secret or ConfigMap changes that its pods refer to; visible ASCII
 * @param assertionJwks the public assertion keys of the gateway as a JWK set (RFC 7517); null: there are none yet, and pods
 *     that need them wait
 * @param entry what the image begins with, where {@link ImageEntry#isNeeded} says that it must be known; else null
 * @param images what the bridge is made of, where the server needs one
 */
public record WorkloadPlan(
        McpWorkload workload,
        McpGateway gateway,
        String contentHash,
        @Nullable String assertionJwks,
        @Nullable ImageEntry entry,
        Images images) {}
