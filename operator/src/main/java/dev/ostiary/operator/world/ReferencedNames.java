package dev.ostiary.operator.world;

import dev.ostiary.crds.GatewayEgress;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewaySpec;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec;
import dev.ostiary.crds.ObjectRef;
import dev.ostiary.crds.SecretKeyRef;
import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.objects.ImageEntry;
import dev.ostiary.operator.status.Refusal;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** Of both kinds together: each is a watch of its own at the API server. */
    static final int MAX_PER_NAMESPACE = 1_000;

    static final int MAX = 5_000;

    static ReferencedNames of(Collection<McpGateway> gateways, Collection<McpWorkload> workloads) {
        ReferencedNames names = new ReferencedNames(new TreeSet<>(), new TreeSet<>());
        gateways.forEach(gateway -> names.add(gateway.getMetadata().getNamespace(), gateway.getSpec()));
        workloads.forEach(workload -> {
            names.add(workload.getMetadata().getNamespace(), workload.getSpec());
            names.addPullSecrets(workload);
        });
        return names;
    }

    /** What the pods of one workload refer to by {@code spec.env}. */
    static ReferencedNames ofPods(McpWorkload workload) {
        ReferencedNames names = new ReferencedNames(new TreeSet<>(), new TreeSet<>());
        names.addEnv(workload.getMetadata().getNamespace(), workload.getSpec());
        return names;
    }

    /**
     * As many of these as are watched: of every namespace the first thousand by name, Secrets before ConfigMaps, and no more
     * than five thousand in all, so that no namespace takes what others need until all together are too many.
     */
    ReferencedNames bounded() {
        Map<String, Integer> counts = new HashMap<>();
        ReferencedNames kept = new ReferencedNames(new TreeSet<>(), new TreeSet<>());
        take(secrets, kept.secrets, counts);
        take(configMaps, kept.configMaps, counts);
        return kept;
    }

    private static void take(Set<ResourceName> from, Set<ResourceName> into, Map<String, Integer> counts) {
        for (ResourceName name : from) {
            int all = counts.getOrDefault("", 0);
            int here = counts.getOrDefault(name.namespace(), 0);
            if (all < MAX && here < MAX_PER_NAMESPACE) {
                into.add(name);
                counts.put("", all + 1);
                counts.put(name.namespace(), here + 1);
            }
        }
    }

    /** What is to be said to resources of which something is named that is not among {@code watched}. */
    static List<Finding> tooMany(
            ReferencedNames watched, Collection<McpGateway> gateways, Collection<McpWorkload> workloads) {
        List<Finding> findings = new ArrayList<>();
        for (McpGateway gateway : gateways) {
            say(ResourceRef.GATEWAY, gateway, of(List.of(gateway), List.of()), watched, findings);
        }
        for (McpWorkload workload : workloads) {
            say(ResourceRef.WORKLOAD, workload, of(List.of(), List.of(workload)), watched, findings);
        }
        return findings;
    }

    private static void say(
            String kind, HasMetadata resource, ReferencedNames names, ReferencedNames watched, List<Finding> findings) {
        List<String> left = new ArrayList<>();
        names.secrets.stream()
                .filter(name -> !watched.secrets.contains(name))
                .forEach(name -> left.add("Secret " + name));
        names.configMaps.stream()
                .filter(name -> !watched.configMaps.contains(name))
                .forEach(name -> left.add("ConfigMap " + name));
        if (!left.isEmpty()) {
            findings.add(new Finding(
                    new ResourceRef(
                            kind,
                            new ResourceName(
                                    resource.getMetadata().getNamespace(),
                                    resource.getMetadata().getName())),
                    "",
                    Refusal.TOO_MANY_REFERENCES,
                    Finding.Severity.ERROR,
                    left.getFirst() + (left.size() > 1 ? " and " + (left.size() - 1) + " more are" : " is")
                            + " not looked at: the operator watches at most " + MAX_PER_NAMESPACE
                            + " Secrets and ConfigMaps that the resources of one namespace name, and " + MAX
                            + " in all. Put several keys into one Secret, or use another namespace.",
                    null,
                    List.of()));
        }
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

    /** Pulling is the kubelet's; who reads them here asks the registry what an image begins with. */
    private void addPullSecrets(McpWorkload workload) {
        if (workload.getSpec() != null && ImageEntry.isNeeded(workload)) {
            workload.getSpec()
                    .imagePullSecrets()
                    .forEach(ref -> addSecret(workload.getMetadata().getNamespace(), ref));
        }
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
