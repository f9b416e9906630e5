package dev.ostiary.gateway.server;

import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.server.admin.AdminServer;
import dev.ostiary.gateway.server.admin.GatewayMetrics;
import dev.ostiary.gateway.server.admin.Health;
import dev.ostiary.gateway.server.admin.SignInMetrics;
import dev.ostiary.gateway.server.admin.UpstreamCounters;
import dev.ostiary.gateway.server.audit.AuditLog;
import dev.ostiary.gateway.server.authorize.DecisionLog;
import dev.ostiary.gateway.server.authorize.Decisions;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.credentials.InspectionAssertions;
import dev.ostiary.gateway.server.entra.EntraServices;
import dev.ostiary.gateway.server.entra.KeySetSettings;
import dev.ostiary.gateway.server.entra.KeySets;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.forward.Forwarding;
import dev.ostiary.gateway.server.http.ExchangeHandler;
import dev.ostiary.gateway.server.http.HttpListener;
import dev.ostiary.gateway.server.http.ListenerConfig;
import dev.ostiary.gateway.server.http.TlsFiles;
import dev.ostiary.gateway.server.httpsse.HttpSseClient;
import dev.ostiary.gateway.server.identity.ProofThreads;
import dev.ostiary.gateway.server.identity.TokenCache;
import dev.ostiary.gateway.server.inspect.InspectionListener;
import dev.ostiary.gateway.server.inspect.Inspections;
import dev.ostiary.gateway.server.legacysse.LegacySessions;
import dev.ostiary.gateway.server.oauth.DenyFeed;
import dev.ostiary.gateway.server.registration.RegistrationListener;
import dev.ostiary.gateway.server.registration.RegistrationWatch;
import dev.ostiary.gateway.server.reload.ConfiguredFacades;
import dev.ostiary.gateway.server.reload.Generation;
import dev.ostiary.gateway.server.reload.Generations;
import dev.ostiary.gateway.server.store.StoreHost;
import dev.ostiary.gateway.server.threads.BoundedThreads;
import dev.ostiary.gateway.server.upstream.PooledUpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamSettings;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gateway: a port for clients, a port for the platform, and the configuration that is enforced. The composition of the
 * data plane is here and nowhere else. Safe for use by any thread.
 */
