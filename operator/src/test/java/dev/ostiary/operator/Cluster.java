package dev.ostiary.operator;

import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.gateway.config.RuntimeSecret;
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
import java.util.concurrent.ConcurrentHashMap;
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
    private volatile boolean closed;
    private volatile boolean reporting = true;
    private volatile List<Integer> formats = List.of(1, 0);

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
        Long seen =
                deployment.getStatus() == null ? null : deployment.getStatus().getObservedGeneration();
        Integer ready =
                deployment.getStatus() == null ? null : deployment.getStatus().getReadyReplicas();
        if (!deployment.getMetadata().getGeneration().equals(seen) || ready == null || ready != desired) {
            deployment.setStatus(new DeploymentStatusBuilder()
                    .withObservedGeneration(deployment.getMetadata().getGeneration())
                    .withReplicas(desired)
                    .withUpdatedReplicas(desired)
                    .withReadyReplicas(desired)
                    .withAvailableReplicas(desired)
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
        if (secret != null) {
            Map<String, byte[]> data = new HashMap<>();
            secret.getData()
                    .forEach((key, value) -> data.put(key, Base64.getDecoder().decode(value)));
            try {
                RuntimeSecret.Content content = RuntimeSecret.read(data);
                revision = content.config().revision();
                hash = content.hash();
                ring = content.config().keys().version();
            } catch (IOException e) {
                problem = e.getMessage();
            }
        }
        McpGatewayReplicaSpec report = new McpGatewayReplicaSpec(
                gateway, pod.getMetadata().getUid(), "test", formats, revision, hash, ring, problem, List.of(), null);
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

    @Override
    public void close() {
        closed = true;
        loop.interrupt();
    }
}
