package dev.ostiary.gateway.server.reload;

import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.policy.RoutePolicySet;
import dev.ostiary.gateway.policy.UnusablePoliciesException;
import dev.ostiary.gateway.server.authorize.Callers;
import dev.ostiary.gateway.server.authorize.DecisionLog;
import dev.ostiary.gateway.server.authorize.McpEndpoint;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.credentials.DelegatedTokens;
import dev.ostiary.gateway.server.credentials.WorkloadCredentials;
import dev.ostiary.gateway.server.entra.EntraServices;
import dev.ostiary.gateway.server.entra.KeySets;
import dev.ostiary.gateway.server.entra.TenantKeys;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.forward.Forwarder;
import dev.ostiary.gateway.server.forward.Forwarding;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.ExchangeHandler;
import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.identity.AuthenticationEvents;
import dev.ostiary.gateway.server.identity.AuthenticationStage;
import dev.ostiary.gateway.server.identity.Authenticator;
import dev.ostiary.gateway.server.identity.AuthenticatorByIssuer;
import dev.ostiary.gateway.server.identity.Challenge;
import dev.ostiary.gateway.server.identity.EntraAuthenticator;
import dev.ostiary.gateway.server.identity.GroupsOnDemand;
import dev.ostiary.gateway.server.identity.MetadataHandler;
import dev.ostiary.gateway.server.identity.TokenCache;
import dev.ostiary.gateway.server.keys.QuestionIds;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.legacysse.LegacySessions;
import dev.ostiary.gateway.server.legacysse.LegacySse;
import dev.ostiary.gateway.server.oauth.FacadeHandler;
import dev.ostiary.gateway.server.route.RouteHandler;
import dev.ostiary.gateway.server.route.RouteTable;
import dev.ostiary.gateway.server.route.Router;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds generations from configurations and what outlives them. Building blocks (policies are parsed) and is done off the
 * event loop; policies that have not changed are taken over.
 */
public final class Generations {

    private static final Logger LOG = LoggerFactory.getLogger(Generations.class);

    private final KeySets keySets;
    private final EntraServices entraServices;
    private final TokenCache tokens;
    private final Forwarding forwarding;
    private final DecisionLog log;
    private final AuthenticationEvents events;
    private final Time time;
    private final InstantSource clock;
    private final DelegatedTokens delegated;
    private final ConfiguredFacades facades;
    private final LegacySessions legacySessions;
    private final SecureRandom random = new SecureRandom();

    public Generations(
            KeySets keySets,
            EntraServices entraServices,
            TokenCache tokens,
            Forwarding forwarding,
            DecisionLog log,
            AuthenticationEvents events,
            ConfiguredFacades facades,
            LegacySessions legacySessions,
            Time time,
            InstantSource clock) {
        this.keySets = keySets;
        this.entraServices = entraServices;
        this.tokens = tokens;
        this.forwarding = forwarding;
        this.log = log;
        this.events = events;
        this.facades = facades;
        this.legacySessions = legacySessions;
        this.time = time;
        this.clock = clock;
        this.delegated = new DelegatedTokens(time);
    }

    /**
     * Builds the generation of a configuration. A route whose policies cannot be loaded is closed; nothing else is touched.
     *
     * @param before the generation in force; null at the start
     * @param current the route of a name in whatever generation is in force when it is asked
     */
    public Generation build(
            RuntimeConfig config, @Nullable Generation before, Function<String, @Nullable ServedRoute> current) {
        SortedMap<String, String> closed = new TreeMap<>();
        Map<String, ServedRoute> served = new HashMap<>();
        Snapshot snapshot = loadPolicies(config, before, served, closed);
        ExchangeHandler handler = handler(snapshot, config, served, current);
        return new Generation(config, handler, served, closed);
    }

