package dev.ostiary.gateway.kubernetes;

import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraCheck;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraFinding;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraOutcome;
import dev.ostiary.crds.McpGatewayReplicaSpec.GrantFeed;
import dev.ostiary.crds.McpGatewayReplicaSpec.Outcome;
import dev.ostiary.crds.McpGatewayReplicaSpec.SeenRoute;
import dev.ostiary.crds.McpWorkloadStatus;
import dev.ostiary.gateway.config.Release;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.server.inspect.Sighting;
import dev.ostiary.gateway.server.registration.RegistrationState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a replica says about itself, from what it has. Immutable, and bounded whatever workloads say: texts are cut so that a
 * report of the most routes still fits into an object.
 *
 * @param enforced what is in force; null: nothing yet
 * @param closed routes of it that the replica had to close itself, with the reason
 * @param problem why the newest configuration is not in force; null: it is
 * @param seen what was seen of the workloads, by route
 * @param feed whether the ends of grants are known; null: there are no grants
 * @param registration what is known of the app registration; null: nothing yet
 */
record Report(
        RuntimeSecret.@Nullable Content enforced,
        Map<String, String> closed,
        @Nullable String problem,
        Map<String, Sighting> seen,
        @Nullable GrantFeed feed,
        @Nullable RegistrationState registration) {

    /** Before anything is known. */
    static final Report NOTHING = new Report(null, Map.of(), null, Map.of(), null, null);

    private static final int MAX_ROUTES = 2_000;
    private static final int MAX_PROBLEM = 1_024;
    private static final int MAX_NAME = 256;
    private static final int MAX_VERSION = 32;
    private static final int MAX_FIELD = 128;
    private static final int MAX_NOTE = 1_024;

    /** Characters that all texts of a report share: with names and the API server's own books, half of what etcd takes. */
    private static final int ALL_TEXTS = 256 * 1_024;

    private static final int TEXTS_PER_ROUTE = 4;

    Report {
        closed = Map.copyOf(closed);
        seen = Map.copyOf(seen);
    }

    McpGatewayReplicaSpec spec(ReplicaIdentity me) {
        List<Integer> formats = SnapshotCodec.READABLE;
        String newest = problem == null ? null : text(problem, MAX_PROBLEM);
        RuntimeSecret.Content content = enforced;
        if (content == null) {
            return new McpGatewayReplicaSpec(
                    me.gateway(),
                    me.podUid(),
                    Release.THIS.version(),
                    formats,
                    null,
                    null,
                    null,
                    newest,
                    List.of(),
                    feed,
                    null);
        }
        return new McpGatewayReplicaSpec(
                me.gateway(),
                me.podUid(),
                Release.THIS.version(),
                formats,
                content.config().revision(),
                content.hash(),
                content.config().keys().version(),
                newest,
                routes(content),
                feed,
                registration == null ? null : entra(registration));
    }

    private static EntraCheck entra(RegistrationState state) {
        return new EntraCheck(
                switch (state.outcome()) {
                    case NOT_CHECKED -> EntraOutcome.NOT_CHECKED;
                    case READY -> EntraOutcome.READY;
                    case BROKEN -> EntraOutcome.BROKEN;
                    case NOT_ALLOWED_TO_READ -> EntraOutcome.NOT_ALLOWED_TO_READ;
                    case ENTRA_UNAVAILABLE -> EntraOutcome.ENTRA_UNAVAILABLE;
                },
                state.findings().stream()
                        .limit(McpGatewayReplicaSpec.MAX_FINDINGS)
                        .map(finding -> new EntraFinding(
                                text(finding.path(), MAX_FIELD),
                                text(finding.message(), McpGatewayReplicaSpec.MAX_ERROR)))
                        .toList(),
                state.note().isEmpty() ? null : text(state.note(), MAX_NOTE));
    }

    private List<SeenRoute> routes(RuntimeSecret.Content content) {
        List<Route> open = content.config().snapshot().routes().stream()
                .filter(route -> route.closure() == null)
                .limit(MAX_ROUTES)
                .toList();
        int most =
                Math.clamp(ALL_TEXTS / TEXTS_PER_ROUTE / Math.max(1, open.size()), 24, McpGatewayReplicaSpec.MAX_ERROR);
        List<SeenRoute> routes = new ArrayList<>();
        for (Route route : open) {
            String why = closed.get(route.name());
            routes.add(
                    why != null
                            ? new SeenRoute(route.name(), route.workloadUid(), Outcome.CLOSED, text(why, most), null)
                            : seen(route, seen.getOrDefault(route.name(), new Sighting.Pending()), most));
        }
        return routes;
    }

    private static SeenRoute seen(Route route, Sighting sighting, int most) {
        return switch (sighting) {
            case Sighting.Pending() -> new SeenRoute(route.name(), route.workloadUid(), Outcome.PENDING, null, null);
            case Sighting.NeedsUser() ->
                new SeenRoute(route.name(), route.workloadUid(), Outcome.NEEDS_USER, null, null);
            case Sighting.Failed(String why) ->
                new SeenRoute(route.name(), route.workloadUid(), Outcome.FAILED, text(why, most), null);
            case Sighting.Answered answered ->
                new SeenRoute(
                        route.name(),
                        route.workloadUid(),
                        Outcome.ANSWERED,
                        null,
                        new McpWorkloadStatus.Server(
                                text(answered.name(), Math.min(most, MAX_NAME)),
                                text(answered.version(), Math.min(most, MAX_NAME)),
                                List.of(text(answered.protocolVersion(), MAX_VERSION)),
                                answered.tools()));
        };
    }

    /** One line of printable characters, cut. */
    private static String text(String text, int most) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .limit(most)
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }
}
