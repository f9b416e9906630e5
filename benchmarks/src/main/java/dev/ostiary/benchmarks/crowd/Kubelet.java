package dev.ostiary.benchmarks.crowd;

import dev.ostiary.gateway.kubernetes.Replica;
import dev.ostiary.gateway.kubernetes.ReplicaIdentity;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What a bare API server lacks, in one namespace: for the Deployment of a gateway it makes the pods and runs in each of them
 * the gateway's own replica, with the rights that the operator gave it; a pod is ready when the replica is. Sets of workloads
 * are said to be ready, and nothing runs in them.
 */
final class Kubelet implements AutoCloseable {

    private static final long PROBE_MILLIS = 50;

    private final KubernetesClient client;
    private final Config api;
    private final String namespace;
    private final Map<String, Replica> replicas = new ConcurrentHashMap<>();
    private final ExecutorService work = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("kubelet").factory());
    private final List<SharedIndexInformer<?>> watches = new CopyOnWriteArrayList<>();

    Kubelet(KubernetesClient client, Config api, String namespace) {
        this.client = client;
        this.api = api;
        this.namespace = namespace;
    }

    void start() {
        watches.add(client.apps().deployments().inNamespace(namespace).inform(new Each<>() {
            @Override
            void seen(Deployment deployment) {
                submit(() -> run(deployment));
            }
        }));
        watches.add(client.apps().statefulSets().inNamespace(namespace).inform(new Each<>() {
            @Override
            void seen(StatefulSet set) {
                submit(() -> ready(set));
            }
        }));
    }

    /** The replicas that run. */
    List<Replica> replicas() {
        return List.copyOf(replicas.values());
    }

    @Override
    public void close() {
        watches.forEach(SharedIndexInformer::stop);
        work.shutdownNow();
        replicas.values().forEach(Replica::close);
    }

    private abstract static class Each<T> implements ResourceEventHandler<T> {

        abstract void seen(T object);

        @Override
        public void onAdd(T object) {
            seen(object);
        }

        @Override
        public void onUpdate(T before, T object) {
            seen(object);
        }

        @Override
        public void onDelete(T object, boolean finalStateUnknown) {
            // Nothing is deleted in a run.
        }
    }

    private void submit(Runnable task) {
        work.execute(() -> {
            try {
                task.run();
            } catch (KubernetesClientException e) {
                // Somebody wrote meanwhile: the watch brings the newer object.
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    System.err.println("kubelet: " + e.getMessage());
                }
            }
        });
    }

    private void run(Deployment deployment) {
        int desired = deployment.getSpec().getReplicas();
        String gateway = Objects.requireNonNull(
                deployment.getSpec().getTemplate().getMetadata().getLabels().get("app.kubernetes.io/instance"));
        for (int number = 0; number < desired; number++) {
            String name = deployment.getMetadata().getName() + "-" + number;
            replicas.computeIfAbsent(name, pod -> start(gateway, create(pod, deployment)));
        }
        Long generation = deployment.getMetadata().getGeneration();
        if (deployment.getStatus() == null
                || !Objects.equals(generation, deployment.getStatus().getObservedGeneration())) {
            deployment.setStatus(new DeploymentStatusBuilder()
                    .withObservedGeneration(generation)
                    .withReplicas(desired)
                    .withUpdatedReplicas(desired)
                    .withReadyReplicas(desired)
                    .withAvailableReplicas(desired)
                    .build());
            client.resource(deployment).updateStatus();
        }
    }

    private void ready(StatefulSet set) {
        Long generation = set.getMetadata().getGeneration();
        if (set.getStatus() == null
                || !Objects.equals(generation, set.getStatus().getObservedGeneration())) {
            int desired = set.getSpec().getReplicas();
            set.setStatus(new StatefulSetStatusBuilder()
                    .withObservedGeneration(generation)
                    .withReplicas(desired)
                    .withReadyReplicas(desired)
                    .withUpdatedReplicas(desired)
                    .withCurrentReplicas(desired)
                    .withAvailableReplicas(desired)
                    .withCurrentRevision("1")
                    .withUpdateRevision("1")
                    .build());
            client.resource(set).updateStatus();
        }
    }

    private Pod create(String name, Deployment deployment) {
        return client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .withLabels(
                                deployment.getSpec().getTemplate().getMetadata().getLabels())
                        .endMetadata()
                        .withSpec(deployment.getSpec().getTemplate().getSpec())
                        .build())
                .create();
    }

    private Replica start(String gateway, Pod pod) {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Config asTheGateway = new ConfigBuilder(api)
                .withImpersonateUsername(user(namespace, gateway))
                .withImpersonateGroups("system:authenticated")
                .build();
        try {
            Replica replica = Replica.start(new Replica.Settings(
                    new ReplicaIdentity(
                            namespace,
                            gateway,
                            pod.getMetadata().getName(),
                            pod.getMetadata().getUid()),
                    anyPort,
                    anyPort,
                    asTheGateway,
                    OutputStream.nullOutputStream()));
            Thread.ofVirtual().name("probe").start(() -> probe(pod, replica));
            return replica;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whom the API server takes the pods of a gateway for. */
    static String user(String namespace, String gateway) {
        return "system:serviceaccount:" + namespace + ":" + gateway + "-gateway";
    }

    private void probe(Pod pod, Replica replica) {
        try {
            while (replica.notReadyReason() != null) {
                Thread.sleep(PROBE_MILLIS);
            }
            client.resource(pod.edit()
                            .withNewStatus()
                            .withPhase("Running")
                            .addNewCondition()
                            .withType("Ready")
                            .withStatus("True")
                            .withLastTransitionTime(Instant.now()
                                    .truncatedTo(ChronoUnit.SECONDS)
                                    .toString())
                            .endCondition()
                            .endStatus()
                            .build())
                    .updateStatus();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
