package dev.ostiary.gateway.server.oauth;

import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.Closure;
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
import dev.ostiary.gateway.server.EmulatorKeys;
import dev.ostiary.gateway.server.entra.EntraMetrics;
import dev.ostiary.gateway.server.entra.EntraServices;
import dev.ostiary.gateway.server.entra.EntraSignIn;
import dev.ostiary.gateway.server.entra.KeySetMetrics;
import dev.ostiary.gateway.server.entra.KeySetSettings;
import dev.ostiary.gateway.server.entra.KeySets;
import dev.ostiary.gateway.server.entra.TenantKeys;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.http.HttpListener;
import dev.ostiary.gateway.server.http.ListenerConfig;
import dev.ostiary.gateway.server.http.ListenerEvents;
import dev.ostiary.gateway.server.store.MemoryGrantStore;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The facade behind a real listener on loopback, with the Entra emulator behind it and grants in memory. */
final class FacadeFixture implements AutoCloseable {

    static final String GATEWAY = "60000000-0000-4000-8000-00000000600d";
    static final String SECRET = "the~gateway.secret";
    static final String PORTAL_CALLBACK = "https://portal.example.com/cb";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KeyRing RING = KeyRing.generate(RANDOM, Instant.now());

    final EntraEmulator entra;
    final WatchedStore store = new WatchedStore(new MemoryGrantStore(Clock.systemUTC()));
    final Queue<FacadeEvent> events = new ConcurrentLinkedQueue<>();
    final Map<String, String> documents = new ConcurrentHashMap<>();
    final GrantService grants;
    final URI url;
    volatile Duration ahead = Duration.ZERO;
    private final InstantSource clock = () -> Instant.now().plus(ahead);
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final HttpListener listener;
    private final KeySets keySets = new KeySets(KeySetSettings.DEFAULT, Time.system(), KeySetMetrics.NONE);
    private final EntraServices services = new EntraServices(Time.system(), EntraMetrics.NONE);
    private final EntraSignIn signIn;
    private final RateLimits limits;
    private volatile FacadeHandler handler;

    private FacadeFixture(FacadeSettings settings, RateLimits limits) throws Exception {
        this.limits = limits;
        entra = EntraEmulator.start(Settings.of(directory()).withKeys(EmulatorKeys.copy()));
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ListenerSettings listening = new ListenerSettings(
                List.of("https://inspector.example"),
                List.of(),
                ListenerSettings.Limits.DEFAULT,
                ListenerSettings.Timeouts.DEFAULT);
        listener = HttpListener.start(
                loops,
                address,
                ListenerConfig.of(URI.create("http://localhost"), listening),
                exchange -> handler.handle(exchange),
                ListenerEvents.NONE);
        url = URI.create("http://localhost:" + listener.port());
        listener.reconfigure(ListenerConfig.of(url, listening));
        EntraSettings entraSettings = entraSettings();
        TenantKeys keys = keySets.use(entraSettings, egress());
        await().atMost(20, TimeUnit.SECONDS).until(keys::ready);
        signIn = services.use(entraSettings, credentials(), egress(), keys).signIn();
        grants = new GrantService(
                settings,
                new ResourceName("mcp", "engineering"),
                store,
                new dev.ostiary.gateway.server.keys.Sealer(RING, KeyRing.Purpose.ENCRYPTION, RANDOM),
                signIn,
                _ -> {},
                clock,
                RANDOM);
        use(settings, route("notes", null), route("tickets", null), route("shut", new Closure("NotReady", "Later.")));
    }

    static FacadeFixture start() throws Exception {
        return new FacadeFixture(settings(FacadeSettings.Remember.NAMED), RateLimits.DEFAULT);
    }

    static FacadeFixture start(RateLimits limits) throws Exception {
        return new FacadeFixture(settings(FacadeSettings.Remember.NAMED), limits);
    }

