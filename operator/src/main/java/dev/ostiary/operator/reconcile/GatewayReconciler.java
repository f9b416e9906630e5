package dev.ostiary.operator.reconcile;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewayStatus;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRotation.Reported;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.apply.Applier;
import dev.ostiary.operator.apply.NameTakenException;
import dev.ostiary.operator.apply.OwnedObjects;
import dev.ostiary.operator.keys.AssertionJwks;
import dev.ostiary.operator.keys.KeyAges;
import dev.ostiary.operator.keys.KeyRingSecrets;
import dev.ostiary.operator.keys.ReportedRings;
import dev.ostiary.operator.keys.RingResult;
import dev.ostiary.operator.objects.GatewayObjects;
import dev.ostiary.operator.objects.GatewayPlan;
import dev.ostiary.operator.objects.Images;
import dev.ostiary.operator.objects.Metadata;
import dev.ostiary.operator.objects.ObjectKinds;
import dev.ostiary.operator.reconcile.RuntimePublisher.Publication;
import dev.ostiary.operator.status.Enforcement;
import dev.ostiary.operator.status.GatewayFacts;
import dev.ostiary.operator.status.GatewayStatuses;
import dev.ostiary.operator.status.ObservedReplica;
import dev.ostiary.operator.status.Refusal;
import dev.ostiary.operator.world.GatewayPods;
import dev.ostiary.operator.world.World;
import dev.ostiary.operator.world.World.GatewayView;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keeps a gateway running: its keys, what its replicas read, its objects; and says what they enforce. */
final class GatewayReconciler extends WorldReconciler<McpGateway, McpGatewayStatus, GatewayView> {

    /** Between two looks at the keys while one waits for its time; otherwise they change by the day. */
    private static final Duration KEYS_SOON = Duration.ofSeconds(30);

    private static final Duration KEYS_LATER = Duration.ofMinutes(15);
    private static final Duration REFUSED_AGAIN = Duration.ofMinutes(1);

    private final GatewayStates states;
    private final KeyRingSecrets rings;
    private final ReportedRings reported;
    private final RuntimePublisher publisher;
    private final Applier applier;
    private final ObjectWriter objects;
    private final OwnedObjects owned;
    private final GatewayPods pods;
    private final KeyAges keyAges;
    private final Images images;
    private final SortedSet<String> metricsFrom;
    private final FanOut fanOut;

    GatewayReconciler(
            Shared shared,
            KeyRingSecrets rings,
            RuntimePublisher publisher,
            Applier applier,
            ObjectWriter objects,
            OwnedObjects owned,
            GatewayPods pods,
            KeyAges keyAges,
            Images images,
            SortedSet<String> metricsFrom) {
        super(shared.world().gateways(), McpGateway::new, shared);
        this.states = shared.states();
        this.rings = rings;
        this.reported = new ReportedRings();
        this.publisher = publisher;
        this.applier = applier;
        this.objects = objects;
        this.owned = owned;
        this.pods = pods;
        this.keyAges = keyAges;
        this.images = images;
        this.metricsFrom = metricsFrom;
        this.fanOut = new FanOut(shared.world());
    }

    @Override
    @Nullable
    GatewayView view(World world, ResourceName name) {
        return world.gateways().get(name);
    }

    @Override
    McpGateway resource(GatewayView view) {
        return view.resource();
    }

    @Override
    Result<McpGatewayStatus> reconcile(McpGateway gateway, GatewayView view, World current, Instant now) {
        forgetOthers(current);
        ResourceName name = view.compiled().name();
        String uid = gateway.getMetadata().getUid();
        List<Pod> podsNow = pods.pods(name);
        List<ObservedReplica> replicas = Replicas.of(podsNow, pods.reports(name));
        Reported have = reported.seen(uid, replicas, now);
        // With the status as it is now: whether there were keys before is read from it.
        RingResult ring = ring(gateway, view, have, now);
        Publication publication = publish(view, ring, replicas, now);
        List<Refusal> refused = write(view);
        Enforcement enforcement = Enforcement.of(publication.published(), publication.refusal(), replicas, now);
        GatewayStates.State state = new GatewayStates.State(
                enforcement, ring instanceof RingResult.Usable usable ? AssertionJwks.of(usable.ring()) : null);
        states.put(name, state);
        fanOut.tell(uid, view.generations(), state, replicas, publication);
        McpGatewayStatus status = GatewayStatuses.of(new GatewayFacts(
                gateway,
                current.situation().with(Map.of(name, enforcement)),
                PodCounts.of(deployment(name), podsNow, now),
                refused,
                listeners(name),
                selector(name),
                now));
        return new Result<>(status, again(ring, refused, publication, enforcement));
    }

