package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.identity.Principal;
import dev.ostiary.gateway.server.mcp.Era;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which pod of a workload is to have a request that no session has a place for. A new session goes to any, evenly. A request of
 * the modern era to a stdio server goes to the pod where the caller's process is, or will be: the same one for the same caller and
 * client on every replica, whatever other pods there are ("rendezvous hashing", Thaler and Ravishankar 1998: a pod more or less moves
 * only the callers that it gains or had). When that pod cannot be reached, so that it has seen nothing of the request, it is the
 * next. Bounded, since each attempt may take the whole time for connecting.
 */
final class PodChoice {

    /** No pod in particular. */
    static final int ANY = -1;

    private static final int MAX_ATTEMPTS = 3;

    /** Of FNV-1a with 64 bits. */
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;

    private static final long FNV_PRIME = 0x100000001b3L;

    private final List<Integer> pods;
    private int attempt;

    private PodChoice(List<Integer> pods) {
        this.pods = pods;
    }

    /** The choice for a new session. */
    static PodChoice ofSession(@Nullable Upstream upstream) {
        int replicas = replicas(upstream);
        if (replicas == 0) {
            return new PodChoice(List.of());
        }
        int first = ThreadLocalRandom.current().nextInt(replicas);
        return new PodChoice(IntStream.range(0, Math.min(replicas, MAX_ATTEMPTS))
                .mapToObj(i -> (first + i) % replicas)
                .toList());
    }

    /**
     * The choice for a request without a session. Where callers share a process, since the server keeps no state, it does not matter
     * which.
     */
    static PodChoice ofCaller(McpContext context) {
        Upstream upstream = context.served().route().upstream();
        boolean kept = context.era() == Era.MODERN
                && upstream != null
                && upstream.transport() == Upstream.Transport.STDIO
                && !context.served().route().sessions().gatewayReinitializes();
        if (!kept) {
            return new PodChoice(List.of());
        }
        Principal principal = context.caller().principal();
        return new PodChoice(inOrder(principal.key() + ' ' + principal.clientId(), replicas(upstream)));
    }

    /** The pods that a caller's requests go to, the first of them while it can be reached. */
    static List<Integer> inOrder(String caller, int replicas) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < caller.length(); i++) {
            hash = (hash ^ caller.charAt(i)) * FNV_PRIME;
        }
        long seed = hash;
        return IntStream.range(0, replicas)
                .boxed()
                .sorted(Comparator.comparingLong(pod -> mixed(seed + pod)))
                .limit(MAX_ATTEMPTS)
                .toList();
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbours differ in half of their bits. */
    private static long mixed(long value) {
        long mixed = value * 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    private static int replicas(@Nullable Upstream upstream) {
        return upstream == null || upstream.pods() == null ? 0 : upstream.pods().replicas();
    }

    /** The pod to ask. */
    int pod() {
        return pods.isEmpty() ? ANY : pods.get(attempt);
    }

    /** Chooses another pod after a failure; false when there is none to be tried, or when the request may have arrived. */
    boolean another(UpstreamFailure failure) {
        boolean untouched = failure.kind() == UpstreamFailure.Kind.UNREACHABLE
                || failure.kind() == UpstreamFailure.Kind.CONNECT_TIMEOUT;
        if (!untouched || attempt + 1 >= pods.size()) {
            return false;
        }
        attempt++;
        return true;
    }
}
