package dev.ostiary.operator.status;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraCheck;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraOutcome;
import dev.ostiary.crds.McpGatewayReplicaSpec.GrantFeed;
import dev.ostiary.crds.McpGatewayReplicaSpec.Outcome;
import dev.ostiary.crds.McpGatewayReplicaSpec.SeenRoute;
import dev.ostiary.crds.McpGatewayStatus;
import dev.ostiary.crds.McpGatewayStatus.Listener;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpPolicyStatus;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadStatus;
import dev.ostiary.gateway.compiler.Compilation;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.compiler.SecretFacts;
import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A small cluster as the operator sees it: resources that the real compiler compiles, and pods that say what we want. */
final class World {

    static final ResourceName GATEWAY = new ResourceName("mcp", "engineering");

    private static final Host HOST = new Host.Cluster(Set.of(Host.Ability.values()));

    final Map<ResourceName, McpGateway> gateways = new TreeMap<>();
    final Map<ResourceName, McpWorkload> workloads = new TreeMap<>();
    final Map<ResourceName, McpPolicy> policies = new TreeMap<>();
    final Map<ResourceName, SecretFacts> secrets = new TreeMap<>();
    final Map<ResourceName, Map<String, Replica>> replicas = new TreeMap<>();
    final Map<ResourceName, Published> published = new HashMap<>();
    final Map<ResourceName, Refusal> refusals = new HashMap<>();
    final Map<ResourceName, List<Refusal>> refusedObjects = new HashMap<>();
    final Map<ResourceName, Pods> pods = new HashMap<>();
    final List<String> revisions = new ArrayList<>();
    int secretVersion;
    Instant now = Instant.parse("2026-11-21T12:00:00Z");

    /** A pod and what it says. */
    static final class Replica {
        boolean ready = true;
        boolean terminating;

        @Nullable
        Instant readySince = Instant.parse("2026-11-21T11:00:00Z");

        @Nullable
        String revision;

        @Nullable
        String hash;

        @Nullable
        String problem;

        @Nullable
        GrantFeed feed = GrantFeed.FRESH;

        @Nullable
        EntraCheck entra = new EntraCheck(EntraOutcome.READY, List.of(), null);

        boolean silent;
        String reportedUid = "";
        final Map<String, SeenRoute> routes = new LinkedHashMap<>();
    }

    /** Creates or edits; an edit of the spec makes the next generation, as at the API server. */
    World apply(String yaml) {
        for (String document : yaml.split("(?m)^---$")) {
            HasMetadata resource = Serialization.unmarshal(document, kind(document));
            ResourceName name = Generations.name(resource);
            switch (resource) {
                case McpGateway gateway -> {
                    McpGateway old = gateways.put(name, gateway);
                    meta(gateway, old, old != null && !old.getSpec().equals(gateway.getSpec()));
                    gateway.setStatus(old == null ? null : old.getStatus());
                }
                case McpWorkload workload -> {
                    McpWorkload old = workloads.put(name, workload);
                    meta(workload, old, old != null && !old.getSpec().equals(workload.getSpec()));
                    workload.setStatus(old == null ? null : old.getStatus());
                }
                case McpPolicy policy -> {
                    McpPolicy old = policies.put(name, policy);
                    meta(policy, old, old != null && !old.getSpec().equals(policy.getSpec()));
                    policy.setStatus(old == null ? null : old.getStatus());
                }
                default -> throw new IllegalArgumentException(resource.getKind());
            }
        }
        return this;
    }

    private static Class<? extends HasMetadata> kind(String document) {
        return document.contains("kind: McpGateway\n")
                ? McpGateway.class
                : document.contains("kind: McpPolicy\n") ? McpPolicy.class : McpWorkload.class;
    }

    private void meta(HasMetadata resource, @Nullable HasMetadata old, boolean edited) {
        resource.getMetadata()
                .setGeneration(
                        old == null
                                ? Long.valueOf(1)
                                : Long.valueOf(old.getMetadata().getGeneration() + (edited ? 1 : 0)));
        resource.getMetadata()
                .setUid(old == null ? uid(resource) : old.getMetadata().getUid());
        resource.getMetadata()
                .setCreationTimestamp(
                        old == null ? now.toString() : old.getMetadata().getCreationTimestamp());
    }

