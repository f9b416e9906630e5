package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec;
import dev.ostiary.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The pods of a workload. The image is somebody else's, so the defaults are the strictest under which usual MCP images run: no
 * capabilities but binding a low port, no privilege escalation, the runtime's seccomp profile, no token of the API server; as
 * whichever user the image says and with a writable file system. The pod template may tighten or relax them.
 */
final class WorkloadPods {

    static final String CONTAINER = "server";
    static final String PORT = "mcp";

    /** StatefulSets label their pods with it. */
    private static final String STATEFUL_REVISION = "controller-revision-hash";

    private static final int KEPT_REVISIONS = 3;
    private static final String CONTENT_HASH = "ostiary.dev/content-hash";
    private static final String ASSERTION_KEYS = "ostiary-assertion-keys";
    private static final String ASSERTION_KEYS_FOLDER = "/var/run/ostiary/assertion-keys";
    private static final Map<String, Quantities.Needs> USUAL_NEEDS =
            Map.of("cpu", new Quantities.Needs("50m", null), "memory", new Quantities.Needs("128Mi", "512Mi"));

    /** The bridge, and a process for each of a few sessions. */
    private static final Map<String, Quantities.Needs> BRIDGED_NEEDS =
            Map.of("cpu", new Quantities.Needs("100m", null), "memory", new Quantities.Needs("256Mi", "1Gi"));

    private final WorkloadPlan plan;
    private final McpWorkload workload;
    private final McpWorkloadSpec spec;
    private final String name;
    private final Map<String, String> selector;
    private final ServerShape shape;

    WorkloadPods(WorkloadPlan plan) {
        this.plan = plan;
        this.workload = plan.workload();
        this.spec = workload.getSpec();
        this.shape = ServerShape.of(spec);
        this.name = Metadata.ofWorkload(workload.getMetadata().getName());
        this.selector = Metadata.workloadSelector(workload.getMetadata().getName());
    }

    /** A StatefulSet where a session must find its pod again, else a Deployment. */
    HasMetadata controller() {
        PodTemplateSpec template = PodTemplates.merge(template(), spec.podTemplate(), (merged, ours) -> merged);
        ObjectMeta metadata = Metadata.owned(workload, name, Metadata.labels(selector, "workload"));
        if (plan.entry() != null) {
            metadata.setAnnotations(plan.entry().annotation());
        }
        if (shape.stateful()) {
            return new StatefulSetBuilder()
                    .withMetadata(metadata)
                    .withNewSpec()
                    .withReplicas(spec.replicas())
                    .withRevisionHistoryLimit(KEPT_REVISIONS)
                    .withServiceName(WorkloadNetwork.podsServiceName(workload))
                    .withPodManagementPolicy("Parallel")
                    .withNewUpdateStrategy()
                    .withType("RollingUpdate")
                    .endUpdateStrategy()
                    .withNewSelector()
                    .withMatchLabels(selector)
                    .endSelector()
                    .withTemplate(template)
                    .endSpec()
                    .build();
        }
        return new DeploymentBuilder()
                .withMetadata(metadata)
                .withNewSpec()
                .withReplicas(spec.replicas())
                .withRevisionHistoryLimit(KEPT_REVISIONS)
                .withNewSelector()
                .withMatchLabels(selector)
                .endSelector()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(new IntOrString(1))
                .withMaxUnavailable(new IntOrString(0))
                .endRollingUpdate()
                .endStrategy()
                .withTemplate(template)
                .endSpec()
                .build();
    }

    private PodTemplateSpec template() {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(Metadata.labels(selector, "workload"))
                .withAnnotations(spec.rollOnContentChange() ? Map.of(CONTENT_HASH, plan.contentHash()) : Map.of())
                .endMetadata()
                .withSpec(pod())
                .build();
    }

    private PodSpec pod() {
        return new PodSpecBuilder()
                .withServiceAccountName(name)
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withNewSecurityContext()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withTerminationGracePeriodSeconds(
                        shape.bridged()
                                ? BridgeParts.DRAIN.plus(BridgeParts.EXIT).toSeconds()
                                : null)
                .withImagePullSecrets(pullSecrets()
                        .sorted()
                        .distinct()
                        .map(LocalObjectReference::new)
                        .toList())
                .withTopologySpreadConstraints(GatewayPods.spread(
                        "kubernetes.io/hostname",
                        selector,
                        shape.stateful() ? STATEFUL_REVISION : GatewayPods.REVISION))
                .withInitContainers(shape.bridged() ? List.of(BridgeParts.copy(plan.images())) : List.of())
                .withContainers(container())
                .withVolumes(volumes())
                .build();
    }