public final class GatewayServer implements Health, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);
    private static final long LOOP_SHUTDOWN_SECONDS = 5;

    /**
     * What is fixed for the life of the process.
     *
     * @param listen where clients connect; port 0 chooses one
     * @param tls certificate and key for that port, read again when they change; null: plain HTTP
     * @param admin where the platform asks; null: nowhere
     * @param eventLoops threads that read and write; 0: one per processor
     * @param stores what stores of grants may use
     * @param inspections told what is seen of workloads; null: nobody looks at them
     * @param registration told what is known of the app registration; null: nobody looks at it
     * @param audit where audit lines go
     */
    public record Settings(
            InetSocketAddress listen,
            @Nullable TlsFiles tls,
            @Nullable InetSocketAddress admin,
            int eventLoops,
            StoreHost stores,
            @Nullable InspectionListener inspections,
            @Nullable RegistrationListener registration,
            OutputStream audit) {

        /** Without TLS, on loopback or behind something that ends it, and without state. */
        public Settings(
                InetSocketAddress listen, @Nullable InetSocketAddress admin, int eventLoops, OutputStream audit) {
            this(listen, null, admin, eventLoops, StoreHost.NONE, null, null, audit);
        }

        /** On one machine. */
        public Settings(
                InetSocketAddress listen,
                @Nullable TlsFiles tls,
                @Nullable InetSocketAddress admin,
                int eventLoops,
                @Nullable Path stateDirectory,
                OutputStream audit) {
            this(listen, tls, admin, eventLoops, new StoreHost(stateDirectory, null), null, null, audit);
        }
    }

    private final EventLoopGroup loops;
    private final BoundedThreads policyThreads;
    private final ProofThreads proofs;
    private final AuditLog auditLog;
    private final KeySets keySets;
    private final EntraServices entraServices;
    private final PooledUpstreamClient upstream;
    private final HttpSseClient workloads;
    private final LegacySessions legacySessions = new LegacySessions();
    private final Forwarding forwarding;
    private final @Nullable Inspections inspections;
    private final @Nullable RegistrationWatch registration;
    private final Time time;
    private final ConfiguredFacades facades;
    private final Generations generations;
    private final HttpListener listener;
    private final @Nullable AdminServer admin;
    private final PrometheusMeterRegistry registry;
    private volatile Generation current;
    private volatile @Nullable String stopping;
    private boolean closed;

    private GatewayServer(
            Settings settings,
            RuntimeConfig config,
            Time time,
            Duration keepAlive,
            UnaryOperator<@Nullable String> environment)
            throws IOException {
        int processors = Runtime.getRuntime().availableProcessors();
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        GatewayMetrics metrics = new GatewayMetrics(registry);
        this.time = time;
        InstantSource clock = () -> Instant.ofEpochMilli(time.wallMillis());
        loops = new MultiThreadIoEventLoopGroup(
                settings.eventLoops() > 0 ? settings.eventLoops() : processors, NioIoHandler.newFactory());
        policyThreads = new BoundedThreads("ostiary-policy", processors, Decisions.MAX_WAITING);
        proofs = new ProofThreads(processors);
        auditLog = new AuditLog(
                settings.audit(), () -> enforced().config().snapshot().audit());
        keySets = new KeySets(KeySetSettings.DEFAULT, time, metrics);
        SignInMetrics signIns = new SignInMetrics(registry);
        entraServices = new EntraServices(time, signIns, environment);
        upstream = new PooledUpstreamClient(upstreamSettings(config), new UpstreamCounters(registry));
        workloads = new HttpSseClient(upstream);
        workloads.configure(config.snapshot());
        DecisionLog log = metrics.counting(auditLog);
        Decisions decisions = new Decisions(policyThreads);
        InspectionListener seen = settings.inspections();
        inspections = seen == null ? null : new Inspections(workloads, loops, seen);
        forwarding = inspections == null
                ? new Forwarding(workloads, decisions, log, clock, keepAlive, _ -> {})
                : new Forwarding(inspections.watching(), decisions, log, clock, keepAlive, inspections::listChanged);
        facades = new ConfiguredFacades(
                signIns.countingFacade(auditLog),
                signIns.countingGrants(auditLog),
                settings.stores(),
                forwarding::grantRevoked,
                proofs,
                time,
                clock);
        generations = new Generations(
                keySets,
                entraServices,
                new TokenCache(TokenCache.DEFAULT_MAX_CHARS, time),
                forwarding,
                log,
                metrics,
                facades,
                legacySessions,
                time,
                clock);
        RegistrationListener known = settings.registration();
        registration = known == null ? null : new RegistrationWatch(time, RandomGenerator.getDefault(), known);
        if (registration != null) {
            registry.gauge("ostiary.entra.ready", registration, RegistrationWatch::ready);
        }
        registry.gauge("ostiary.legacysse.streams", legacySessions, LegacySessions::size);
        registry.gauge("ostiary.grants.feed.age.seconds", facades, GatewayServer::feedAge);
        registry.gauge("ostiary.streams", forwarding, Forwarding::openStreams);
        registry.gauge("ostiary.httpsse.sessions", workloads, HttpSseClient::openSessions);
        registry.gauge("ostiary.policy.waiting", policyThreads, BoundedThreads::waiting);
        registry.gauge("ostiary.proofs.waiting", proofs, ProofThreads::waiting);
        registry.gauge("ostiary.audit.waiting", auditLog, AuditLog::waiting);
        FunctionCounter.builder("ostiary.audit.lost", auditLog, AuditLog::lost).register(registry);
        HttpListener bound = null;
        try {
            current = generations.build(config, null, this::route);
            facades.inForce();
            bound = bind(settings, config, metrics);
            InetSocketAddress adminAddress = settings.admin();
            admin = adminAddress == null ? null : AdminServer.start(adminAddress, this, registry::scrape);
        } catch (IOException | RuntimeException e) {
            if (bound != null) {
                bound.close();
            }
            closeWhatIsBehind();
            throw e;
        }
        listener = bound;
        inspect(current);
    }

    private HttpListener bind(Settings settings, RuntimeConfig config, GatewayMetrics metrics) throws IOException {
        ExchangeHandler entrance = exchange -> enforced().handler().handle(exchange);
        TlsFiles tls = settings.tls();
        return tls == null
                ? HttpListener.start(loops, settings.listen(), listenerConfig(config), entrance, metrics)
                : HttpListener.startTls(loops, settings.listen(), tls, listenerConfig(config), entrance, metrics);
    }

    /**
     * Starts serving a configuration.
     *
     * @throws IOException when a port cannot be bound; the message names it
     */
    public static GatewayServer start(Settings settings, RuntimeConfig config) throws IOException {
        return start(settings, config, Time.system(), Forwarding.KEEP_ALIVE);
    }

    /** The same with clocks that a test owns. */
    static GatewayServer start(Settings settings, RuntimeConfig config, Time time, Duration keepAlive)
            throws IOException {
        return start(settings, config, time, keepAlive, System::getenv);
    }

    /** The same with variables of the process that a test owns. */
    static GatewayServer start(
            Settings settings,
            RuntimeConfig config,
            Time time,
            Duration keepAlive,
            UnaryOperator<@Nullable String> environment)
            throws IOException {
        return new GatewayServer(settings, config, time, keepAlive, environment);
    }

    /**
     * Enforces another configuration: requests that begin after this returns see it; those in progress end under the one
     * they began with, and open streams are reconsidered. Blocks for the time it takes to parse what has changed.
     *
     * @return routes that had to be closed although the compiler left them open, in words
     * @throws IllegalArgumentException when the configuration cannot be enforced; the one before stays in force
     * @throws IllegalStateException after {@link #close}
     */
    public synchronized List<String> apply(RuntimeConfig config) {
        if (closed) {
            throw new IllegalStateException("the gateway is closed");
        }
        UpstreamSettings towardsWorkloads = upstreamSettings(config);
        ListenerConfig towardsClients = listenerConfig(config);
        Generation before = current;
        Generation next = generations.build(config, before, this::route);
        upstream.reconfigure(towardsWorkloads);
        workloads.configure(next.config().snapshot());
        listener.reconfigure(towardsClients);
        current = next;
        facades.inForce();
        if (!config.snapshot().listener().servesLegacySse()) {
            legacySessions.endAll();
        }
        forwarding.configurationChanged(!admission(config).equals(admission(before.config())));
        LOG.atInfo().addKeyValue("revision", config.revision()).log("another configuration is enforced");
        inspect(next);
        return next.problems();
    }

    private void inspect(Generation generation) {
        if (inspections != null) {
            inspections.configured(
                    generation.config(),
                    generation.routes().keySet(),
                    InspectionAssertions.of(generation.config(), time));
        }
        if (registration != null) {
            registration.configured(generation.config().snapshot(), entraServices.probe());
        }
    }

    /** Everything that decides who may sign in. */
    private static List<@Nullable Object> admission(RuntimeConfig config) {
        return Arrays.asList(
                config.snapshot().entra(),
                config.snapshot().authorization(),
                config.snapshot().publicUrl());
    }

    /** The port for clients. */
    public int port() {
        return listener.port();
    }

    /** The admin port; -1 when there is none. */
    public int adminPort() {
        return admin == null ? -1 : admin.port();
    }

    /** Prometheus text, for whoever has an admin port of its own. */
    public String metrics() {
        return registry.scrape();
    }

    /** Routes that had to be closed although the compiler left them open, with the reason. */
    public Map<String, String> closedRoutes() {
        return enforced().closed();
    }

    /** How long ago it was last read which grants have ended; null without a facade. */
    public @Nullable Duration grantFeedStaleness() {
        DenyFeed feed = facades.feed();
        return feed == null ? null : feed.staleness();
    }

    @Override
    public String revision() {
        return enforced().config().revision();
    }

    @Override
    public @Nullable String notReadyReason() {
        return stopping;
    }

    /**
     * Stops without losing a request: readiness goes off, connections are accepted while that spreads, streams are told to
     * end so that their clients go on elsewhere, and what is left at the deadline is aborted.
     *
     * @param propagation how long to go on accepting
     * @param deadline how long requests in progress may take after that
     */
    public void drain(Duration propagation, Duration deadline) {
        stopping = "draining";
        listener.drain(propagation, deadline).join();
        close();
    }

    /** Stops at once: what is open is aborted. */
    @Override
    public synchronized void close() {
        stopping = "stopping";
        if (closed) {
            return;
        }
        closed = true;
        listener.close();
        if (admin != null) {
            admin.close();
        }
        closeWhatIsBehind();
    }

    /**
     * How long ago it was last read which grants have ended: about a second at most, unless the store does not answer; then a
     * revocation takes effect with the end of the access tokens, or when the store is back. Zero without a facade.
     */
    public Duration grantsFeedAge() {
        DenyFeed feed = facades.feed();
        return feed == null ? Duration.ZERO : feed.staleness();
    }

    /** The same in seconds, for a metric; not a number without a facade. */
    private static double feedAge(ConfiguredFacades facades) {
        DenyFeed feed = facades.feed();
        return feed == null ? Double.NaN : feed.staleness().toMillis() / 1000.0;
    }

    private void closeWhatIsBehind() {
        if (inspections != null) {
            inspections.close();
        }
        if (registration != null) {
            registration.close();
        }
        facades.close();
        workloads.close();
        policyThreads.close();
        proofs.close();
        entraServices.close();
        keySets.close();
        loops.shutdownGracefully(0, LOOP_SHUTDOWN_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        auditLog.close();
    }

    /** Where unseen tokens are verified; for tests that keep it busy. */
    ProofThreads proofs() {
        return proofs;
    }

    private Generation enforced() {
        return current;
    }

    private @Nullable ServedRoute route(String name) {
        return enforced().routes().get(name);
    }

    private static ListenerConfig listenerConfig(RuntimeConfig config) {
        return ListenerConfig.of(
                config.snapshot().publicUrl(), config.snapshot().listener());
    }

    private static UpstreamSettings upstreamSettings(RuntimeConfig config) {
        return UpstreamSettings.of(
                config.snapshot().listener().timeouts(), config.snapshot().egress());
    }
}
