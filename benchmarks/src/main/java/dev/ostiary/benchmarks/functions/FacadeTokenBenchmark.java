package dev.ostiary.benchmarks.functions;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ostiary.benchmarks.load.FacadeStage;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.identity.Authentication;
import dev.ostiary.gateway.server.identity.FacadeAuthenticator;
import dev.ostiary.gateway.server.identity.FacadeToken;
import dev.ostiary.gateway.server.identity.FacadeTokenCache;
import dev.ostiary.gateway.server.identity.FacadeTokens;
import dev.ostiary.gateway.server.identity.KnownGroups;
import dev.ostiary.gateway.server.identity.TokenCache;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.keys.SigningKeys;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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

/** The facade's access token (ES256, sealed claim): made; verified and opened (cold); only read (unproven); seen before (hot). */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FacadeTokenBenchmark {

    private static final String PUBLIC_URL = "http://localhost:1";

    @Param({"5", "100"})
    int groups;

    private final SecureRandom random = new SecureRandom();
    private final KeyRing ring = KeyRing.generate(random, Instant.now());
    private final FacadeTokens tokens =
            new FacadeTokens(new SigningKeys(ring, KeyRing.Purpose.SIGNING), new Sealer(ring, random), PUBLIC_URL);
    private final Snapshot snapshot = FacadeStage.snapshot(
            PUBLIC_URL, "http://localhost:2", URI.create("http://127.0.0.1:1/mcp"), new StoreSettings.Memory());
    private final Route route = snapshot.routes().getFirst();
    private final FacadeAuthenticator remembering = authenticator(TokenCache.DEFAULT_MAX_CHARS);
    /** Nothing fits in its cache. */
    private final FacadeAuthenticator forgetful = authenticator(1);

    private @Nullable FacadeToken token;
    private @Nullable Authentication answer;
    private List<String> authorization = List.of();

    @Setup
    public void prepare() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        token = new FacadeToken(
                PUBLIC_URL + "/echo",
                "a-client",
                "mcp:echo",
                "AAAAAAAAAAAAAAAAAAAAAA",
                "BBBBBBBBBBBBBBBBBBBBBB",
                "uid-echo",
                new FacadeToken.User(
                        DemoDirectory.TENANT_ID,
                        DemoDirectory.ANNA,
                        "subject",
                        List.of("Mcp.Call"),
                        KnownGroups.all(IntStream.range(0, groups)
                                .mapToObj("5c0f6a1e-0000-4000-8000-%012d"::formatted)
                                .toList()),
                        JsonNodeFactory.instance.objectNode(),
                        now),
                now,
                now.plus(Duration.ofHours(1)));
        authorization = List.of("Bearer " + issue());
        for (FacadeAuthenticator each : List.of(remembering, forgetful)) {
            if (!(authenticate(each) instanceof Authentication.Authenticated)) {
                throw new IllegalStateException("the token is meant to be accepted");
            }
        }
    }

    @Benchmark
    public String issue() {
        FacadeToken issued = token;
        if (issued == null) {
            throw new IllegalStateException();
        }
        return tokens.issue(issued);
    }

    @Benchmark
    public @Nullable Authentication cold() {
        return authenticate(forgetful);
    }

    @Benchmark
    public @Nullable Authentication hot() {
        return authenticate(remembering);
    }

    /** Up to the signature: what an event loop does about a token that was not seen before. */
    @Benchmark
    public @Nullable Authentication unproven() {
        return forgetful.tryNow(route, authorization);
    }

    private @Nullable Authentication authenticate(FacadeAuthenticator authenticator) {
        answer = null;
        authenticator.authenticate(route, authorization, Runnable::run, given -> answer = given);
        return answer;
    }

    private FacadeAuthenticator authenticator(long cacheChars) {
        return new FacadeAuthenticator(
                snapshot,
                tokens,
                new FacadeTokenCache(cacheChars, Time.system()),
                _ -> false,
                (_, verification) -> {
                    verification.run();
                    return true;
                },
                Time.system());
    }
}
