package dev.ostiary.benchmarks.functions;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.server.entra.KeySetMetrics;
import dev.ostiary.gateway.server.entra.KeySetSettings;
import dev.ostiary.gateway.server.entra.KeySets;
import dev.ostiary.gateway.server.entra.TenantKeys;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.identity.Authentication;
import dev.ostiary.gateway.server.identity.EntraAuthenticator;
import dev.ostiary.gateway.server.identity.TokenCache;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One RS256 access token to a principal. Cold: verified and read. Hot: seen before. By the number of groups in it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TokenValidationBenchmark {

    private static final String PUBLIC_URL = "http://localhost:1";

    @Param({"5", "200"})
    int groups;

    private final EntraEmulator entra =
            EntraEmulator.start(Settings.of(DemoDirectory.forGateway(PUBLIC_URL, List.of("echo"))));
    private final Snapshot snapshot = snapshot();
    private final Route route = snapshot.routes().getFirst();
    private final KeySets keySets = new KeySets(KeySetSettings.DEFAULT, Time.system(), KeySetMetrics.NONE);
    private final EntraAuthenticator remembering = authenticator(TokenCache.DEFAULT_MAX_CHARS);
    /** Nothing fits in its cache. */
    private final EntraAuthenticator forgetful = authenticator(1);

    private List<String> authorization = List.of();

    @Setup
    public void issue() {
        authorization = List.of("Bearer "
                + entra.tokens()
                        .userToken(
                                "anna@" + DemoDirectory.DOMAIN,
                                FirstPartyApps.AZURE_CLI_ID,
                                DemoDirectory.GATEWAY_CLIENT_ID,
                                "mcp.echo")
                        .groups(IntStream.range(0, groups)
                                .mapToObj("5c0f6a1e-0000-4000-8000-%012d"::formatted)
                                .toList())
                        .lifetime(Duration.ofHours(12))
                        .build());
        for (EntraAuthenticator each : List.of(remembering, forgetful)) {
            if (!(each.tryNow(route, authorization) instanceof Authentication.Authenticated)) {
                throw new IllegalStateException("the token is meant to be accepted");
            }
        }
    }

    @TearDown
    public void stop() {
        keySets.close();
        entra.close();
    }

    @Benchmark
    public @Nullable Authentication cold() {
        return forgetful.tryNow(route, authorization);
    }

    @Benchmark
    public @Nullable Authentication hot() {
        return remembering.tryNow(route, authorization);
    }

    private EntraAuthenticator authenticator(long cacheChars) {
        EntraSettings settings = snapshot.entra();
        if (settings == null) {
            throw new IllegalStateException();
        }
        TenantKeys keys = keySets.use(settings, EgressSettings.DIRECT);
        while (!keys.ready()) {
            Thread.onSpinWait();
        }
        return new EntraAuthenticator(snapshot, keys, new TokenCache(cacheChars, Time.system()), Time.system());
    }

    private Snapshot snapshot() {
        Route echo = new Route(
                "echo",
                new ResourceName("load", "echo"),
                "uid-echo",
                "echo",
                null,
                new Upstream(URI.create("http://127.0.0.1:1/mcp"), Upstream.Transport.STREAMABLE_HTTP, false),
                new UpstreamAuth.None(),
                new RoutePolicies(
                        RoutePolicies.Evaluation.FORBID_ERRORS_DENY,
                        RoutePolicies.Numbers.NATIVE,
                        List.of(),
                        List.of(),
                        "[]",
                        List.of(),
                        false),
                List.of(),
                SessionSettings.DEFAULT);
        return new Snapshot(
                SnapshotCodec.FORMAT,
                new ResourceName("load", "load"),
                URI.create(PUBLIC_URL),
                null,
                new EntraSettings(
                        DemoDirectory.TENANT_ID,
                        DemoDirectory.GATEWAY_CLIENT_ID,
                        URI.create(entra.origin()),
                        URI.create("https://sts.windows.net"),
                        URI.create(entra.graphOrigin()),
                        new EntraSettings.GroupSettings(
                                EntraSettings.GroupSettings.Overage.DENY, EntraSettings.GroupSettings.Lookup.APP),
                        List.of()),
                new AuthorizationSettings(
                        null,
                        new AuthorizationSettings.EntraTokens(List.of(FirstPartyApps.AZURE_CLI_ID), null, List.of()),
                        AuthorizationSettings.PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT),
                EgressSettings.DIRECT,
                new AuditSettings(AuditSettings.Arguments.NONE),
                List.of(echo));
    }
}
