package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.PodTemplate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names what a gateway's pod template says without effect: the operator keeps what separates the gateway's container from
 * others. Nothing is closed for it, since the pods are as safe as without the template.
 */
final class PodTemplateReader {

    private static final String FIELD = "spec.podTemplate.spec";

    /** The name of the container that the operator makes. */
    private static final String CONTAINER = "gateway";

    private static final List<String> OF_THE_POD = List.of(
            "hostNetwork",
            "hostPID",
            "hostIPC",
            "shareProcessNamespace",
            "serviceAccountName",
            "serviceAccount",
            "automountServiceAccountToken");
    private static final List<String> OF_THE_CONTAINER =
            List.of("image", "imagePullPolicy", "securityContext", "command", "args");

    private PodTemplateReader() {}

    static void read(Diagnosis diagnosis, @Nullable PodTemplate template) {
        if (template == null) {
            return;
        }
        name(diagnosis, FIELD, template.spec(), OF_THE_POD);
        if (template.spec().get("containers") instanceof List<?> containers) {
            for (int i = 0; i < containers.size(); i++) {
                if (containers.get(i) instanceof Map<?, ?> container && CONTAINER.equals(container.get("name"))) {
                    name(diagnosis, FIELD + ".containers[" + i + "]", container, OF_THE_CONTAINER);
                }
            }
        }
    }

    private static void name(Diagnosis diagnosis, String path, Map<?, ?> stated, List<String> fields) {
        for (String field : fields) {
            if (stated.get(field) != null) {
                diagnosis.warning(
                        path + "." + field,
                        Reasons.IGNORED,
                        "has no effect: the operator sets it for the gateway's safety; remove it.");
            }
        }
    }
}
