package dev.ostiary.operator.registry;

import org.jspecify.annotations.Nullable;

/** Tells what images begin with. Safe for any thread. */
@FunctionalInterface
public interface Registry {

    /**
     * Looks an image up; blocks for half a minute at most.
     *
     * @param credential null: as nobody in particular
     * @throws RegistryException when it cannot be known
     */
    ImageConfig look(ImageName image, @Nullable PullCredential credential)
            throws RegistryException, InterruptedException;
}
