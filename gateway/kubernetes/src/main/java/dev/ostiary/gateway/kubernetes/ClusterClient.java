package dev.ostiary.gateway.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes clients of the API server whose every call ends in bounded time and is tried once: who waits, and for how long,
 * is decided by whoever calls.
 */
public final class ClusterClient {

    private static final Path TOKEN = Path.of(Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH);

    private ClusterClient() {}

    /** How a pod reaches its API server, with the pod's own token; elsewhere as KUBECONFIG says. */
    public static Config ofThisPod() {
        Config found = Config.autoConfigure(null);
        return Files.isReadable(TOKEN)
                ? new ConfigBuilder(found)
                        .withOauthTokenProvider(new BoundToken(TOKEN))
                        .build()
                : found;
    }

    /**
     * A client; to be closed.
     *
     * @param config where the API server is and who calls
     * @param callMillis longest time of one call, two thirds of it for a connection
     */
    public static KubernetesClient open(Config config, int callMillis) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(config)
                        .withConnectionTimeout(callMillis * 2 / 3)
                        .withRequestTimeout(callMillis)
                        .withRequestRetryBackoffLimit(0)
                        .withWatchReconnectLimit(0)
                        // A connection that swallows everything would take all later calls with it.
                        .withHttp2Disable(true)
                        .build())
                .build();
    }
}