    static FacadeSettings settings(FacadeSettings.Remember remember, String... deny) {
        return new FacadeSettings(
                true,
                FacadeSettings.MetadataDocuments.DEFAULT,
                List.of(deny),
                remember,
                List.of(
                        new FacadeSettings.StaticClient(
                                "portal", "The portal", List.of(PORTAL_CALLBACK), "mcp/portal/secret"),
                        new FacadeSettings.StaticClient("desk", "The desk", List.of("http://localhost/cb"), null)),
                FacadeSettings.Redirects.DEFAULT,
                Duration.ofMinutes(15),
                Duration.ofDays(30),
                new StoreSettings.Memory());
    }

    /** Another configuration, as after a reload. */
    void use(FacadeSettings settings, Route... routes) {
        Snapshot snapshot = new Snapshot(
                SnapshotCodec.FORMAT,
                new ResourceName("mcp", "engineering"),
                url,
                null,
                entraSettings(),
                new AuthorizationSettings(settings, null, AuthorizationSettings.PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT),
                egress(),
                new AuditSettings(AuditSettings.Arguments.NONE),
                List.of(routes).stream()
                        .sorted(java.util.Comparator.comparing(Route::name))
                        .toList());
        ClientDocuments clientDocuments = new ClientDocuments(
                (document, _) -> {
                    String text = documents.get(document.toString());
                    if (text == null) {
                        throw new DocumentSource.DocumentException(true, "none", null);
                    }
                    return new DocumentSource.Document(text, null);
                },
                PinnedClients.none(),
                System::nanoTime);
        OAuthEndpoint echo = request -> new OAuthAnswer(200, Map.of(), "{\"form\":\"" + request.parameters() + "\"}");
        handler = new Facades(events::add, limits, clock, System::nanoTime, RANDOM)
                .handler(
                        RuntimeConfig.of(snapshot, RING, credentials()),
                        clientDocuments,
                        signIn,
                        store,
                        grants,
                        _ -> echo,
                        _ -> echo,
                        () -> "{\"keys\":[]}");
    }

    static Route route(String name, @Nullable Closure closure) {
        return route(name, "uid-" + name, closure);
    }

    static Route route(String name, String uid, @Nullable Closure closure) {
        return new Route(
                name,
                new ResourceName("mcp", name),
                uid,
                "The " + name + " server",
                closure,
                new Upstream(URI.create("http://127.0.0.1:9/mcp"), Upstream.Transport.STREAMABLE_HTTP, false),
                new UpstreamAuth.None(),
                RoutePolicies.none(),
                List.of(),
                SessionSettings.DEFAULT);
    }

    Browser browser() {
        return new Browser(this);
    }

    private EntraSettings entraSettings() {
        return new EntraSettings(
                SampleDirectories.CONTOSO,
                GATEWAY,
                URI.create(entra.origin()),
                URI.create("https://sts.windows.net"),
                URI.create(entra.graphOrigin()),
                new EntraCredential.ClientSecret("mcp/entra/secret"),
                new EntraSettings.GroupSettings(
                        EntraSettings.GroupSettings.Overage.DENY, EntraSettings.GroupSettings.Lookup.APP),
                List.of());
    }

    private static Credentials credentials() {
        return new Credentials(Map.of("mcp/entra/secret", SECRET, "mcp/portal/secret", "portal-secret"));
    }

    EgressSettings egress() {
        return new EgressSettings(
                null, null, List.of(), entra.caCertificatePem().orElse(null));
    }

    private static Directory directory() {
        Tenant contoso = SampleDirectories.contosoAndFabrikam().tenants().getFirst();
        List<AppRegistration> apps = new ArrayList<>(contoso.apps());
        apps.add(AppRegistration.builder(GATEWAY, "Gateway")
                .identifierUris("api://" + GATEWAY)
                .secret(SECRET)
                .web("http://localhost/oauth/callback")
                .scopes("mcp.notes")
                .build());
        return Directory.of(new Tenant(
                contoso.id(),
                contoso.domain(),
                contoso.displayName(),
                contoso.users(),
                contoso.groups(),
                apps,
                contoso.consents(),
                contoso.roleAssignments()));
    }

    @Override
    public void close() {
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        services.close();
        keySets.close();
        entra.close();
    }
}
