package dev.ostiary.operator.objects;

import dev.ostiary.crds.Entra;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewaySpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pods of a gateway, under Kubernetes' Pod Security Standard {@code restricted}. A new one serves before an old one goes,
 * and an old one gets the time to hand over what it serves.
 */
final class GatewayPods {

    static final String CONTAINER = "gateway";

    /** How a container ended stands in its pod's status, so that nobody needs the right to read logs to say why. */
    static final String LAST_WORDS = "FallbackToLogsOnError";

    /** Deployments label their pods with it. */
    static final String REVISION = "pod-template-hash";

    static final int HTTP_PORT = 8080;
    static final int HTTPS_PORT = 8443;
    static final int ADMIN_PORT = 9090;

    private static final long USER = 65532;
    private static final Duration PROPAGATION = Duration.ofSeconds(10);
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Duration EXIT = Duration.ofSeconds(15);
    private static final int READY_BEFORE_COUNTED_SECONDS = 5;
    private static final int ROLL_OUT_DEADLINE_SECONDS = 600;
    private static final int KEPT_REVISIONS = 3;
    private static final int STARTUP_PROBES = 60;
    private static final int FAILED_PROBES = 6;
    private static final String TMP = "tmp";
    private static final String ENTRA_TOKEN = "entra-token";
    private static final String ENTRA_TOKEN_FOLDER = "/var/run/secrets/ostiary/entra";
    private static final String ENTRA_TOKEN_AUDIENCE = "api://AzureADTokenExchange";
    private static final long ENTRA_TOKEN_SECONDS = 3600;

    /** The JVM takes its share of the memory limit; without one it would take that of the node. */
    private static final Map<String, Quantities.Needs> USUAL_NEEDS =
            Map.of("cpu", new Quantities.Needs("250m", null), "memory", new Quantities.Needs("512Mi", "1Gi"));

    private final GatewayPlan plan;
    private final McpGateway gateway;
    private final McpGatewaySpec spec;
    private final String name;
    private final Map<String, String> selector;

    GatewayPods(GatewayPlan plan) {
        this.plan = plan;
        this.gateway = plan.gateway();
        this.spec = gateway.getSpec();
        this.name = Metadata.ofGateway(gateway.getMetadata().getName());
        this.selector = Metadata.gatewaySelector(gateway.getMetadata().getName());
    }

    static int publicPort(McpGatewaySpec spec) {
        return spec.tls() == null ? HTTP_PORT : HTTPS_PORT;
    }

    static String publicPortName(McpGatewaySpec spec) {
        return spec.tls() == null ? "http" : "https";
    }

    /** Whether the pods prove themselves to Entra with a token of their own ServiceAccount. */
    static boolean federated(McpGatewaySpec spec) {
        return credential(spec) == Entra.Credential.Type.WORKLOAD_IDENTITY;
    }

    static Entra.Credential.@Nullable Type credential(McpGatewaySpec spec) {
        return spec.entra() == null || spec.entra().credential() == null
                ? null
                : spec.entra().credential().type();
    }

    Deployment deployment() {
        return new DeploymentBuilder()
                .withMetadata(Metadata.owned(gateway, name, Metadata.labels(selector, "gateway")))
                .withNewSpec()
                .withReplicas(plan.replicas() instanceof Replicas.Stated(int count) ? (Integer) count : null)
                .withRevisionHistoryLimit(KEPT_REVISIONS)
                .withMinReadySeconds(READY_BEFORE_COUNTED_SECONDS)
                .withProgressDeadlineSeconds(ROLL_OUT_DEADLINE_SECONDS)
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
                .withTemplate(PodTemplates.merge(template(), spec.podTemplate(), GatewayGuard::guard))
                .endSpec()
                .build();
    }

    private PodTemplateSpec template() {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(Metadata.labels(selector, "gateway"))
                .endMetadata()
                .withSpec(pod())
                .build();
    }

    private PodSpec pod() {
        return new PodSpecBuilder()
                .withServiceAccountName(name)
                .withAutomountServiceAccountToken(true)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(
                        PROPAGATION.plus(DEADLINE).plus(EXIT).toSeconds())
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withFsGroup(USER)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withImagePullSecrets(plan.images().pullSecrets().stream()
                        .map(LocalObjectReference::new)
                        .toList())
                .withTopologySpreadConstraints(
                        spread("kubernetes.io/hostname", selector, REVISION),
                        spread("topology.kubernetes.io/zone", selector, REVISION))
                .withContainers(container())
                .withVolumes(volumes())
                .build();
    }