    private ExchangeHandler handler(
            Snapshot snapshot,
            RuntimeConfig config,
            Map<String, ServedRoute> served,
            Function<String, @Nullable ServedRoute> current) {
        RouteTable table = new RouteTable(snapshot);
        ExchangeHandler wellKnown = new MetadataHandler(snapshot);
        EntraSettings entra = snapshot.entra();
        if (entra == null || snapshot.closure() != null) {
            // The compiler closes gateways without Entra settings; should one get here all the same, it stays closed.
            return new Router(
                    table,
                    wellKnown,
                    Generations::isFacades,
                    Generations::noSignIn,
                    (exchange, route) -> noSignIn(exchange));
        }
        Sealer sealer = new Sealer(config.keys(), random);
        Map<String, Challenge> challenges = new HashMap<>();
        for (ServedRoute route : served.values()) {
            challenges.put(route.route().name(), Challenge.of(snapshot, route.route()));
        }
        TenantKeys keys = keySets.use(entra, snapshot.egress());
        EntraServices.Registration registration =
                entraServices.use(entra, config.credentials(), snapshot.egress(), keys);
        ConfiguredFacades.Built facade = facades.build(config, registration);
        WorkloadCredentials credentials = WorkloadCredentials.of(
                config, delegated, registration.signIn(), facade == null ? null : facade.sessions(), time);
        Forwarder forwarder =
                forwarding.forwarder(sealer, new QuestionIds(config.keys()), credentials, challenges, current);
        McpEndpoint endpoint = new McpEndpoint(
                served,
                new Callers(snapshot.authorization().principalClaim()),
                sealer,
                log,
                clock,
                forwarding.authorizer(),
                forwarder);
        GroupsOnDemand groups = entra.groups().overage() == EntraSettings.GroupSettings.Overage.GRAPH
                ? new GroupsOnDemand(registration.groups(), time)
                : null;
        EntraAuthenticator byEntra = new EntraAuthenticator(snapshot, keys, tokens, groups, time);
        Authenticator authenticator =
                facade == null ? byEntra : new AuthenticatorByIssuer(facade.authenticator(), byEntra);
        RouteHandler open = new AuthenticationStage(
                authenticator,
                challenges,
                events,
                snapshot.listener().servesLegacySse()
                        ? new LegacySse(
                                legacySessions,
                                sealer,
                                snapshot.listener(),
                                forwarding::watch,
                                Forwarding.KEEP_ALIVE,
                                endpoint)
                        : endpoint);
        return facade == null
                ? new Router(table, wellKnown, _ -> false, Generations::noSignIn, open)
                : new Router(table, wellKnown, Generations::isFacades, facade.endpoints(), open);
    }

    private static boolean isFacades(String path) {
        return FacadeHandler.owns(path);
    }

    private static void noSignIn(Exchange exchange) {
        Responses.error(
                exchange,
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "NoEntraSettings",
                "This gateway does not say where its users sign in.");
    }

    /** Fills {@code served} and returns the snapshot with those routes closed whose policies cannot be loaded. */
    private static Snapshot loadPolicies(
            RuntimeConfig config,
            @Nullable Generation before,
            Map<String, ServedRoute> served,
            SortedMap<String, String> closed) {
        Snapshot snapshot = config.snapshot();
        boolean auditsArguments = snapshot.audit().arguments() != AuditSettings.Arguments.NONE;
        List<Route> routes = new ArrayList<>();
        for (Route route : snapshot.routes()) {
            if (snapshot.closure() != null || route.closure() != null) {
                routes.add(route);
                continue;
            }
            if (route.upstream() == null) {
                closed.put(route.name(), "it has no upstream");
                routes.add(closed(route, new Closure("NoUpstream", "This route leads to no MCP server.")));
                continue;
            }
            try {
                RoutePolicySet policies = policies(route, before);
                served.put(
                        route.name(),
                        ServedRoute.of(
                                route,
                                policies,
                                config.revision(),
                                snapshot.listener().limits(),
                                auditsArguments,
                                snapshot.entra() == null
                                        ? List.of()
                                        : snapshot.entra().claims()));
                routes.add(route);
            } catch (UnusablePoliciesException | RuntimeException | LinkageError e) {
                closed.put(route.name(), String.valueOf(e.getMessage()));
                LOG.atError()
                        .addKeyValue("route", route.name())
                        .addKeyValue("reason", String.valueOf(e.getMessage()))
                        .log("the policies of a route cannot be loaded: the route is closed");
                routes.add(
                        closed(route, new Closure("PolicyUnusable", "The policies of this route cannot be loaded.")));
            }
        }
        return new Snapshot(
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
                routes);
    }

    private static RoutePolicySet policies(Route route, @Nullable Generation before) throws UnusablePoliciesException {
        RoutePolicies policies = route.policies();
        ServedRoute earlier = before == null ? null : before.routes().get(route.name());
        if (earlier != null
                && earlier.route().policies().equals(policies)
                && earlier.route().workload().equals(route.workload())) {
            return earlier.policies();
        }
        return RoutePolicySet.load(policies, route.workload().name());
    }

    private static Route closed(Route route, Closure closure) {
        return new Route(
                route.name(),
                route.workload(),
                route.workloadUid(),
                route.displayName(),
                closure,
                route.upstream(),
                route.upstreamAuth(),
                route.policies(),
                route.tools(),
                route.sessions());
    }
}
