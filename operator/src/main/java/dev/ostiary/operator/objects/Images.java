package dev.ostiary.operator.objects;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the operator's own images are pulled.
 *
 * @param gateway reference of the gateway's image
 * @param pullPolicy {@code Always}, {@code IfNotPresent} or {@code Never}; null: as Kubernetes decides by the tag
 * @param pullSecrets names of Secrets in each gateway's namespace
 */
public record Images(String gateway, @Nullable String pullPolicy, List<String> pullSecrets) {

    public Images {
        pullSecrets = pullSecrets.stream().distinct().sorted().toList();
    }
}
