package dev.ostiary.operator.reconcile;

import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Objects;

/** Identity of objects. */
final class Names {

    private Names() {}

    static ResourceName of(HasMetadata object) {
        return new ResourceName(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    /** Whether both are the same object with the same spec. */
    static boolean sameGeneration(HasMetadata one, HasMetadata other) {
        return Objects.equals(one.getMetadata().getUid(), other.getMetadata().getUid())
                && Objects.equals(
                        one.getMetadata().getGeneration(), other.getMetadata().getGeneration());
    }
}
