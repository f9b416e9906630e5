package dev.ostiary.operator.world;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpPolicySpec;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.compiler.Compilation;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.KnownPolicies;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.compiler.SecretKey;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.operator.objects.ImageEntry;
import dev.ostiary.operator.status.Situation;
import dev.ostiary.operator.world.World.GatewayView;
import dev.ostiary.operator.world.World.PolicyView;
import dev.ostiary.operator.world.World.WorkloadView;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes a {@link World} of resources. A function of its arguments. */
final class WorldCompiler {

    /** What digests are made of. */
    interface Contents {
        /** A Secret's value; null when there is none. */
        @Nullable
        String secret(SecretKey key);

        /** The data of a Secret; null when there is none. */
        @Nullable
        Map<String, String> secret(ResourceName name);

        /** The data of a ConfigMap; null when there is none. */
        @Nullable
        Map<String, String> configMap(ResourceName name);
    }

    /** A workload's place. */
    private record Place(ResourceName gateway, String route) {}

    private final Resources resources;
    private final Contents contents;
    private final Map<ResourceName, ImageEntry> entries;
    private final Compilation compilation;
    private final Map<ResourceRef, List<Finding>> findings = new HashMap<>();
    private final Map<ResourceName, Place> places = new HashMap<>();
    private final Map<ResourceName, Map<ResourceRef, Long>> generations = new HashMap<>();

    private WorldCompiler(
            Resources resources,
            List<Finding> more,
            Map<ResourceName, ImageEntry> entries,
            Contents contents,
            KnownPolicies known) {
        this.resources = resources;
        this.contents = contents;
        this.entries = entries;
        Compilation compiled = Compiler.compile(resources, Host.cluster(), known);
        List<Finding> all = new ArrayList<>(compiled.findings());
        all.addAll(more);
        this.compilation = more.isEmpty() ? compiled : new Compilation(compiled.gateways(), all);
        compilation
                .findings()
                .forEach(finding -> findings.computeIfAbsent(finding.resource(), ref -> new ArrayList<>())
                        .add(finding));
        for (CompiledGateway gateway : compilation.gateways()) {
            generations.put(gateway.name(), new HashMap<>());
            for (Route route : gateway.snapshot().routes()) {
                places.put(route.workload(), new Place(gateway.name(), route.name()));
            }
        }
    }

    /**
     * @param more what is to be said besides what the compiler finds
     * @param entries what images begin with, by workload, where that must be known and is
     * @param known what earlier compilations have read; makes no difference but in time
     */
    static World compile(
            Resources resources,
            List<Finding> more,
            Map<ResourceName, ImageEntry> entries,
            Contents contents,
            KnownPolicies known) {
        return new WorldCompiler(resources, more, entries, contents, known).world();
    }

    private World world() {
        Map<ResourceName, PolicyView> policies = byName(resources.policies(), this::policy);
        Map<ResourceName, WorkloadView> workloads = byName(resources.workloads(), this::workload);
        Map<ResourceName, GatewayView> gateways = byName(resources.gateways(), this::gateway);
        return new World(gateways, workloads, policies, Situation.of(compilation, Map.of()));
    }

    private PolicyView policy(McpPolicy policy) {
        String namespace = policy.getMetadata().getNamespace();
        ResourceRef ref = new ResourceRef(ResourceRef.POLICY, name(policy));
        Set<ResourceName> gateways = new HashSet<>();
        for (McpPolicySpec.TargetRef target : policy.getSpec().targetRefs()) {
            ResourceName name = new ResourceName(namespace, target.name());
            if (target.kind() == McpPolicySpec.TargetRef.Kind.MCP_GATEWAY) {
                gateways.add(name);
            } else {
                Place place = places.get(name);
                if (place != null) {
                    gateways.add(place.gateway());
                }
            }
        }
        gateways.retainAll(generations.keySet());
        gateways.forEach(gateway -> record(gateway, ref, policy));
        return new PolicyView(policy, gateways, found(ref));
    }

    private WorkloadView workload(McpWorkload workload) {
        ResourceRef ref = new ResourceRef(ResourceRef.WORKLOAD, name(workload));
        Place place = places.get(ref.name());
        if (place != null) {
            record(place.gateway(), ref, workload);
        }
        List<Finding> found = found(ref);
        return new WorkloadView(
                workload,
                place == null ? null : place.gateway(),
                place == null ? null : place.route(),
                found,
                found.stream().anyMatch(finding -> finding.severity() == Finding.Severity.ERROR),
                content(workload),
                entries.get(ref.name()));
    }

    private GatewayView gateway(McpGateway gateway) {
        ResourceRef ref = new ResourceRef(ResourceRef.GATEWAY, name(gateway));
        record(ref.name(), ref, gateway);
        CompiledGateway compiled = compilation.gateway(ref.name());
        if (compiled == null) {
            throw new IllegalStateException("every gateway is compiled");
        }
        ContentDigest credentials = new ContentDigest();
        for (SecretKey key : compiled.credentials()) {
            credentials.add(key.credential()).add(contents.secret(key));
        }
        return new GatewayView(
                gateway, compiled, found(ref), credentials.hex(), generations.getOrDefault(ref.name(), Map.of()));
    }

    private String content(McpWorkload workload) {
        ReferencedNames names = ReferencedNames.ofPods(workload);
        ContentDigest digest = new ContentDigest();
        names.secrets().forEach(name -> add(digest, name, contents.secret(name)));
        names.configMaps().forEach(name -> add(digest, name, contents.configMap(name)));
        return digest.hex();
    }

    private static void add(ContentDigest digest, ResourceName name, @Nullable Map<String, String> data) {
        digest.add(name.name());
        if (data == null) {
            digest.add(null);
            return;
        }
        digest.add(Integer.toString(data.size()));
        data.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> digest.add(entry.getKey()).add(entry.getValue()));
    }

    private void record(ResourceName gateway, ResourceRef ref, HasMetadata resource) {
        generations
                .computeIfAbsent(gateway, name -> new HashMap<>())
                .put(ref, resource.getMetadata().getGeneration());
    }

    private List<Finding> found(ResourceRef ref) {
        return List.copyOf(findings.getOrDefault(ref, List.of()));
    }

    private static <R extends HasMetadata, V> Map<ResourceName, V> byName(List<R> resources, Function<R, V> view) {
        Map<ResourceName, V> views = new HashMap<>();
        resources.forEach(resource -> views.put(name(resource), view.apply(resource)));
        return views;
    }

    private static ResourceName name(HasMetadata resource) {
        return new ResourceName(
                resource.getMetadata().getNamespace(), resource.getMetadata().getName());
    }
}
