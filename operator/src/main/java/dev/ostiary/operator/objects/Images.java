package dev.ostiary.operator.objects;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the operator's own images are pulled.
 *
 * @param gateway reference of the gateway's image
 * @param bridge reference of the image with the bridge; null: not known, and stdio workloads cannot be run
 * @param pullPolicy {@code Always}, {@code IfNotPresent} or {@code Never}; null: as Kubernetes decides by the tag
 * @param pullSecrets names of Secrets in each gateway's namespace, and in that of each stdio workload
 */
public record Images(
        String gateway, @Nullable String bridge, @Nullable String pullPolicy, List<String> pullSecrets) {

    public Images {
        pullSecrets = pullSecrets.stream().distinct().sorted().toList();
    }

    /** @throws NoBridgeImageException when it is not known */
    String requiredBridge() {
        if (bridge == null) {
            throw new NoBridgeImageException();
        }
        return bridge;
    }
}
