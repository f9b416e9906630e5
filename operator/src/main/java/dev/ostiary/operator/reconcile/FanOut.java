package dev.ostiary.operator.reconcile;

import dev.ostiary.crds.McpGatewayReplicaSpec.SeenRoute;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.status.Enforcement;
import dev.ostiary.operator.status.ObservedReplica;
import dev.ostiary.operator.status.Published;
import dev.ostiary.operator.world.World;
import dev.ostiary.operator.world.WorldKeeper;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds, when something happened to a gateway, the workloads and policies about which something else is to be said now, so
 * that one edit among a thousand resources does not have a thousand reconciled.
 */
final class FanOut {

    private final WorldKeeper world;
    private final Map<String, Seen> before = new ConcurrentHashMap<>();

    /**
     * What statuses of attached resources depend on.
     *
     * @param common what concerns all of them
     * @param published generations that were published
     * @param confirmed generations that all counted replicas have last confirmed together
     * @param routes workload UID → what was seen of it
     */
    private record Seen(
            Common common,
            Map<ResourceRef, Long> published,
            Map<ResourceRef, Long> confirmed,
            Map<String, Set<SeenRoute>> routes) {}

    private record Common(
            boolean anyCounted,
            boolean stuck,
            @Nullable String refusal,
            @Nullable String jwks) {}

    FanOut(WorldKeeper world) {
        this.world = world;
    }

    /** Has those reconciled that are concerned. */
    void tell(
            String gatewayUid,
            Map<ResourceRef, Long> attached,
            GatewayStates.State state,
            List<ObservedReplica> replicas,
            RuntimePublisher.Publication publication) {
        Published published = publication.published();
        Map<ResourceRef, Long> generations = published == null ? Map.of() : published.generations();
        Seen old = before.get(gatewayUid);
        Enforcement enforcement = state.enforcement();
        boolean counted = replicas.stream().anyMatch(ObservedReplica::counted);
        Seen now = new Seen(
                new Common(
                        counted,
                        counted && !enforcement.confirmed() && enforcement.recheckAfter() == null,
                        publication.refusal() == null
                                ? null
                                : publication.refusal().reason(),
                        state.assertionJwks()),
                generations,
                enforcement.confirmed() ? generations : old == null ? Map.of() : old.confirmed(),
                routes(replicas));
        before.put(gatewayUid, now);
        Set<ResourceRef> concerned = new HashSet<>();
        if (old == null || !old.common().equals(now.common())) {
            concerned.addAll(attached.keySet());
        } else {
            different(old.published(), now.published(), concerned);
            different(old.confirmed(), now.confirmed(), concerned);
            Set<String> uids = new HashSet<>();
            different(old.routes(), now.routes(), uids);
            if (!uids.isEmpty()) {
                attached.keySet().stream()
                        .filter(ref -> ref.kind().equals(ResourceRef.WORKLOAD))
                        .filter(ref -> uids.contains(uid(ref.name())))
                        .forEach(concerned::add);
            }
        }
        concerned.forEach(this::trigger);
    }

    /** Forgets gateways that are gone. */
    void retain(Set<String> gatewayUids) {
        before.keySet().retainAll(gatewayUids);
    }

    private void trigger(ResourceRef ref) {
        switch (ref.kind()) {
            case ResourceRef.WORKLOAD -> world.workloads().trigger(ref.name());
            case ResourceRef.POLICY -> world.policies().trigger(ref.name());
            default -> {
                // The gateway itself is being reconciled.
            }
        }
    }

    private @Nullable String uid(ResourceName workload) {
        World current = world.current();
        World.WorkloadView view = current == null ? null : current.workloads().get(workload);
        return view == null ? null : view.resource().getMetadata().getUid();
    }

    private static Map<String, Set<SeenRoute>> routes(List<ObservedReplica> replicas) {
        Map<String, Set<SeenRoute>> routes = new HashMap<>();
        for (ObservedReplica replica : replicas) {
            if (replica.counted() && replica.report() != null) {
                for (SeenRoute route : replica.report().routes()) {
                    routes.computeIfAbsent(route.workloadUid(), uid -> new HashSet<>())
                            .add(route);
                }
            }
        }
        return routes;
    }

    private static <K, V> void different(Map<K, V> one, Map<K, V> other, Set<K> into) {
        one.forEach((key, value) -> {
            if (!Objects.equals(value, other.get(key))) {
                into.add(key);
            }
        });
        other.forEach((key, value) -> {
            if (!one.containsKey(key)) {
                into.add(key);
            }
        });
    }
}
