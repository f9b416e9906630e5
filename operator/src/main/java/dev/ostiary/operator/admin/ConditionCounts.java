package dev.ostiary.operator.admin;

import dev.ostiary.crds.Condition;
import dev.ostiary.operator.world.World;
import dev.ostiary.operator.world.WorldKeeper;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How many resources say the same about themselves. By kind, condition, status and reason, which are few and documented, and
 * never by name: {@code kubectl get} knows the names.
 */
public final class ConditionCounts {

    private static final int MAX_REASONS = 500;

    private final WorldKeeper world;

    public ConditionCounts(WorldKeeper world) {
        this.world = world;
    }

    /** What is the same about all that are counted together. */
    record Said(String kind, String type, String status, String reason) implements Comparable<Said> {

        @Override
        public int compareTo(Said other) {
            return toString().compareTo(other.toString());
        }
    }

    /** As the statuses stand now. */
    Map<Said, Integer> now() {
        Map<Said, Integer> counts = new TreeMap<>();
        world.gateways()
                .resources()
                .forEach(gateway -> count(
                        "McpGateway",
                        gateway.getStatus() == null
                                ? List.of()
                                : gateway.getStatus().conditions(),
                        counts));
        world.workloads()
                .resources()
                .forEach(workload -> count(
                        "McpWorkload",
                        workload.getStatus() == null
                                ? List.of()
                                : workload.getStatus().conditions(),
                        counts));
        world.policies()
                .resources()
                .forEach(policy -> count(
                        "McpPolicy",
                        policy.getStatus() == null
                                ? List.of()
                                : policy.getStatus().conditions(),
                        counts));
        return counts;
    }

    /** Conditions and reasons of others, of which there may be any number, are not told apart. */
    private static void count(String kind, List<Condition> conditions, Map<Said, Integer> counts) {
        Stream<Said> said = conditions.stream()
                .filter(condition -> World.CONDITIONS.contains(condition.type()))
                .map(condition -> new Said(
                        kind,
                        condition.type(),
                        condition.status().name().toLowerCase(Locale.ROOT),
                        condition.reason()));
        said.filter(one -> counts.containsKey(one) || counts.size() < MAX_REASONS)
                .forEach(one -> counts.merge(one, 1, Integer::sum));
    }
}