    private Stream<String> pullSecrets() {
        Stream<String> ofServer = spec.imagePullSecrets().stream().map(ObjectRef::name);
        return shape.bridged() ? Stream.concat(ofServer, plan.images().pullSecrets().stream()) : ofServer;
    }

    private Container container() {
        return new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(spec.image())
                .withCommand(
                        shape.bridged()
                                ? BridgeParts.command(
                                        workload, ASSERTION_KEYS_FOLDER + "/" + WorkloadObjects.JWKS, plan.entry())
                                : spec.command())
                .withArgs(plan.entry() == null ? spec.args() : plan.entry().arguments(spec.args()))
                // In the order of the resource: $(NAME) refers to a variable before it.
                .withEnv(spec.env().stream().map(WorkloadPods::variable).toList())
                .addNewPort()
                .withName(PORT)
                .withContainerPort(spec.http().port())
                .withProtocol("TCP")
                .endPort()
                .withStartupProbe(shape.bridged() ? BridgeParts.probe("/livez", 2, 60) : probe(2, 150))
                .withLivenessProbe(shape.bridged() ? BridgeParts.probe("/livez", 20, 3) : probe(20, 3))
                .withReadinessProbe(shape.bridged() ? BridgeParts.probe("/readyz", 5, 2) : probe(5, 2))
                .withResources(Quantities.of(spec.resources(), shape.bridged() ? BRIDGED_NEEDS : USUAL_NEEDS))
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .withAdd("NET_BIND_SERVICE")
                .endCapabilities()
                .endSecurityContext()
                .withTerminationMessagePolicy(GatewayPods.LAST_WORDS)
                .withVolumeMounts(mounts())
                .build();
    }

    /** Whether it accepts connections: MCP knows no health request, and any other request would open a session or be refused. */
    private static Probe probe(int period, int failures) {
        return new ProbeBuilder()
                .withNewTcpSocket()
                .withPort(new IntOrString(PORT))
                .endTcpSocket()
                .withPeriodSeconds(period)
                .withTimeoutSeconds(2)
                .withFailureThreshold(failures)
                .build();
    }

    private static EnvVar variable(McpWorkloadSpec.Env stated) {
        EnvVarBuilder variable = new EnvVarBuilder().withName(stated.name());
        McpWorkloadSpec.Env.Source source = stated.valueFrom();
        if (source == null) {
            // An empty value is stored as none.
            return variable.withValue("".equals(stated.value()) ? null : stated.value())
                    .build();
        }
        McpWorkloadSpec.Env.KeyRef secret = source.secretKeyRef();
        if (secret != null) {
            return variable.withNewValueFrom()
                    .withNewSecretKeyRef(secret.key(), secret.name(), secret.optional())
                    .endValueFrom()
                    .build();
        }
        McpWorkloadSpec.Env.KeyRef configMap = source.configMapKeyRef();
        return configMap == null
                ? variable.build()
                : variable.withNewValueFrom()
                        .withNewConfigMapKeyRef(configMap.key(), configMap.name(), configMap.optional())
                        .endValueFrom()
                        .build();
    }

    private List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>();
        if (ServerShape.showsAssertions(spec)) {
            volumes.add(new VolumeBuilder()
                    .withName(ASSERTION_KEYS)
                    .withNewConfigMap()
                    .withName(WorkloadObjects.assertionKeysName(workload))
                    .endConfigMap()
                    .build());
        }
        if (shape.bridged()) {
            volumes.add(BridgeParts.volume());
        }
        return volumes;
    }

    private List<VolumeMount> mounts() {
        List<VolumeMount> mounts = new ArrayList<>();
        if (ServerShape.showsAssertions(spec)) {
            mounts.add(new VolumeMountBuilder()
                    .withName(ASSERTION_KEYS)
                    .withMountPath(ASSERTION_KEYS_FOLDER)
                    .withReadOnly(true)
                    .build());
        }
        if (shape.bridged()) {
            mounts.add(BridgeParts.mount());
        }
        return mounts;
    }
}
