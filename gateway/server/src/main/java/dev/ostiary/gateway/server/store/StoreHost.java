package dev.ostiary.gateway.server.store;

import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What the machine or cluster that runs a gateway offers stores.
 *
 * @param stateDirectory for the store {@code File}, the owner's alone; null: there is none
 * @param cluster makes the store {@code Kubernetes}; null: this is no cluster
 */
public record StoreHost(
        @Nullable Path stateDirectory, @Nullable Cluster cluster) {

    /** Nothing that outlives the process. */
    public static final StoreHost NONE = new StoreHost(null, null);

    /** A cluster that keeps grants as objects. */
    @FunctionalInterface
    public interface Cluster {

        /**
         * Opens the store of this replica's gateway. An API server that is away is no reason to fail.
         *
         * @param clock decides what has expired
         */
        GrantStore open(InstantSource clock);
    }
}
