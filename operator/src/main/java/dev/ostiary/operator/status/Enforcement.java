package dev.ostiary.operator.status;

import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.gateway.compiler.ResourceRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the replicas of one gateway enforce, judged once and shared by the statuses of all that is attached to it.
 * Immutable.
 */
public final class Enforcement {

    /** After this long a replica that does not enforce what was published is stuck. */
    public static final Duration STUCK_AFTER = Duration.ofSeconds(30);

    /** Nothing was published and no replica is there. */
    public static final Enforcement NOTHING = of(null, null, List.of(), Instant.EPOCH);

    private final @Nullable Published published;
    private final @Nullable Refusal refusal;
    private final List<ObservedReplica> counted;
    private final List<ObservedReplica> behind;
    private final int replicas;
    private final int draining;
    private final boolean stuck;
    private final @Nullable Duration recheckAfter;
    private final Map<String, List<Seen>> seen;

    /** What one replica says about one route. */
    record Seen(String pod, McpGatewayReplicaSpec.SeenRoute route) {}

    private Enforcement(
            @Nullable Published published, @Nullable Refusal refusal, List<ObservedReplica> observed, Instant now) {
        this.published = published;
        this.refusal = refusal;
        this.replicas = observed.size();
        this.draining =
                (int) observed.stream().filter(ObservedReplica::terminating).count();
        this.counted = observed.stream()
                .filter(ObservedReplica::counted)
                .sorted(Comparator.comparing(ObservedReplica::pod))
                .toList();
        this.behind = counted.stream()
                .filter(replica -> !enforces(replica, published))
                .toList();
        Duration earliest = null;
        boolean anyStuck = false;
        for (ObservedReplica replica : behind) {
            if (published == null) {
                break;
            }
            Duration left = Duration.between(now, deadline(published, replica));
            if (left.isPositive()) {
                earliest = earliest == null || left.compareTo(earliest) < 0 ? left : earliest;
            } else {
                anyStuck = true;
            }
        }
        this.stuck = anyStuck;
        this.recheckAfter = earliest;
        this.seen = seen(counted);
    }

    /**
     * Judges.
     *
     * @param published what the operator wrote last; null when it has not written anything yet
     * @param refusal why the newest configuration could not be written; null when it could. What was published before goes
     *     on being enforced
     * @param replicas all pods of the gateway, in any order
     * @param now the time
     */
    public static Enforcement of(
            @Nullable Published published, @Nullable Refusal refusal, List<ObservedReplica> replicas, Instant now) {
        return new Enforcement(published, refusal, replicas, now);
    }

    /** When time alone makes another judgement, if nothing else happens; null when it does not. */
    public @Nullable Duration recheckAfter() {
        return recheckAfter;
    }

    /** Whether at least one replica is counted and all of them enforce exactly what was published. */
    public boolean confirmed() {
        return published != null && !counted.isEmpty() && behind.isEmpty();
    }

    private static Instant deadline(Published published, ObservedReplica replica) {
        Instant ready = replica.readySince();
        Instant start = ready != null && ready.isAfter(published.since()) ? ready : published.since();
        return start.plus(STUCK_AFTER);
    }

    private static boolean enforces(ObservedReplica replica, @Nullable Published published) {
        McpGatewayReplicaSpec report = replica.ownReport();
        return published != null
                && report != null
                && published.revision().equals(report.revision())
                && published.runtimeHash().equals(report.runtimeHash());
    }

    private static Map<String, List<Seen>> seen(List<ObservedReplica> counted) {
        Map<String, List<Seen>> seen = new HashMap<>();
        for (ObservedReplica replica : counted) {
            McpGatewayReplicaSpec report = replica.ownReport();
            if (report != null) {
                for (McpGatewayReplicaSpec.SeenRoute route : report.routes()) {
                    seen.computeIfAbsent(route.route(), name -> new ArrayList<>())
                            .add(new Seen(replica.pod(), route));
                }
            }
        }
        return seen;
    }

    @Nullable
    Published published() {
        return published;
    }

    @Nullable
    Refusal refusal() {
        return refusal;
    }

    /** Ready and not terminating, sorted by name. */
    List<ObservedReplica> counted() {
        return counted;
    }

    /** The counted replicas that do not enforce what was published, sorted by name. */
    List<ObservedReplica> behind() {
        return behind;
    }

    int replicas() {
        return replicas;
    }

    int draining() {
        return draining;
    }

    boolean stuck() {
        return stuck;
    }

    /** The generation of a resource that was published; null when it was not. */
    @Nullable
    Long published(ResourceRef resource) {
        return published == null ? null : published.generations().get(resource);
    }

    /** What counted replicas say about a route of this workload, sorted by pod. */
    List<Seen> seen(String route, String workloadUid) {
        return seen.getOrDefault(route, List.of()).stream()
                .filter(said -> said.route().workloadUid().equals(workloadUid))
                .toList();
    }
}
