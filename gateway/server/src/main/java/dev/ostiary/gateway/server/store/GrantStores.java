package dev.ostiary.gateway.server.store;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.StoreSettings;
import java.nio.file.Path;
import java.time.InstantSource;

/** The store that a gateway's settings ask for. */
public final class GrantStores {

    private GrantStores() {}

    /**
     * Opens it. Blocks for a few seconds at most. A Redis that cannot be reached is no reason to fail: its store says
     * {@link StoreUnavailableException} until it can be.
     *
     * @param host what runs the gateway
     * @param gateway namespace and name, {@code namespace/name}; gateways that share a Redis see only their own grants
     * @param egress for its CA bundle; stores are not reached through proxies
     * @param clock decides what has expired; Redis has its own
     * @throws IllegalArgumentException when the settings cannot be used: no state directory, no URL or a wrong one, a store
     *     that this gateway does not have; quotes no credential
     * @throws StoreUnavailableException when the state file is in use by another process or damaged
     */
    public static GrantStore open(
            StoreSettings settings,
            Credentials credentials,
            StoreHost host,
            String gateway,
            EgressSettings egress,
            InstantSource clock)
            throws StoreUnavailableException {
        return switch (settings) {
            case StoreSettings.Memory _ -> new MemoryGrantStore(clock);
            case StoreSettings.File() -> {
                Path stateDirectory = host.stateDirectory();
                if (stateDirectory == null) {
                    throw new IllegalArgumentException("the store File needs a state directory");
                }
                yield new FileGrantStore(stateDirectory, clock);
            }
            case StoreSettings.Redis redis -> {
                String url = credentials.get(redis.url());
                if (url == null) {
                    throw new IllegalArgumentException("the URL of the Redis store is missing: " + redis.url());
                }
                yield new RedisGrantStore(gateway, url, egress.caBundle());
            }
            case StoreSettings.Kubernetes() -> {
                StoreHost.Cluster cluster = host.cluster();
                if (cluster == null) {
                    throw new IllegalArgumentException(
                            "the store Kubernetes needs a cluster; use File, Redis or Memory");
                }
                yield cluster.open(clock);
            }
        };
    }
}
