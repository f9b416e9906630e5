package dev.ostiary.operator.world;

import dev.ostiary.crds.GatewayEgress;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewaySpec;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec;
import dev.ostiary.crds.ObjectRef;
import dev.ostiary.crds.SecretKeyRef;
import dev.ostiary.gateway.config.ResourceName;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The Secrets and ConfigMaps that resources name. References are always to the resource's own namespace.
 *
 * @param secrets sorted
 * @param configMaps sorted
 */
record ReferencedNames(Set<ResourceName> secrets, Set<ResourceName> configMaps) {

    static ReferencedNames of(Collection<McpGateway> gateways, Collection<McpWorkload> workloads) {
        ReferencedNames names = new ReferencedNames(new TreeSet<>(), new TreeSet<>());
        gateways.forEach(gateway -> names.add(gateway.getMetadata().getNamespace(), gateway.getSpec()));
        workloads.forEach(workload -> names.add(workload.getMetadata().getNamespace(), workload.getSpec()));
        return names;
    }

    /** What the pods of one workload refer to by {@code spec.env}. */
    static ReferencedNames ofPods(McpWorkload workload) {
        ReferencedNames names = new ReferencedNames(new TreeSet<>(), new TreeSet<>());
        names.addEnv(workload.getMetadata().getNamespace(), workload.getSpec());
        return names;
    }

    private void add(String namespace, @Nullable McpGatewaySpec spec) {
        if (spec == null) {
            return;
        }
        if (spec.entra() != null) {
            addSecret(namespace, spec.entra().credential().secretRef());
        }
        if (spec.tls() != null) {
            addSecret(namespace, spec.tls().secretRef());
        }
        addSecret(namespace, spec.store().secretRef());
        spec.authorization().clients().statics().forEach(client -> addSecret(namespace, client.secretRef()));
        GatewayEgress egress = spec.egress();
        if (egress != null && egress.caBundleRef() != null) {
            configMaps.add(new ResourceName(namespace, egress.caBundleRef().name()));
        }
    }

    private void add(String namespace, @Nullable McpWorkloadSpec spec) {
        if (spec == null) {
            return;
        }
        addSecret(namespace, spec.upstreamAuth().secretRef());
        addEnv(namespace, spec);
    }

    private void addEnv(String namespace, McpWorkloadSpec spec) {
        for (McpWorkloadSpec.Env env : spec.env()) {
            McpWorkloadSpec.Env.Source source = env.valueFrom();
            if (source == null) {
                continue;
            }
            if (source.secretKeyRef() != null) {
                secrets.add(new ResourceName(namespace, source.secretKeyRef().name()));
            }
            if (source.configMapKeyRef() != null) {
                configMaps.add(
                        new ResourceName(namespace, source.configMapKeyRef().name()));
            }
        }
    }

    private void addSecret(String namespace, @Nullable SecretKeyRef ref) {
        if (ref != null && ref.name() != null) {
            secrets.add(new ResourceName(namespace, ref.name()));
        }
    }

    private void addSecret(String namespace, @Nullable ObjectRef ref) {
        if (ref != null && ref.name() != null) {
            secrets.add(new ResourceName(namespace, ref.name()));
        }
    }
}
