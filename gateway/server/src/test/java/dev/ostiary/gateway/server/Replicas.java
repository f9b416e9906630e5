package dev.ostiary.gateway.server;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.forward.Forwarding;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Replicas of one gateway behind a round robin, with the emulator before them and one workload behind them. */
final class Replicas implements AutoCloseable {

    static final String STORE_URL = "mcp/store/url";

    final RoundRobin balancer = new RoundRobin();
    final EntraEmulator entra;
    final Workload workload;
    final Ahead time = new Ahead();
    final List<GatewayServer> running = new ArrayList<>();
    final StoreSettings store;
    final Credentials credentials;
    final @Nullable Path state;
    KeyRing keys = KeyRing.generate(new SecureRandom(), Instant.now());

    /** The machine's clocks, and how far a test has moved them. */
    static final class Ahead implements Time {

        private final Time system = Time.system();
        private volatile Duration by = Duration.ZERO;

        /** Whether what is to happen later happens at once. */
        volatile boolean hasty;

        void advance(Duration more) {
            by = by.plus(more);
        }

        @Override
        public long wallMillis() {
            return system.wallMillis() + by.toMillis();
        }

        @Override
        public long nanos() {
            return system.nanos() + by.toNanos();
        }

        @Override
        public Runnable after(Duration delay, Runnable task) {
            if (hasty) {
                task.run();
                return () -> {};
            }
            return system.after(delay, task);
        }
    }

    /** @param redis URL of the store; null: the file in {@code state}, or memory when that is null too */
    Replicas(int count, @Nullable String redis, @Nullable Path state, Workload.Script script) throws IOException {
        this.state = state;
        store = redis != null
                ? new StoreSettings.Redis(STORE_URL)
                : state != null ? new StoreSettings.File() : new StoreSettings.Memory();
        Map<String, String> secrets = new HashMap<>(Map.of("mcp/entra/secret", DemoDirectory.GATEWAY_CLIENT_SECRET));
        if (redis != null) {
            secrets.put(STORE_URL, redis);
        }
        credentials = new Credentials(secrets);
        entra = EntraEmulator.start(Settings.of(DemoDirectory.forGateway(url(), List.of("notes", "other")))
                .withKeys(EmulatorKeys.copy()));
        workload = new Workload(script);
        for (int i = 0; i < count; i++) {
            running.add(start(0));
        }
        everyReplica();
    }

    String url() {
        return "http://localhost:" + balancer.port();
    }

    McpUser user(String name) {
        return new McpUser(url(), name + "@" + DemoDirectory.DOMAIN);
    }

    private GatewayServer start(int port) throws IOException {
        return GatewayServer.start(
                new GatewayServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        null,
                        null,
                        1,
                        state,
                        OutputStream.nullOutputStream()),
                config(),
                time,
                Forwarding.KEEP_ALIVE);
    }

    /** All connections go to this one. */
    void onlyReplica(int replica) {
        balancer.over(List.of(running.get(replica).port()));
    }

    void everyReplica() {
        balancer.over(running.stream().map(GatewayServer::port).toList());
    }

    /** Aborts a replica with everything that is open. */
    void kill(int replica) {
        running.get(replica).close();
    }

    /** Starts a replica in place of one that was killed. */
    void replace(int replica) throws IOException {
        running.set(replica, start(0));
        everyReplica();
    }

    /** Both clocks. */
    void advance(Duration by) {
        time.advance(by);
        entra.clock().advance(by);
    }

    void applyKeys(KeyRing next) {
        keys = next;
        running.forEach(server -> server.apply(config()));
    }

    RuntimeConfig config() {
        return config(store, keys, null);
    }

    RuntimeConfig config(StoreSettings where, KeyRing ring, @Nullable String caBundle) {
        Snapshot as = snapshot(url(), entra, workload.url(), where);
        return RuntimeConfig.of(
                new Snapshot(
                        as.format(),
                        as.gateway(),
                        as.publicUrl(),
                        null,
                        as.entra(),
                        as.authorization(),
                        // Strangers come from everywhere.
                        new ListenerSettings(
                                List.of(),
                                List.of("127.0.0.1/32"),
                                ListenerSettings.Limits.DEFAULT,
                                ListenerSettings.Timeouts.DEFAULT),
                        new EgressSettings(null, null, List.of(), caBundle),
                        as.audit(),
                        as.routes()),
                ring,
                credentials);
    }

    static Snapshot snapshot(String url, EntraEmulator entra, URI workload, StoreSettings store) {
        FacadeSettings defaults = FacadeSettings.DEFAULT;
        return new Snapshot(
                SnapshotCodec.FORMAT,
                new ResourceName("mcp", "demo"),
                URI.create(url),
                null,
                new EntraSettings(
                        DemoDirectory.TENANT_ID,
                        DemoDirectory.GATEWAY_CLIENT_ID,
                        URI.create(entra.origin()),
                        URI.create(entra.issuerV1(DemoDirectory.TENANT_ID)
                                .replaceFirst("/" + DemoDirectory.TENANT_ID + "/$", "")),
                        URI.create(entra.graphOrigin()),
                        new EntraCredential.ClientSecret("mcp/entra/secret"),
                        new EntraSettings.GroupSettings(
                                EntraSettings.GroupSettings.Overage.DENY, EntraSettings.GroupSettings.Lookup.APP),
                        List.of()),
                new AuthorizationSettings(
                        new FacadeSettings(
                                true,
                                defaults.metadataDocuments(),
                                List.of(),
                                defaults.remember(),
                                List.of(),
                                defaults.redirects(),
                                defaults.accessTokenTtl(),
                                defaults.refreshTokenTtl(),
                                store),
                        null,
                        AuthorizationSettings.PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT),
                EgressSettings.DIRECT,
                new AuditSettings(AuditSettings.Arguments.NONE),
                Stream.of("notes", "other")
                        .map(name -> route(name, workload))
                        .sorted(Comparator.comparing(Route::name))
                        .toList());
    }

    private static Route route(String name, URI workload) {
        RoutePolicies policies = GatewayFixture.policies(GatewayFixture.READ_TOOLS, GatewayFixture.WRITERS_MAY);
        return new Route(
                name,
                new ResourceName("mcp", name),
                "uid-" + name,
                name,
                null,
                new Upstream(workload, Upstream.Transport.STREAMABLE_HTTP, false),
                new UpstreamAuth.None(),
                policies,
                List.of(),
                SessionSettings.DEFAULT);
    }

    @Override
    public void close() throws IOException {
        balancer.close();
        running.forEach(GatewayServer::close);
        workload.close();
        entra.close();
    }
}
