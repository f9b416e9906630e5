package dev.ostiary.operator.status;

import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import org.jspecify.annotations.Nullable;

/** Which generation of which resource is judged. */
final class Generations {

    private Generations() {}

    /** {@code metadata.generation}; 0 where no API server has given one. */
    static long of(HasMetadata resource) {
        Long generation = resource.getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    static ResourceName name(HasMetadata resource) {
        return new ResourceName(
                resource.getMetadata().getNamespace(), resource.getMetadata().getName());
    }

    /** Whether somebody has judged a newer generation, so that what is seen here is out of date. */
    static boolean isNewer(@Nullable Long observed, long generation) {
        return observed != null && observed > generation;
    }
}
