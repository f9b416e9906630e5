package dev.ostiary.gateway.config;

import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as the formats from {@link #FIRST} on lay it out: every policy once, every policy set once, and routes say which
 * set is theirs. A policy that is attached to a gateway of a thousand routes is one policy, in the Secret and in memory.
 *
 * <p>Formats before that have the policies in each route, which is what {@link Snapshot} itself looks like.
 *
 * @param policySets each content once, in the order in which routes first use it
 * @param routes as in {@link Snapshot}
 */
record SnapshotLayout(
        int format,
        ResourceName gateway,
        URI publicUrl,
        @Nullable Closure closure,
        @Nullable EntraSettings entra,
        AuthorizationSettings authorization,
        ListenerSettings listener,
        EgressSettings egress,
        AuditSettings audit,
        @Nullable ReplicaSettings replica,
        List<PolicySet> policySets,
        List<RouteEntry> routes) {

    /** The first format that is laid out like this. */
    static final int FIRST = 2;

    /**
     * {@link RoutePolicies} with numbers for policies: they are counted from 0 through the {@link #policies} of all sets.
     *
     * @param policies those that no set before this one has. Beside the ids of the groups that they name, so that packing
     *     finds what both have in common
     * @param call numbers, sorted as there
     * @param list numbers, sorted as there
     */
    record PolicySet(
            Evaluation evaluation,
            Numbers numbers,
            List<PolicyEntry> policies,
            List<Integer> call,
            List<Integer> list,
            String entities,
            List<String> groupIds,
            boolean dynamicGroups) {}

    /**
     * A {@link Route}.
     *
     * @param policySet place in {@link #policySets}
     */
    record RouteEntry(
            String name,
            ResourceName workload,
            String workloadUid,
            String displayName,
            @Nullable Closure closure,
            @Nullable Upstream upstream,
            UpstreamAuth upstreamAuth,
            int policySet,
            List<ToolPin> tools,
            SessionSettings sessions) {}

    static SnapshotLayout of(Snapshot snapshot) {
        Places<PolicyEntry> policies = new Places<>();
        Places<RoutePolicies> sets = new Places<>();
        List<RouteEntry> routes = new ArrayList<>();
        for (Route route : snapshot.routes()) {
            routes.add(new RouteEntry(
                    route.name(),
                    route.workload(),
                    route.workloadUid(),
                    route.displayName(),
                    route.closure(),
                    route.upstream(),
                    route.upstreamAuth(),
                    sets.of(route.policies()),
                    route.tools(),
                    route.sessions()));
        }
        List<PolicySet> policySets = new ArrayList<>();
        for (RoutePolicies set : sets.all()) {
            int known = policies.all().size();
            List<Integer> call = set.call().stream().map(policies::of).toList();
            List<Integer> list = set.list().stream().map(policies::of).toList();
            policySets.add(new PolicySet(
                    set.evaluation(),
                    set.numbers(),
                    List.copyOf(policies.all().subList(known, policies.all().size())),
                    call,
                    list,
                    set.entities(),
                    set.groupIds(),
                    set.dynamicGroups()));
        }
        return new SnapshotLayout(
                snapshot.format(),
                snapshot.gateway(),
                snapshot.publicUrl(),
                snapshot.closure(),
                snapshot.entra(),
                snapshot.authorization(),
                snapshot.listener(),
                snapshot.egress(),
                snapshot.audit(),
                snapshot.replica(),
                policySets,
                routes);
    }

    /**
     * The snapshot. Routes with one set share it.
     *
     * @throws IOException when something is missing, or a place names nothing
     */
    Snapshot snapshot() throws IOException {
        List<RoutePolicies> sets = new ArrayList<>();
        List<PolicyEntry> policies = new ArrayList<>();
        for (PolicySet set : required(policySets, "policySets")) {
            policies.addAll(required(set.policies(), "policies"));
            sets.add(new RoutePolicies(
                    set.evaluation(),
                    set.numbers(),
                    entries(required(set.call(), "call"), policies),
                    entries(required(set.list(), "list"), policies),
                    set.entities(),
                    set.groupIds(),
                    set.dynamicGroups()));
        }
        List<Route> whole = new ArrayList<>();
        for (RouteEntry route : required(routes, "routes")) {
            whole.add(new Route(
                    route.name(),
                    route.workload(),
                    route.workloadUid(),
                    route.displayName(),
                    route.closure(),
                    route.upstream(),
                    route.upstreamAuth(),
                    at(route.policySet(), sets, "policySets"),
                    route.tools(),
                    route.sessions()));
        }
        return new Snapshot(
                format, gateway, publicUrl, closure, entra, authorization, listener, egress, audit, replica, whole);
    }

    private static List<PolicyEntry> entries(List<Integer> places, List<PolicyEntry> policies) throws IOException {
        List<PolicyEntry> entries = new ArrayList<>(places.size());
        for (int place : places) {
            entries.add(at(place, policies, "policies"));
        }
        return entries;
    }

    private static <T> T at(int place, List<T> all, String member) throws IOException {
        if (place < 0 || place >= all.size()) {
            throw new IOException("the snapshot refers to place " + place + " of \"" + member + "\", which has "
                    + all.size() + " items");
        }
        return all.get(place);
    }

    private static <T> List<T> required(@Nullable List<T> list, String member) throws IOException {
        if (list == null) {
            throw new IOException("the snapshot has no \"" + member + "\"");
        }
        return list;
    }

    /** Gives each content its place, in the order of first use. */
    private static final class Places<T> {

        private final Map<T, Integer> places = new HashMap<>();
        private final List<T> all = new ArrayList<>();

        int of(T content) {
            Integer known = places.putIfAbsent(content, all.size());
            if (known != null) {
                return known;
            }
            all.add(content);
            return all.size() - 1;
        }

        List<T> all() {
            return all;
        }
    }
}
