package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that a compilation reads, in any order. Every object has a namespace and a name, and no two of a kind have
 * the same ones.
 *
 * @param secrets what is known about Secrets, by name
 * @param configMaps the data of ConfigMaps, by name
 * @param rejected resources among the above that do not fit their schema, with one sentence that says why: what could be
 *     read of them is there, and what they touch is closed. A rejected policy without targets touches everything in its
 *     namespace, since nobody knows what it was to forbid.
 */
public record Resources(
        List<McpGateway> gateways,
        List<McpWorkload> workloads,
        List<McpPolicy> policies,
        Map<ResourceName, SecretFacts> secrets,
        Map<ResourceName, Map<String, String>> configMaps,
        Map<ResourceRef, String> rejected) {

    public static final Resources NONE = new Resources(List.of(), List.of(), List.of(), Map.of(), Map.of(), Map.of());

    public Resources {
        gateways = List.copyOf(gateways);
        workloads = List.copyOf(workloads);
        policies = List.copyOf(policies);
        secrets = Map.copyOf(secrets);
        configMaps = Map.copyOf(configMaps);
        rejected = Map.copyOf(rejected);
        requireDistinct(gateways);
        requireDistinct(workloads);
        requireDistinct(policies);
    }

    private static void requireDistinct(List<? extends HasMetadata> objects) {
        Set<ResourceName> seen = new HashSet<>();
        for (HasMetadata object : objects) {
            ResourceName name = Names.of(object);
            if (!seen.add(name)) {
                throw new IllegalArgumentException(object.getKind() + " " + name + " is there twice");
            }
        }
    }
}
