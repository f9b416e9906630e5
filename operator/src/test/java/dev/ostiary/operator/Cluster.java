package dev.ostiary.operator;

import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraCheck;
import dev.ostiary.crds.McpGatewayReplicaSpec.Outcome;
import dev.ostiary.crds.McpGatewayReplicaSpec.SeenRoute;
import dev.ostiary.crds.McpWorkloadStatus;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.config.SnapshotCodec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a bare API server lacks for the operator's tests, in one namespace: it makes pods for gateway Deployments, marks them
 * ready, counts them in the Deployment's status, and lets each of them read the runtime Secret and report, as a replica does.
 *
 * <p>It looks around some times a second, as a kubelet does; tests wait for what the operator says.
 */
final class Cluster implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final KubernetesClient client;
    private final String namespace;
    private final Thread loop = Thread.ofPlatform().name("cluster").daemon().unstarted(this::rounds);
    private final Map<String, McpGatewayReplicaSpec> reported = new ConcurrentHashMap<>();
    private final Map<String, Function<String, Sight>> seen = new ConcurrentHashMap<>();
    private final Set<String> unready = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile boolean reporting = true;
    private volatile List<Integer> formats = SnapshotCodec.READABLE;

    private volatile Function<String, @Nullable EntraCheck> knows = pod -> null;

    Cluster(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        loop.start();
    }

    /** From now on replicas keep what they have, and say nothing. */
    void silence() {
        reporting = false;
    }

    /** Replicas work again. */
    void speak() {
        reporting = true;
    }

    /** What replicas have seen of a route's server from now on. */
    void sees(String route, Outcome outcome, @Nullable String error, McpWorkloadStatus.@Nullable Server server) {
        sees(route, pod -> new Sight(outcome, error, server));
    }

    /** Likewise, by replica. */
    void sees(String route, Function<String, Sight> byPod) {
        seen.put(route, byPod);
    }

    /** What replicas know of the app registration from now on, by replica; null: nothing. */
    void knows(Function<String, @Nullable EntraCheck> byPod) {
        knows = byPod;
    }

    /** What one replica has seen of one server. */
    record Sight(Outcome outcome, @Nullable String error, McpWorkloadStatus.@Nullable Server server) {}

    /** None of the pods of this Deployment is ready from now on. */
    void unready(String deployment) {
        unready.add(deployment);
    }

    /** They are ready again. */
    void ready(String deployment) {
        unready.remove(deployment);
    }

    /** What replicas read. */
    void reads(List<Integer> readable) {
        formats = readable;
    }

    private void rounds() {
        try {
            while (!closed) {
                round();
                Thread.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() {
        try {
            client.apps().deployments().inNamespace(namespace).list().getItems().forEach(this::deployment);
        } catch (RuntimeException e) {
            // The API server is away, or somebody else wrote at the same time: the next round does it.
            LOG.atInfo().addKeyValue("problem", e.getMessage()).log("a round failed");
        }
    }

    private void deployment(Deployment deployment) {
        Map<String, String> labels =
                deployment.getSpec().getTemplate().getMetadata().getLabels();
        int desired = deployment.getSpec().getReplicas() == null
                ? 1
                : deployment.getSpec().getReplicas();
        boolean gateway = "ostiary-gateway".equals(labels.get("app.kubernetes.io/name"));
        if (gateway) {
            Map<String, Pod> pods = new HashMap<>();
            client.pods()
                    .inNamespace(namespace)
                    .withLabels(deployment.getSpec().getSelector().getMatchLabels())
                    .list()
                    .getItems()
                    .forEach(pod -> pods.put(pod.getMetadata().getName(), pod));
            for (int i = 0; i < desired; i++) {
                String name = deployment.getMetadata().getName() + "-" + i;
                Pod pod = pods.remove(name);
                replica(labels.get("app.kubernetes.io/instance"), pod != null ? pod : create(name, deployment, labels));
            }
            for (Pod surplus : pods.values()) {
                client.resource(surplus).withGracePeriod(0).delete();
                client.resources(McpGatewayReplica.class)
                        .inNamespace(namespace)
                        .withName(surplus.getMetadata().getName())
                        .delete();
                reported.remove(surplus.getMetadata().getUid());
            }
        }
        int now = unready.contains(deployment.getMetadata().getName()) ? 0 : desired;
        Long seen =
                deployment.getStatus() == null ? null : deployment.getStatus().getObservedGeneration();
        Integer ready =
                deployment.getStatus() == null ? null : deployment.getStatus().getReadyReplicas();
        if (!deployment.getMetadata().getGeneration().equals(seen) || ready == null || ready != now) {
            deployment.setStatus(new DeploymentStatusBuilder()
                    .withObservedGeneration(deployment.getMetadata().getGeneration())
                    .withReplicas(desired)
                    .withUpdatedReplicas(desired)
                    .withReadyReplicas(now)
                    .withAvailableReplicas(now)
                    .build());
            client.resource(deployment).updateStatus();
        }
    }

    private Pod create(String name, Deployment deployment, Map<String, String> labels) {
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .withSpec(deployment.getSpec().getTemplate().getSpec())
                        .build())
                .create();
        return client.resource(pod.edit()
                        .withNewStatus()
                        .withPhase("Running")
                        .withConditions(new PodConditionBuilder()
                                .withType("Ready")
                                .withStatus("True")
                                .withLastTransitionTime(Instant.now()
                                        .truncatedTo(ChronoUnit.SECONDS)
                                        .toString())
                                .build())
                        .endStatus()
                        .build())
                .updateStatus();
    }

    /** What a replica does: reads the Secret with the gateway's own reader, enforces it, and says so when it changes. */
    private void replica(String gateway, Pod pod) {
        if (!reporting) {
            return;
        }
        Secret secret = client.secrets()
                .inNamespace(namespace)
                .withName(gateway + "-runtime")
                .get();
        String revision = null;
        String hash = null;
        Long ring = null;
        String problem = null;
        List<SeenRoute> routes = List.of();
        if (secret != null) {
            Map<String, byte[]> data = new HashMap<>();
            secret.getData()
                    .forEach((key, value) -> data.put(key, Base64.getDecoder().decode(value)));
            try {
                RuntimeSecret.Content content = RuntimeSecret.read(data);
                revision = content.config().revision();
                hash = content.hash();
                ring = content.config().keys().version();
                routes = content.config().snapshot().routes().stream()
                        .filter(route -> seen.containsKey(route.name()))
                        .map(route -> sight(route, pod))
                        .toList();
            } catch (IOException e) {
                problem = e.getMessage();
            }
        }
        McpGatewayReplicaSpec report = new McpGatewayReplicaSpec(
                gateway,
                pod.getMetadata().getUid(),
                "test",
                formats,
                revision,
                hash,
                ring,
                problem,
                routes,
                null,
                knows.apply(pod.getMetadata().getName()));
        if (report.equals(reported.get(pod.getMetadata().getUid()))) {
            return;
        }
        McpGatewayReplica object = new McpGatewayReplica();
        object.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withName(pod.getMetadata().getName())
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName(pod.getMetadata().getName())
                        .withUid(pod.getMetadata().getUid())
                        .build())
                .build());
        object.setSpec(report);
        client.resource(object)
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                .withFieldManager("ostiary-gateway")
                                .withForce(true)
                                .build(),
                        object);
        reported.put(pod.getMetadata().getUid(), report);
    }

    private SeenRoute sight(Route route, Pod pod) {
        Sight sight = seen.get(route.name()).apply(pod.getMetadata().getName());
        return new SeenRoute(route.name(), route.workloadUid(), sight.outcome(), sight.error(), sight.server());
    }

    @Override
    public void close() {
        closed = true;
        loop.interrupt();
    }
}
