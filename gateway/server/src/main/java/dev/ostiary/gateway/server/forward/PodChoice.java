package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which pod of a workload is to have a new session: any of them, evenly; and when that one cannot be reached, so that it has
 * seen nothing of the request, the next. Bounded, since each attempt may take the whole time for connecting.
 */
final class PodChoice {

    /** No pod in particular. */
    static final int ANY = -1;

    private static final int MAX_ATTEMPTS = 3;

    private final int replicas;
    private int pod;
    private int attempts = 1;

    private PodChoice(int replicas, int pod) {
        this.replicas = replicas;
        this.pod = pod;
    }

    /** The choice for a new session. */
    static PodChoice of(@Nullable Upstream upstream) {
        int replicas = upstream == null || upstream.pods() == null
                ? 0
                : upstream.pods().replicas();
        return replicas == 0
                ? new PodChoice(0, ANY)
                : new PodChoice(replicas, ThreadLocalRandom.current().nextInt(replicas));
    }

    /** The pod to ask. */
    int pod() {
        return pod;
    }

    /** Chooses another pod after a failure; false when there is none to be tried, or when the request may have arrived. */
    boolean another(UpstreamFailure failure) {
        boolean untouched = failure.kind() == UpstreamFailure.Kind.UNREACHABLE
                || failure.kind() == UpstreamFailure.Kind.CONNECT_TIMEOUT;
        if (!untouched || attempts >= Math.min(replicas, MAX_ATTEMPTS)) {
            return false;
        }
        attempts++;
        pod = (pod + 1) % replicas;
        return true;
    }
}
