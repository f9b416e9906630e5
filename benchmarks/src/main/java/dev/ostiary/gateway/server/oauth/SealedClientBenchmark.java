package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.server.keys.Sealer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The client id that holds its registration: sealed at registration, opened at every authorization and token request. */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SealedClientBenchmark {

    private static final List<String> REDIRECTS =
            List.of("http://127.0.0.1:33418/callback", "http://localhost:33418/callback");

    private final SecureRandom random = new SecureRandom();
    private final KeyRing ring = KeyRing.generate(random, Instant.now());
    private final SealedClients clients =
            new SealedClients(new Sealer(ring, KeyRing.Purpose.REGISTRATION, random), ring);
    private final Instant now = Instant.now();
    private final String id = seal();

    @Benchmark
    public final String seal() {
        return clients.seal("A client", REDIRECTS, false, now);
    }

    @Benchmark
    public @Nullable Client open() {
        return clients.open(id);
    }
}