    @Override
    List<Condition> conditions(@Nullable McpGatewayStatus status) {
        return status == null ? List.of() : status.conditions();
    }

    private RingResult ring(McpGateway gateway, GatewayView view, Reported have, Instant now) {
        try {
            return rings.current(gateway, view.compiled().keys(), have, now);
        } catch (KubernetesClientException e) {
            if (ObjectWriter.isFinal(e)) {
                return new RingResult.Refused(new Refusal(
                        Refusal.PUBLISHING_FAILED,
                        "The API server does not take Secret " + name(view, "-keys") + ": " + ObjectWriter.message(e)));
            }
            throw e;
        }
    }

    private Publication publish(GatewayView view, RingResult ring, List<ObservedReplica> replicas, Instant now) {
        try {
            return switch (ring) {
                case RingResult.Usable usable -> publisher.publish(view, usable.ring(), replicas, now);
                case RingResult.Refused refused -> new Publication(publisher.published(view), refused.refusal());
            };
        } catch (KubernetesClientException e) {
            if (ObjectWriter.isFinal(e)) {
                return new Publication(
                        publisher.published(view),
                        new Refusal(
                                Refusal.PUBLISHING_FAILED,
                                "The API server does not take Secret " + name(view, "-runtime") + ": "
                                        + ObjectWriter.message(e)));
            }
            throw e;
        } catch (NameTakenException e) {
            return new Publication(
                    publisher.published(view), new Refusal(Refusal.NAME_TAKEN, String.valueOf(e.getMessage())));
        }
    }

    private List<Refusal> write(GatewayView view) {
        GatewayPlan plan = new GatewayPlan(
                view.resource(),
                view.compiled(),
                images,
                dev.ostiary.operator.objects.Replicas.of(
                        view.resource(), deployment(view.compiled().name())),
                metricsFrom);
        Deployment handOver = GatewayObjects.handOver(plan);
        if (handOver != null) {
            applier.handOver(handOver, GatewayObjects.HAND_OVER_MANAGER);
        }
        return objects.write(view.resource(), ObjectKinds.OF_GATEWAY, () -> GatewayObjects.of(plan));
    }

    private @Nullable Deployment deployment(ResourceName gateway) {
        return owned.get(Deployment.class, gateway.namespace(), Metadata.ofGateway(gateway.name()));
    }

    private List<McpGatewayStatus.Listener> listeners(ResourceName gateway) {
        Service service = owned.get(Service.class, gateway.namespace(), Metadata.ofGateway(gateway.name()));
        if (service == null || service.getSpec() == null) {
            return List.of();
        }
        return service.getSpec().getPorts().stream()
                .filter(port -> "http".equals(port.getName()) || "https".equals(port.getName()))
                .map(port -> new McpGatewayStatus.Listener(
                        port.getName(),
                        port.getName().equals("https")
                                ? McpGatewayStatus.Listener.Protocol.HTTPS
                                : McpGatewayStatus.Listener.Protocol.HTTP,
                        port.getPort(),
                        Metadata.ofGateway(gateway.name()) + "." + gateway.namespace() + ".svc:" + port.getPort()))
                .toList();
    }

    private static String selector(ResourceName gateway) {
        return Metadata.gatewaySelector(gateway.name()).entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .sorted()
                .collect(Collectors.joining(","));
    }

    private static String name(GatewayView view, String suffix) {
        return view.compiled().name() + suffix;
    }

    private static Duration again(
            RingResult ring, List<Refusal> refused, Publication publication, Enforcement enforcement) {
        List<Duration> times = new ArrayList<>();
        times.add(ring instanceof RingResult.Usable usable && isOnItsWay(usable.ring()) ? KEYS_SOON : KEYS_LATER);
        if (!refused.isEmpty() || publication.refusal() != null) {
            times.add(REFUSED_AGAIN);
        }
        Duration recheck = enforcement.recheckAfter();
        if (recheck != null) {
            times.add(recheck);
        }
        return times.stream().min(Duration::compareTo).orElse(KEYS_LATER);
    }

    private static boolean isOnItsWay(KeyRing ring) {
        return ring.keys().stream()
                .anyMatch(key -> key.state() == KeyRing.State.PUBLISHED
                        || (key.state() == KeyRing.State.RETIRING && key.until() == null));
    }

    private void forgetOthers(World current) {
        states.retain(current.gateways().keySet());
        Set<String> uids = current.gateways().values().stream()
                .map(view -> view.resource().getMetadata().getUid())
                .collect(Collectors.toSet());
        reported.retain(uids);
        keyAges.retain(uids);
        publisher.retain(uids);
        fanOut.retain(uids);
    }
}
