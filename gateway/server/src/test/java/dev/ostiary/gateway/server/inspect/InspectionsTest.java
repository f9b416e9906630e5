package dev.ostiary.gateway.server.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.server.credentials.InspectionAssertions;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.keys.SigningKeys;
import dev.ostiary.gateway.server.upstream.PooledUpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import dev.ostiary.gateway.server.upstream.UpstreamMetrics;
import dev.ostiary.gateway.server.upstream.UpstreamSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Looks at scripted workloads over real HTTP. */
class InspectionsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern METHOD = Pattern.compile("\"method\":\"([^\"]+)\"");
    private static final Inspections.Pace QUICK =
            new Inspections.Pace(Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofMillis(20));
    private static final String INITIALIZED = "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{},"
            + "\"prompts\":{}},\"serverInfo\":{\"name\":\"scripted\",\"version\":\"1\"}}";

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final PooledUpstreamClient client = new PooledUpstreamClient(
            UpstreamSettings.of(ListenerSettings.Timeouts.DEFAULT, EgressSettings.DIRECT), UpstreamMetrics.NONE);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final KeyRing keys = KeyRing.generate(new SecureRandom(), Instant.now());
    private final List<String> received = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private volatile Script script = InspectionsTest::usual;
    private volatile Map<String, Sighting> seen = Map.of();
    private Inspections inspections;

    /** Answers one request. */
    private interface Script {
        void answer(String method, HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/mcp", exchange -> {
            try (exchange) {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                Matcher method = METHOD.matcher(body);
                String name = method.find() ? method.group(1) : exchange.getRequestMethod();
                received.add(name);
                script.answer(name, exchange);
            }
        });
        server.start();
        inspections = new Inspections(client, loops, sightings -> seen = sightings, QUICK);
    }

    @AfterEach
    void stop() {
        inspections.close();
        client.close();
        server.stop(0);
        threads.shutdownNow();
        loops.shutdownGracefully().awaitUninterruptibly();
    }

    @Test
    void aServerTellsItsNameAndHowMuchItLists() {
        look(route("notes"));

        assertThat(seen.get("notes")).isEqualTo(new Sighting.Answered("scripted", "1", "2025-06-18", 2, 1, 0));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(received)
                        .containsExactly(
                                "initialize", "notifications/initialized", "tools/list", "prompts/list", "DELETE"));
    }

    @Test
    void anEqualRouteIsNotLookedAtAgainAndAnotherOneIs() {
        look(route("notes"));
        received.clear();

        configure(route("notes"), route("other"));
        await().atMost(PATIENCE).until(() -> seen.get("other") instanceof Sighting.Answered);

        assertThat(received.stream().filter("initialize"::equals)).hasSize(1);
    }

    @Test
    void whatHasGoneIsForgotten() {
        look(route("notes"));

        configure(route("other"));

        await().atMost(PATIENCE).until(() -> seen.get("other") instanceof Sighting.Answered);
        assertThat(seen).doesNotContainKey("notes");
    }

    @Test
    void aListThatChangedIsReadAgain() {
        look(route("notes"));
        script = (method, exchange) -> {
            if (method.equals("tools/list")) {
                json(exchange, "{\"tools\":[{\"name\":\"only\",\"inputSchema\":{}}]}");
            } else {
                usual(method, exchange);
            }
        };

        inspections.listChanged("notes");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen.get("notes"))
                        .isEqualTo(new Sighting.Answered("scripted", "1", "2025-06-18", 1, 1, 0)));
    }

    @Test
    void aServerThatCallsCannotReachIsLookedAtUntilItIsBack() throws Exception {
        look(route("notes"));
        script = (method, exchange) -> exchange.sendResponseHeaders(503, -1);

        unreachableFor(inspections.watching(), url());

        await().atMost(PATIENCE).until(() -> seen.get("notes") instanceof Sighting.Failed);
        script = InspectionsTest::usual;
        await().atMost(PATIENCE).until(() -> seen.get("notes") instanceof Sighting.Answered);
    }

    @Test
    void aServerWithoutSessionsAnswersDiscovery() {
        script = (method, exchange) -> {
            switch (method) {
                case "initialize" ->
                    body(
                            exchange,
                            400,
                            "application/json",
                            "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32022,\"message\":\"no\"}}");
                case "server/discover" ->
                    json(
                            exchange,
                            "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},"
                                    + "\"serverInfo\":{\"name\":\"modern\",\"version\":\"2\"}}");
                default -> usual(method, exchange);
            }
        };

        look(route("notes"));

        assertThat(seen.get("notes")).isEqualTo(new Sighting.Answered("modern", "2", "2026-07-28", 2, 0, 0));
        assertThat(received).doesNotContain("DELETE");
    }

    @Test
    void anAnswerOnAStreamThatStaysOpenIsRead() {
        CountDownLatch end = new CountDownLatch(1);
        script = (method, exchange) -> {
            if (!method.equals("tools/list")) {
                usual(method, exchange);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody()
                    .write(("data: " + response("{\"tools\":[{\"name\":\"a\",\"inputSchema\":{}}]}") + "\n\n")
                            .getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            awaitQuietly(end);
        };
        try {
            look(route("notes"));
            assertThat(seen.get("notes")).isEqualTo(new Sighting.Answered("scripted", "1", "2025-06-18", 1, 1, 0));
        } finally {
            end.countDown();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | application/json | not JSON | no JSON-RPC response",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":\"another\",\"result\":{}} | no JSON-RPC response",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":\"ostiary-inspection\",\"result\":{}} | something else",
                "200 | text/html | <html> | another media type",
                "200 | text/event-stream | data: {} | ends without the answer",
                "401 | text/plain | no | HTTP 401",
                "500 | text/plain | no | HTTP 500",
            })
    void whatIsNoMcpServerIsSaidSoWithoutItsWords(int status, String type, String body, String why) {
        script = (_, exchange) -> body(exchange, status, type, body);

        look(route("notes"));

        assertThat(seen.get("notes"))
                .isInstanceOfSatisfying(
                        Sighting.Failed.class,
                        failed -> assertThat(failed.why()).contains(why).doesNotContain("<html>"));
    }

    @Test
    void aHugeAnswerIsNotRead() {
        byte[] piece = " ".repeat(64 * 1024).getBytes(StandardCharsets.US_ASCII);
        script = (_, exchange) -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 1_000; i++) {
                exchange.getResponseBody().write(piece);
            }
        };

        look(route("notes"));

        assertThat(seen.get("notes"))
                .isInstanceOfSatisfying(
                        Sighting.Failed.class,
                        failed -> assertThat(failed.why()).contains("larger than"));
    }

    @Test
    void listsThatDoNotEndAreGivenUp() {
        AtomicInteger page = new AtomicInteger();
        script = (method, exchange) -> {
            if (method.equals("tools/list")) {
                json(exchange, "{\"tools\":[],\"nextCursor\":\"" + page.incrementAndGet() + "\"}");
            } else {
                usual(method, exchange);
            }
        };

        look(route("notes"));

        assertThat(seen.get("notes")).isEqualTo(new Sighting.Failed("its lists do not end"));
    }

    @Test
    void oneThatNeedsAUserIsNotAsked() {
        configure(with(route("mine"), new UpstreamAuth.OnBehalfOf(List.of("api://x/.default"))), route("notes"));
        await().atMost(PATIENCE).until(() -> seen.get("notes") instanceof Sighting.Answered);

        assertThat(seen.get("mine")).isEqualTo(new Sighting.NeedsUser());
        assertThat(received.stream().filter("initialize"::equals)).hasSize(1);
    }

    @Test
    void aStdioServersBridgeIsShownThatTheGatewayLooks() throws Exception {
        List<String> shown = new CopyOnWriteArrayList<>();
        script = (method, exchange) -> {
            shown.add(exchange.getRequestHeaders().getFirst("Ostiary-Assertion"));
            usual(method, exchange);
        };

        look(stdio("notes"));

        assertThat(seen.get("notes")).isInstanceOf(Sighting.Answered.class);
        await().atMost(PATIENCE).until(() -> received.contains("DELETE"));
        // One for the whole look, so that the session stays its own.
        assertThat(Set.copyOf(shown)).hasSize(1);
        SignedJWT assertion = SignedJWT.parse(shown.getFirst());
        assertThat(assertion.verify(new ECDSAVerifier(new SigningKeys(keys, KeyRing.Purpose.ASSERTION)
                        .keys()
                        .getFirst()
                        .key())))
                .isTrue();
        assertThat(assertion.getHeader().getType().getType()).isEqualTo("ostiary-assertion+jwt");
        JWTClaimsSet claims = assertion.getJWTClaimsSet();
        assertThat(claims.getSubject()).isEqualTo("ostiary:inspect");
        assertThat(claims.getIssuer()).isEqualTo("https://mcp.example.com");
        assertThat(claims.getAudience()).containsExactly("urn:ostiary:workload:tools/notes");
        assertThat(claims.getStringListClaim("groups")).isEmpty();
        assertThat(Duration.between(
                        claims.getIssueTime().toInstant(),
                        claims.getExpirationTime().toInstant()))
                .isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void anHttpServerIsShownAssertionsAboutUsersAlone() {
        configure(with(route("mine"), new UpstreamAuth.IdentityAssertion()), stdio("notes"));
        await().atMost(PATIENCE).until(() -> seen.get("notes") instanceof Sighting.Answered);

        assertThat(seen.get("mine")).isEqualTo(new Sighting.NeedsUser());
        assertThat(received.stream().filter("initialize"::equals)).hasSize(1);
    }

    private Route stdio(String name) {
        Route route = with(route(name), new UpstreamAuth.IdentityAssertion());
        return new Route(
                route.name(),
                route.workload(),
                route.workloadUid(),
                route.displayName(),
                null,
                new Upstream(url(), Upstream.Transport.STDIO, true),
                route.upstreamAuth(),
                route.policies(),
                route.tools(),
                route.sessions());
    }

    @Test
    void aSharedSecretIsShown() {
        List<String> shown = new CopyOnWriteArrayList<>();
        script = (method, exchange) -> {
            shown.add(exchange.getRequestHeaders().getFirst("X-Api-Key"));
            usual(method, exchange);
        };

        look(with(route("notes"), new UpstreamAuth.Secret("X-Api-Key", "tools/key/value")));

        assertThat(shown).isNotEmpty().containsOnly("s3cret");
        assertThat(seen.get("notes").toString()).doesNotContain("s3cret");
    }

    @Test
    void ofManyWorkloadsFewAreAskedAtOnce() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(16);
        script = (method, exchange) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            if (method.equals("initialize")) {
                full.countDown();
                awaitQuietly(full);
            }
            now.decrementAndGet();
            usual(method, exchange);
        };
        Route[] routes = IntStream.range(0, 64)
                .mapToObj(i -> route("r%03d".formatted(i)))
                .toArray(Route[]::new);

        configure(routes);

        await().atMost(PATIENCE)
                .until(() -> seen.size() == 64
                        && seen.values().stream().allMatch(each -> each instanceof Sighting.Answered));
        // A session is ended after its look, while the next one begins.
        assertThat(most.get()).isBetween(16, 32);
    }

    private void look(Route route) {
        configure(route);
        await().atMost(PATIENCE)
                .until(() -> seen.containsKey(route.name()) && !(seen.get(route.name()) instanceof Sighting.Pending));
    }

    private void configure(Route... routes) {
        List<Route> sorted = Arrays.stream(routes)
                .sorted(java.util.Comparator.comparing(Route::name))
                .toList();
        Snapshot snapshot = new Snapshot(
                SnapshotCodec.FORMAT,
                new ResourceName("mcp", "engineering"),
                URI.create("https://mcp.example.com"),
                new Closure("Unsaid", "This test has no Entra."),
                null,
                new AuthorizationSettings(null, null, AuthorizationSettings.PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT),
                EgressSettings.DIRECT,
                new AuditSettings(AuditSettings.Arguments.NONE),
                sorted);
        RuntimeConfig config = RuntimeConfig.of(snapshot, keys, new Credentials(Map.of("tools/key/value", "s3cret")));
        inspections.configured(
                config,
                sorted.stream().map(Route::name).collect(Collectors.toSet()),
                InspectionAssertions.of(config, Time.system()));
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    private Route route(String name) {
        return new Route(
                name,
                new ResourceName("tools", name),
                "uid-of-" + name,
                name,
                null,
                new Upstream(url(), Upstream.Transport.STREAMABLE_HTTP, false),
                new UpstreamAuth.None(),
                RoutePolicies.none(),
                List.of(),
                SessionSettings.DEFAULT);
    }

    private static Route with(Route route, UpstreamAuth auth) {
        return new Route(
                route.name(),
                route.workload(),
                route.workloadUid(),
                route.displayName(),
                null,
                route.upstream(),
                auth,
                route.policies(),
                route.tools(),
                route.sessions());
    }

    /** Makes a call through the client that fails to connect, as a workload does that is gone. */
    private void unreachableFor(UpstreamClient watching, URI url) throws InterruptedException {
        // The same endpoint by its URL; the server refuses connections while it is not there.
        int port = server.getAddress().getPort();
        server.stop(0);
        CountDownLatch failed = new CountDownLatch(1);
        EventLoop loop = loops.next();
        loop.execute(() -> watching.send(
                loop,
                new UpstreamClient.Request(url, HttpMethod.POST, new DefaultHttpHeaders(), Unpooled.EMPTY_BUFFER),
                new UpstreamClient.Listener() {
                    @Override
                    public void onHead(int status, HttpHeaders headers) {}

                    @Override
                    public void onData(ByteBuf piece) {
                        piece.release();
                    }

                    @Override
                    public void onEnd() {}

                    @Override
                    public void onFailure(UpstreamFailure failure) {
                        failed.countDown();
                    }
                }));
        failed.await();
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/mcp", exchange -> {
            try (exchange) {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                Matcher method = METHOD.matcher(body);
                script.answer(method.find() ? method.group(1) : exchange.getRequestMethod(), exchange);
            }
        });
        server.start();
    }

    private static void usual(String method, HttpExchange exchange) throws IOException {
        switch (method) {
            case "initialize" -> {
                exchange.getResponseHeaders().set("Mcp-Session-Id", "session-1");
                json(exchange, INITIALIZED);
            }
            case "tools/list" ->
                json(exchange, "{\"tools\":[{\"name\":\"a\",\"inputSchema\":{}},{\"name\":\"b\",\"inputSchema\":{}}]}");
            case "prompts/list" -> json(exchange, "{\"prompts\":[{\"name\":\"p\"}]}");
            default -> exchange.sendResponseHeaders(202, -1);
        }
    }

    private static String response(String result) {
        return "{\"jsonrpc\":\"2.0\",\"id\":\"ostiary-inspection\",\"result\":" + result + "}";
    }

    private static void json(HttpExchange exchange, String result) throws IOException {
        body(exchange, 200, "application/json", response(result));
    }

    private static void body(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
