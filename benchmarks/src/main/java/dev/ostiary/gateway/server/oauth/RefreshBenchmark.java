package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ostiary.benchmarks.load.FacadeStage;
import dev.ostiary.benchmarks.load.RedisServer;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraSignIn;
import dev.ostiary.gateway.server.entra.EntraToken;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.entra.GroupLookup;
import dev.ostiary.gateway.server.entra.SignedIn;
import dev.ostiary.gateway.server.identity.FacadeTokens;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.keys.SigningKeys;
import dev.ostiary.gateway.server.store.FileGrantStore;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.MemoryGrantStore;
import dev.ostiary.gateway.server.store.RedisGrantStore;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
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

/**
 * One refresh at the token endpoint, by store: the form is read, the sealed client id opened, the grant and the session read,
 * the refresh token rotated in the store and an access token signed. Entra vouched for the user within five minutes, so that
 * it is not asked, as for most refreshes.
 */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RefreshBenchmark {

    private static final String PUBLIC_URL = "http://localhost:1";
    private static final String REDIRECT = "http://127.0.0.1:33418/callback";
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final JsonMapper JSON = new JsonMapper();

    /** Where grants are. */
    @Param({"memory", "file", "redis"})
    String store = "";

    private @Nullable Path folder;
    private @Nullable RedisServer redis;
    private @Nullable GrantStore open;
    private @Nullable TokenEndpoint endpoint;
    private String client = "";
    private String refreshToken = "";

    /** Makes a grant and redeems its code. */
    @Setup
    public void signIn() throws Exception {
        Path state = Files.createTempDirectory("ostiary-refresh-");
        folder = state;
        GrantStore grantsAre = open(state);
        open = grantsAre;
        SecureRandom random = new SecureRandom();
        KeyRing ring = KeyRing.generate(random, Instant.now());
        Snapshot snapshot = FacadeStage.snapshot(
                PUBLIC_URL, "http://localhost:2", URI.create("http://127.0.0.1:1/mcp"), new StoreSettings.Memory());
        SealedClients sealed = new SealedClients(new Sealer(ring, KeyRing.Purpose.REGISTRATION, random), ring);
        client = sealed.seal("A client", List.of(REDIRECT), false, Instant.now());
        GrantService grants = new GrantService(
                FacadeSettings.DEFAULT,
                snapshot.gateway(),
                grantsAre,
                new Sealer(ring, KeyRing.Purpose.ENCRYPTION, random),
                new Vouching(),
                event -> {},
                InstantSource.system(),
                random);
        TokenEndpoint tokens = TokenEndpoint.of(
                snapshot,
                grants,
                new FacadeTokens(new SigningKeys(ring, KeyRing.Purpose.SIGNING), new Sealer(ring, random), PUBLIC_URL),
                new NoGraph(),
                new ClientDirectory(
                        FacadeSettings.DEFAULT,
                        Credentials.NONE,
                        new ClientDocuments(
                                (url, _) -> {
                                    throw new DocumentSource.DocumentException(true, "there are none", null);
                                },
                                PinnedClients.shipped(),
                                System::nanoTime),
                        sealed),
                new ClientAssertions(FacadeUrls.of(snapshot.publicUrl()), InstantSource.system()));
        endpoint = tokens;
        Route route = snapshot.routes().getFirst();
        Client known = sealed.open(client);
        if (known == null) {
            throw new IllegalStateException("the client id cannot be opened");
        }
        String code = grants.begin(new GrantRequest(
                known,
                REDIRECT,
                CHALLENGE,
                route.name(),
                route.workloadUid(),
                PUBLIC_URL + "/" + route.name(),
                "mcp:" + route.name(),
                Vouching.user()));
        refreshToken = next(ask("grant_type=authorization_code&client_id=" + url(client) + "&code=" + url(code)
                + "&redirect_uri=" + url(REDIRECT) + "&code_verifier=" + VERIFIER));
    }

    private GrantStore open(Path state) throws Exception {
        return switch (store) {
            case "memory" -> new MemoryGrantStore(InstantSource.system());
            case "file" -> new FileGrantStore(state, InstantSource.system());
            case "redis" -> {
                RedisServer server = RedisServer.start(state);
                redis = server;
                yield new RedisGrantStore("load/load", server.url(), null);
            }
            default -> throw new IllegalArgumentException(store);
        };
    }

    /** Rotates the refresh token. */
    @Benchmark
    public String refresh() throws Exception {
        refreshToken =
                next(ask("grant_type=refresh_token&client_id=" + url(client) + "&refresh_token=" + url(refreshToken)));
        return refreshToken;
    }

    private OAuthAnswer ask(String form) throws OAuthException {
        TokenEndpoint tokens = endpoint;
        if (tokens == null) {
            throw new IllegalStateException();
        }
        return tokens.answer(new OAuthRequest(Parameters.read(form), List.of(), "127.0.0.1"));
    }

    private static String next(OAuthAnswer answer) throws IOException {
        if (answer.status() != 200) {
            throw new IllegalStateException(answer.status() + " " + answer.json());
        }
        return JSON.readTree(answer.json()).path("refresh_token").asText();
    }

    private static String url(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Ends what was started. */
    @TearDown
    public void stop() throws IOException {
        if (open != null) {
            open.close();
        }
        if (redis != null) {
            redis.close();
        }
        if (folder != null) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** An Entra that says yes every five minutes. */
    private static final class Vouching implements EntraSignIn {

        static SignedIn user() {
            return new SignedIn(
                    DemoDirectory.TENANT_ID,
                    DemoDirectory.ANNA,
                    "subject",
                    "Anna",
                    List.of("Mcp.Call"),
                    List.of(DemoDirectory.READERS),
                    true,
                    JsonNodeFactory.instance.objectNode(),
                    "refresh-token",
                    Instant.now());
        }

        @Override
        public SignedIn renew(String token) {
            return user();
        }

        @Override
        public URI authorizationUrl(
                URI redirectUri,
                String state,
                String nonce,
                String codeChallenge,
                @Nullable String claims,
                @Nullable String prompt) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EntraRefusedException refusal(String error, @Nullable String description) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SignedIn redeem(URI redirectUri, String code, String codeVerifier, String nonce) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EntraToken redeemFor(String token, List<String> scopes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EntraToken onBehalfOf(String assertion, List<String> scopes) {
            throw new UnsupportedOperationException();
        }
    }

    /** Nobody is in so many groups. */
    private static final class NoGraph implements GroupLookup {

        @Override
        public Set<String> memberOf(String objectId, Set<String> asked, @Nullable UserCredential assertion)
                throws EntraRefusedException, EntraUnavailableException {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<String> allOf(String objectId, @Nullable UserCredential assertion)
                throws EntraRefusedException, EntraUnavailableException {
            throw new UnsupportedOperationException();
        }
    }
}
