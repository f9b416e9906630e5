package dev.ostiary.gateway.kubernetes;

import dev.ostiary.crds.Api;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.StoreHost;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.Config;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens the store {@code Kubernetes} of one replica's gateway, with connections of its own. */
public final class ClusterGrants implements StoreHost.Cluster {

    /** A store that does not answer must not keep sign-ins waiting. */
    private static final int CALL_MILLIS = 3_000;

    private static final Duration SWEEP = Duration.ofMinutes(30);

    /** What was measured; see docs/operations.md. */
    static final int CAPACITY = 20_000;

    private final Config api;
    private final ReplicaIdentity me;
    private volatile List<OwnerReference> owners = List.of();

    /** @param api how the API server is reached */
    public ClusterGrants(Config api, ReplicaIdentity me) {
        this.api = api;
        this.me = me;
    }

    /**
     * Whether records that are made from now on go with their gateway.
     *
     * @param uid of the {@code McpGateway}; null: they stay
     */
    void goWith(@Nullable String uid) {
        owners = uid == null
                ? List.of()
                : List.of(new OwnerReferenceBuilder()
                        .withApiVersion(Api.API_VERSION)
                        .withKind("McpGateway")
                        .withName(me.gateway())
                        .withUid(uid)
                        .build());
    }

    @Override
    public GrantStore open(InstantSource clock) {
        return open(clock, SWEEP, CAPACITY, CALL_MILLIS);
    }

    KubernetesGrantStore open(InstantSource clock, Duration sweep, int capacity, int callMillis) {
        GrantCalls calls = new GrantCalls(ClusterClient.open(api, callMillis), me.namespace());
        GrantObjects objects = new GrantObjects(me.namespace(), me.gateway(), () -> owners);
        return new KubernetesGrantStore(calls, objects, clock, new ExpirySweep(calls, objects, clock, sweep, capacity));
    }
}
