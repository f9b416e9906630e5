package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.AuthorizationSettings.EntraTokens;
import dev.ostiary.gateway.config.AuthorizationSettings.PrincipalClaim;
import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Snapshots for tests: a builder whose start is a working gateway without the facade. */
final class Snapshots {

    static final String PUBLIC_URL = "https://mcp.example.com";

    private final String origin;
    private String stsOrigin = "https://sts.windows.net";
    private String tenantId;
    private String clientId;
    private boolean facade;
    private EntraTokens tokens;
    private List<String> claims = List.of();
    private boolean withEntra = true;
    private final List<Route> routes = new ArrayList<>();

    private Snapshots(String origin, String tenantId, String clientId) {
        this.origin = origin;
        this.tenantId = tenantId;
        this.clientId = clientId;
    }

    static Snapshots of(String origin, String tenantId, String clientId) {
        return new Snapshots(origin, tenantId, clientId);
    }

    Snapshots tenant(String id) {
        tenantId = id;
        return this;
    }

    Snapshots client(String id) {
        clientId = id;
        return this;
    }

    Snapshots sts(String value) {
        stsOrigin = value;
        return this;
    }

    Snapshots facade() {
        facade = true;
        return this;
    }

    Snapshots tokens(EntraTokens value) {
        tokens = value;
        return this;
    }

    Snapshots claims(String... names) {
        claims = List.of(names);
        return this;
    }

    Snapshots withoutEntra() {
        withEntra = false;
        return this;
    }

    Snapshots route(String name) {
        return route(name, RoutePolicies.none(), null);
    }

    /** A route whose policies name these groups. */
    Snapshots routeWithGroups(String name, String... groupIds) {
        RoutePolicies none = RoutePolicies.none();
        return route(
                name,
                new RoutePolicies(
                        none.evaluation(), none.numbers(), List.of(), List.of(), "[]", List.of(groupIds), false),
                null);
    }

    /** A route whose policies use groups without naming them. */
    Snapshots routeWithDynamicGroups(String name) {
        RoutePolicies none = RoutePolicies.none();
        return route(
                name,
                new RoutePolicies(none.evaluation(), none.numbers(), List.of(), List.of(), "[]", List.of(), true),
                null);
    }

    Snapshots closedRoute(String name, Closure closure) {
        return route(name, RoutePolicies.none(), closure);
    }

    private Snapshots route(String name, RoutePolicies policies, Closure closure) {
        routes.add(new Route(
                name,
                new ResourceName("mcp", name),
                "uid-" + name,
                "The " + name + " server",
                closure,
                new Upstream(URI.create("http://127.0.0.1:9/mcp"), Upstream.Transport.STREAMABLE_HTTP, false),
                new UpstreamAuth.None(),
                policies,
                List.of(),
                SessionSettings.DEFAULT));
        return this;
    }

    Snapshot build() {
        routes.sort(Comparator.comparing(Route::name));
        EntraSettings entra = new EntraSettings(
                tenantId,
                clientId,
                URI.create(origin),
                URI.create(stsOrigin),
                URI.create("https://graph.microsoft.com"),
                new GroupSettings(GroupSettings.Overage.DENY, GroupSettings.Lookup.APP),
                claims);
        return new Snapshot(
                SnapshotCodec.FORMAT,
                new ResourceName("mcp", "engineering"),
                URI.create(PUBLIC_URL),
                withEntra ? null : new Closure("EntraMissing", "spec.entra is not set"),
                withEntra ? entra : null,
                new AuthorizationSettings(facade ? FacadeSettings.DEFAULT : null, tokens, PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT),
                EgressSettings.DIRECT,
                new AuditSettings(AuditSettings.Arguments.NONE),
                routes);
    }

    static Route route(Snapshot snapshot, String name) {
        return snapshot.routes().stream()
                .filter(route -> route.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
