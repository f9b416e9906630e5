package dev.ostiary.operator.status;

import dev.ostiary.gateway.compiler.ResourceRef;
import java.time.Instant;
import java.util.Map;

/**
 * What the operator last wrote for a gateway's replicas.
 *
 * @param revision the snapshot's revision, as replicas report it
 * @param compiledRevision revision of the compilation that it was made from; another than {@code revision} only where it
 *     was written in an older format
 * @param runtimeHash hash of snapshot, keys and credentials
 * @param keyRingVersion version of the key ring in it
 * @param since when it was written
 * @param generations the generation of every resource that it was made from: the gateway, its workloads and its policies
 */
public record Published(
        String revision,
        String compiledRevision,
        String runtimeHash,
        long keyRingVersion,
        Instant since,
        Map<ResourceRef, Long> generations) {

    public Published {
        generations = Map.copyOf(generations);
    }
}
