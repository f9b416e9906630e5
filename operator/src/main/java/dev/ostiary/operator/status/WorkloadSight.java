package dev.ostiary.operator.status;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGatewayReplicaSpec.Outcome;
import dev.ostiary.crds.McpGatewayReplicaSpec.SeenRoute;
import dev.ostiary.crds.McpWorkloadStatus;
import dev.ostiary.crds.McpWorkloadStatus.Server;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.operator.status.Situation.Routed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway's replicas saw of a workload, as one.
 *
 * @param verified the condition
 * @param needsUser whether nobody can look without a user's credential
 * @param server the server's words, as last seen
 * @param lastError what went wrong when it was last looked at; null when nothing did
 */
record WorkloadSight(
        Verdict verified,
        boolean needsUser,
        @Nullable Server server,
        @Nullable String lastError) {

    private static final int MAX_ERROR = 1024;

    private static final int MAX_NAMED = 3;

    /**
     * Joins.
     *
     * @param before {@code Verified} before, if it speaks of this generation: it stands until somebody has looked again
     * @param status the status before
     */
    static WorkloadSight of(
            @Nullable Routed routed,
            Enforcement enforcement,
            @Nullable Condition before,
            @Nullable McpWorkloadStatus status) {
        if (routed == null) {
            return nothing(Verdict.unknown(Reasons.NO_ROUTE, "without a route nobody looks at the server."));
        }
        Route route = routed.route();
        if (route.closure() != null) {
            return nothing(
                    Verdict.unknown(Reasons.ROUTE_CLOSED, "while the route is closed nobody looks at the server."));
        }
        if (!route.upstreamAuth().sharedByAllCallers()) {
            return onlyUsers();
        }
        Map<Outcome, List<Enforcement.Seen>> outcomes = new TreeMap<>();
        for (Enforcement.Seen seen : enforcement.seen(route.name(), route.workloadUid())) {
            outcomes.computeIfAbsent(seen.route().outcome(), outcome -> new ArrayList<>())
                    .add(seen);
        }
        List<Enforcement.Seen> answered = outcomes.getOrDefault(Outcome.ANSWERED, List.of());
        List<Enforcement.Seen> failed = outcomes.getOrDefault(Outcome.FAILED, List.of());
        Server known = status == null || before == null ? null : status.server();
        if (!answered.isEmpty()) {
            Server server = mostSeen(answered);
            return failed.isEmpty()
                    ? new WorkloadSight(answer(server), false, server, null)
                    : new WorkloadSight(disagreement(answered, failed), false, server, errors(failed));
        }
        if (!failed.isEmpty()) {
            String errors = errors(failed);
            return new WorkloadSight(
                    Verdict.no(Reasons.SERVER_FAILED, "the server did not answer as an MCP server: " + errors),
                    false,
                    known,
                    errors);
        }
        if (outcomes.containsKey(Outcome.NEEDS_USER)) {
            return onlyUsers();
        }
        if (outcomes.containsKey(Outcome.CLOSED)) {
            return nothing(
                    Verdict.unknown(Reasons.ROUTE_CLOSED, "while the route is closed nobody looks at the server."));
        }
        if (before != null && before.status() != Condition.Status.UNKNOWN) {
            // New replicas have not looked yet; what the ones before them saw is the last that is known.
            return new WorkloadSight(
                    new Verdict(before.status(), before.reason(), before.message()),
                    false,
                    known,
                    status == null ? null : status.lastError());
        }
        return nothing(Verdict.unknown(Reasons.NOT_LOOKED_YET, "no replica has looked at the server yet."));
    }

    /** The error that a replica reports, in bounds. */
    static String error(Enforcement.Seen seen) {
        String error = seen.route().error();
        return error == null || error.isBlank() ? "no reason was given" : Text.line(error);
    }

    private static WorkloadSight nothing(Verdict verdict) {
        return new WorkloadSight(verdict, false, null, null);
    }

    private static WorkloadSight onlyUsers() {
        return new WorkloadSight(
                Verdict.unknown(
                        Reasons.NEEDS_USER,
                        "the server is shown a credential of each caller (spec.upstreamAuth), so the gateway cannot look at it by"
                                + " itself."),
                true,
                null,
                null);
    }

    private static Verdict answer(@Nullable Server server) {
        if (server == null) {
            return Verdict.yes(Reasons.VERIFIED, "the server answered.");
        }
        List<String> words = new ArrayList<>();
        if (server.name() != null) {
            words.add(server.version() == null ? server.name() : server.name() + " " + server.version());
        }
        if (server.tools() != null) {
            words.add(server.tools() == 1 ? "1 tool" : server.tools() + " tools");
        }
        return Verdict.yes(
                Reasons.VERIFIED,
                words.isEmpty() ? "the server answered." : "the server answered: " + String.join(", ", words) + ".");
    }

    private static Verdict disagreement(List<Enforcement.Seen> answered, List<Enforcement.Seen> failed) {
        return Verdict.no(
                Reasons.REPLICAS_DISAGREE,
                "the server answered " + answered.size() + " of " + (answered.size() + failed.size())
                        + " replicas; not "
                        + failed.stream()
                                .limit(MAX_NAMED)
                                .map(seen -> "pod " + seen.pod() + ": " + Text.cut(error(seen), MAX_ERROR / 2))
                                .collect(Collectors.joining("; "))
                        + (failed.size() > MAX_NAMED ? "; and " + (failed.size() - MAX_NAMED) + " more" : ""));
    }

    /** What most replicas saw; among equals, what the first by name saw. */
    private static @Nullable Server mostSeen(List<Enforcement.Seen> answered) {
        Map<Server, Integer> counts = new LinkedHashMap<>();
        for (Enforcement.Seen seen : answered) {
            SeenRoute route = seen.route();
            if (route.server() != null) {
                counts.merge(plain(route.server()), 1, Integer::sum);
            }
        }
        Server most = null;
        int best = 0;
        for (Map.Entry<Server, Integer> entry : counts.entrySet()) {
            if (entry.getValue() > best) {
                best = entry.getValue();
                most = entry.getKey();
            }
        }
        return most;
    }

    private static Server plain(Server server) {
        return new Server(
                plain(server.name()),
                plain(server.version()),
                server.protocolVersions().stream()
                        .map(Text::line)
                        .distinct()
                        .sorted(Comparator.reverseOrder())
                        .toList(),
                server.tools());
    }

    private static @Nullable String plain(@Nullable String word) {
        return word == null ? null : Text.line(word);
    }

    private static String errors(List<Enforcement.Seen> failed) {
        return Text.cut(
                failed.stream().map(WorkloadSight::error).distinct().sorted().collect(Collectors.joining("; ")),
                MAX_ERROR);
    }
}