    /**
     * Apart where that can be had; no reason to leave a pod unscheduled.
     *
     * @param revision the label that tells the pods of one revision from those of another: those on their way out do not count
     */
    static TopologySpreadConstraint spread(String topologyKey, Map<String, String> selector, String revision) {
        return new TopologySpreadConstraintBuilder()
                .withTopologyKey(topologyKey)
                .withMaxSkew(1)
                .withWhenUnsatisfiable("ScheduleAnyway")
                .withNewLabelSelector()
                .withMatchLabels(selector)
                .endLabelSelector()
                .withMatchLabelKeys(revision)
                .build();
    }

    private Container container() {
        return new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(plan.images().gateway())
                .withImagePullPolicy(plan.images().pullPolicy())
                .withEnv(environment())
                .addNewPort()
                .withName(publicPortName(spec))
                .withContainerPort(publicPort(spec))
                .withProtocol("TCP")
                .endPort()
                .addNewPort()
                .withName("admin")
                .withContainerPort(ADMIN_PORT)
                .withProtocol("TCP")
                .endPort()
                .withStartupProbe(probe("/livez", 1, 1, STARTUP_PROBES))
                .withLivenessProbe(probe("/livez", 10, 5, FAILED_PROBES))
                .withReadinessProbe(probe("/readyz", 2, 2, 2))
                .withResources(Quantities.of(spec.resources(), USUAL_NEEDS))
                .withSecurityContext(securityContext())
                .withTerminationMessagePolicy(LAST_WORDS)
                .withVolumeMounts(mounts())
                .build();
    }

    private static Probe probe(String path, int period, int timeout, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withPort(new IntOrString("admin"))
                .withScheme("HTTP")
                .endHttpGet()
                .withPeriodSeconds(period)
                .withTimeoutSeconds(timeout)
                .withFailureThreshold(failures)
                .build();
    }

    private static SecurityContext securityContext() {
        return new SecurityContextBuilder()
                .withAllowPrivilegeEscalation(false)
                .withPrivileged(false)
                .withReadOnlyRootFilesystem(true)
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .build();
    }

    private List<EnvVar> environment() {
        List<EnvVar> variables = new ArrayList<>();
        variables.add(variable("OSTIARY_GATEWAY", gateway.getMetadata().getName()));
        variables.add(field("OSTIARY_NAMESPACE", "metadata.namespace"));
        variables.add(field("OSTIARY_POD", "metadata.name"));
        variables.add(field("OSTIARY_POD_UID", "metadata.uid"));
        variables.add(variable("OSTIARY_LISTEN", "0.0.0.0:" + publicPort(spec)));
        variables.add(variable("OSTIARY_ADMIN", "0.0.0.0:" + ADMIN_PORT));
        variables.add(variable("OSTIARY_DRAIN_PROPAGATION", PROPAGATION.toSeconds() + "s"));
        variables.add(variable("OSTIARY_DRAIN_DEADLINE", DEADLINE.toSeconds() + "s"));
        if (federated(spec)) {
            variables.add(variable("AZURE_FEDERATED_TOKEN_FILE", ENTRA_TOKEN_FOLDER + "/token"));
        }
        return variables;
    }

    static EnvVar variable(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    private static EnvVar field(String name, String path) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewFieldRef()
                .withApiVersion("v1")
                .withFieldPath(path)
                .endFieldRef()
                .endValueFrom()
                .build();
    }

    private List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>();
        volumes.add(new VolumeBuilder()
                .withName(TMP)
                .withNewEmptyDir()
                .endEmptyDir()
                .build());
        if (federated(spec)) {
            volumes.add(new VolumeBuilder()
                    .withName(ENTRA_TOKEN)
                    .withNewProjected()
                    .addNewSource()
                    .withNewServiceAccountToken()
                    .withPath("token")
                    .withAudience(ENTRA_TOKEN_AUDIENCE)
                    .withExpirationSeconds(ENTRA_TOKEN_SECONDS)
                    .endServiceAccountToken()
                    .endSource()
                    .endProjected()
                    .build());
        }
        return volumes;
    }

    private List<VolumeMount> mounts() {
        List<VolumeMount> mounts = new ArrayList<>();
        mounts.add(new VolumeMountBuilder().withName(TMP).withMountPath("/tmp").build());
        if (federated(spec)) {
            mounts.add(new VolumeMountBuilder()
                    .withName(ENTRA_TOKEN)
                    .withMountPath(ENTRA_TOKEN_FOLDER)
                    .withReadOnly(true)
                    .build());
        }
        return mounts;
    }
}