    private static String uid(HasMetadata resource) {
        return UUID.nameUUIDFromBytes((resource.getKind() + Generations.name(resource))
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toString();
    }

    World secret(String namespace, String name, Map<String, String> data) {
        secrets.put(new ResourceName(namespace, name), SecretFacts.of(data));
        return this;
    }

    World later(Duration by) {
        now = now.plus(by);
        return this;
    }

    Compilation compile() {
        return Compiler.compile(
                new Resources(
                        new ArrayList<>(gateways.values()),
                        new ArrayList<>(workloads.values()),
                        new ArrayList<>(policies.values()),
                        secrets,
                        Map.of(),
                        Map.of()),
                HOST);
    }

    /** What the operator does after a compilation: writes every gateway's runtime Secret that is another. */
    World publish() {
        for (CompiledGateway gateway : compile().gateways()) {
            if (refusals.containsKey(gateway.name())) {
                continue;
            }
            Published last = published.get(gateway.name());
            Published next =
                    new Published(revision(gateway), gateway.revision(), hash(gateway), 1, now, generations(gateway));
            boolean same = last != null
                    && last.runtimeHash().equals(next.runtimeHash())
                    && last.compiledRevision().equals(next.compiledRevision());
            published.put(
                    gateway.name(),
                    same
                            ? new Published(
                                    next.revision(),
                                    next.compiledRevision(),
                                    next.runtimeHash(),
                                    1,
                                    last.since(),
                                    next.generations())
                            : next);
        }
        return this;
    }

    /** By number, so that recorded statuses do not change with the layout of snapshots. */
    private String revision(CompiledGateway gateway) {
        if (!revisions.contains(gateway.revision())) {
            revisions.add(gateway.revision());
        }
        return String.format("%02x", revisions.indexOf(gateway.revision()) + 1).repeat(32);
    }

    private String hash(CompiledGateway gateway) {
        return String.format("%04x", secretVersion).repeat(8)
                + revision(gateway).substring(32);
    }

    private Map<ResourceRef, Long> generations(CompiledGateway gateway) {
        Map<ResourceRef, Long> generations = new HashMap<>();
        McpGateway resource = gateways.get(gateway.name());
        if (resource != null) {
            generations.put(new ResourceRef(ResourceRef.GATEWAY, gateway.name()), Generations.of(resource));
        }
        workloads.forEach((name, workload) ->
                generations.put(new ResourceRef(ResourceRef.WORKLOAD, name), Generations.of(workload)));
        policies.forEach(
                (name, policy) -> generations.put(new ResourceRef(ResourceRef.POLICY, name), Generations.of(policy)));
        return generations;
    }

    Replica replica(String pod) {
        return replica(GATEWAY, pod);
    }

    Replica replica(ResourceName gateway, String pod) {
        return replicas.computeIfAbsent(gateway, name -> new TreeMap<>()).computeIfAbsent(pod, name -> new Replica());
    }

    /** These replicas of the gateway come to what was published. */
    World enforce(String... names) {
        for (String pod : names) {
            Published newest = published.get(GATEWAY);
            replica(pod).revision = newest.revision();
            replica(pod).hash = newest.runtimeHash();
        }
        return this;
    }

    /** A replica looked at a workload's server. */
    World see(
            String pod,
            String workload,
            Outcome outcome,
            @Nullable String error,
            McpWorkloadStatus.@Nullable Server server) {
        McpWorkload resource = workloads.get(new ResourceName("mcp", workload));
        replica(pod)
                .routes
                .put(workload, new SeenRoute(workload, resource.getMetadata().getUid(), outcome, error, server));
        return this;
    }

    World answered(String pod, String workload) {
        return see(
                pod,
                workload,
                Outcome.ANSWERED,
                null,
                new McpWorkloadStatus.Server(workload, "1.2.0", List.of("2025-11-25"), 5));
    }

    List<ObservedReplica> observed(ResourceName gateway) {
        List<ObservedReplica> observed = new ArrayList<>();
        replicas.getOrDefault(gateway, Map.of())
                .forEach((pod, replica) -> observed.add(new ObservedReplica(
                        pod,
                        "uid-" + pod,
                        replica.ready,
                        replica.readySince,
                        replica.terminating,
                        replica.silent
                                ? null
                                : new McpGatewayReplicaSpec(
                                        gateway.name(),
                                        replica.reportedUid.isEmpty() ? "uid-" + pod : replica.reportedUid,
                                        "0.1.0",
                                        List.of(1),
                                        replica.revision,
                                        replica.hash,
                                        1L,
                                        replica.problem,
                                        List.copyOf(replica.routes.values()),
                                        replica.feed,
                                        replica.entra))));
        return observed;
    }

    Enforcement enforcement(ResourceName gateway) {
        return Enforcement.of(published.get(gateway), refusals.get(gateway), observed(gateway), now);
    }

    Situation situation() {
        Map<ResourceName, Enforcement> enforcements = new HashMap<>();
        gateways.keySet().forEach(name -> enforcements.put(name, enforcement(name)));
        return Situation.of(compile(), enforcements);
    }

    /** What the operator does then: makes every status, and writes those that changed. Returns how many it wrote. */
    int report() {
        int written = 0;
        Situation situation = situation();
        for (McpGateway gateway : gateways.values()) {
            McpGatewayStatus after = gateway(gateway, situation);
            written += after == gateway.getStatus() ? 0 : 1;
            gateway.setStatus(after);
        }
        for (McpWorkload workload : workloads.values()) {
            McpWorkloadStatus after = workload(workload, situation);
            written += after == workload.getStatus() ? 0 : 1;
            workload.setStatus(after);
        }
        for (McpPolicy policy : policies.values()) {
            McpPolicyStatus after = PolicyStatuses.of(new PolicyFacts(policy, situation, now));
            written += after == policy.getStatus() ? 0 : 1;
            policy.setStatus(after);
        }
        return written;
    }

    McpGatewayStatus gateway(McpGateway gateway, Situation situation) {
        ResourceName name = Generations.name(gateway);
        int ready = enforcement(name).counted().size();
        return GatewayStatuses.of(new GatewayFacts(
                gateway,
                situation,
                pods.getOrDefault(name, new Pods(Math.max(ready, 1), ready, true, List.of())),
                refusedObjects.getOrDefault(name, List.of()),
                List.of(new Listener(
                        "http", Listener.Protocol.HTTP, 80, name.name() + "-gateway." + name.namespace() + ".svc:80")),
                "app.kubernetes.io/instance=" + name.name() + ",app.kubernetes.io/name=ostiary-gateway",
                now));
    }

    McpWorkloadStatus workload(McpWorkload workload, Situation situation) {
        ResourceName name = Generations.name(workload);
        return WorkloadStatuses.of(new WorkloadFacts(
                workload,
                situation,
                workload.getSpec().image() == null ? null : pods.getOrDefault(name, new Pods(1, 1, true, List.of())),
                refusedObjects.getOrDefault(name, List.of()),
                now));
    }
}
