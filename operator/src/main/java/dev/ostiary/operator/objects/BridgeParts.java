package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec;
import dev.ostiary.gateway.compiler.Durations;
import dev.ostiary.gateway.config.SessionSettings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What puts the bridge in front of a stdio server, in the server's own container: an init container copies it from its image
 * to a volume, and the container begins with it. It runs as whichever user the server's image says, needs no file of that
 * image, and writes none, so a read-only root file system stays possible.
 */
final class BridgeParts {

    /** Where the bridge lies, in its own image and in the server's container; its programs are linked to this path. */
    static final String FOLDER = "/ostiary/bridge";

    /** How long sessions may end after SIGTERM. */
    static final Duration DRAIN = Duration.ofSeconds(20);

    /** From the end of the drain until the kernel ends everything: children are killed within it. */
    static final Duration EXIT = Duration.ofSeconds(20);

    private static final String VOLUME = "ostiary-bridge";
    private static final String ENTRY = FOLDER + "/bin/bridge";
    private static final String SIZE = "256Mi";
    private static final Map<String, Quantities.Needs> COPYING =
            Map.of("cpu", new Quantities.Needs("10m", null), "memory", new Quantities.Needs("64Mi", "128Mi"));

    private BridgeParts() {}

    /** The server's container begins with these, which end with the server's own program; its arguments follow. */
    static List<String> command(McpWorkload workload, String keysFile, @Nullable ImageEntry entry) {
        McpWorkloadSpec spec = workload.getSpec();
        List<String> command = new ArrayList<>(List.of(
                ENTRY,
                "serve",
                "--listen",
                "0.0.0.0:" + spec.http().port(),
                "--keys",
                keysFile,
                "--audience",
                "urn:ostiary:workload:" + workload.getMetadata().getNamespace() + "/"
                        + workload.getMetadata().getName(),
                "--max-sessions",
                Integer.toString(spec.sessions().maxPerPod()),
                "--idle-timeout",
                idleTimeout(spec).toString(),
                "--drain",
                DRAIN.toSeconds() + "s"));
        if (spec.sessions().reinitialize() == McpWorkloadSpec.Sessions.Reinitialize.GATEWAY) {
            // Stated only of servers that keep nothing in a session.
            command.add("--stateless");
        }
        command.add("--");
        command.addAll(entry == null ? spec.command() : entry.command());
        return command;
    }

    /** What cannot be read is said by the compiler. */
    private static Duration idleTimeout(McpWorkloadSpec spec) {
        Duration stated = Durations.parse(spec.sessions().idleTimeout());
        return stated == null ? SessionSettings.DEFAULT.idleTimeout() : stated;
    }

    /** Copies the bridge. */
    static Container copy(Images images) {
        return new ContainerBuilder()
                .withName(VOLUME)
                .withImage(images.requiredBridge())
                .withImagePullPolicy(images.pullPolicy())
                .withCommand(ENTRY, "copy", "/target")
                .withResources(Quantities.of(null, COPYING))
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withRunAsNonRoot(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .withVolumeMounts(new VolumeMountBuilder()
                        .withName(VOLUME)
                        .withMountPath("/target")
                        .build())
                .build();
    }

    static Volume volume() {
        return new VolumeBuilder()
                .withName(VOLUME)
                .withNewEmptyDir()
                .withSizeLimit(new Quantity(SIZE))
                .endEmptyDir()
                .build();
    }

    static VolumeMount mount() {
        return new VolumeMountBuilder()
                .withName(VOLUME)
                .withMountPath(FOLDER)
                .withReadOnly(true)
                .build();
    }

    /** Asks the bridge itself, which answers this without an assertion. */
    static Probe probe(String path, int period, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withPort(new IntOrString(WorkloadPods.PORT))
                .withScheme("HTTP")
                .endHttpGet()
                .withPeriodSeconds(period)
                .withTimeoutSeconds(2)
                .withFailureThreshold(failures)
                .build();
    }
}
