package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Upstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A session stays with the pod that opened it. The pods are servers on addresses of their own, 127.0.1.0 and 127.0.1.1, that
 * know no session but their own; where their Service would be, nobody listens.
 */
class PinnedSessionsTest {

    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"t\"}}";
    private static final String RESULT = "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"content\":[]}}";
    private static final String TOOLS =
            "{\"jsonrpc\":\"2.0\",\"id\":\"ostiary-catalogue\",\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{}}]}}";

    private GatewayFixture gateway;
    private Pod first;
    private Pod second;

    @BeforeEach
    void start() throws IOException {
        gateway = new GatewayFixture((request, reply) -> reply.empty(500), GatewayFixture.WRITERS_MAY);
        first = new Pod(0, 0);
        second = new Pod(1, first.port());
        gateway.apply(route(2), gateway.route("other"));
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
        gateway.close();
    }

    @Test
    void sessionsAreSpreadOverThePodsAndEachStaysWithItsOwn() throws Exception {
        for (String session : open(40)) {
            assertThat(call(session).body()).isEqualTo(RESULT);
        }

        assertThat(first.sessions).isNotEmpty();
        assertThat(second.sessions).isNotEmpty();
        assertThat(first.sessions.size() + second.sessions.size()).isEqualTo(40);
    }

    @Test
    void aPodThatIsAwayGetsNoNewSessionAndKeepsItsOld() throws Exception {
        Map<Integer, String> sessions = oneOfEach();
        second.close();
        int before = first.requests.size();

        HttpResponse<String> lost = call(sessions.get(1));

        assertThat(lost.statusCode()).isEqualTo(502);
        assertThat(first.requests).hasSize(before);
        assertThat(call(sessions.get(0)).body()).isEqualTo(RESULT);
        assertThat(open(10)).hasSize(10);

        // It comes back, as a new process that knows nothing: the client hears that it must begin again.
        second = new Pod(1, first.port());
        assertThat(call(sessions.get(1)).statusCode()).isEqualTo(404);
    }

    @Test
    void aPodThatIsScaledAwayTakesItsSessionsAlong() throws Exception {
        Map<Integer, String> sessions = oneOfEach();
        int before = second.requests.size();

        gateway.apply(route(1), gateway.route("other"));

        assertThat(call(sessions.get(1)).statusCode()).isEqualTo(404);
        assertThat(second.requests).hasSize(before);
        assertThat(call(sessions.get(0)).body()).isEqualTo(RESULT);
    }

    @Test
    void aServerWithoutSessionsIsHeldByNoPod() throws Exception {
        first.givesSessions = false;
        second.givesSessions = false;
        List<String> sessions = open(1);
        gateway.apply(
                GatewayFixture.to(URI.create("http://127.0.1.0:" + first.port() + "/mcp"), route(1)),
                gateway.route("other"));

        assertThat(call(sessions.getFirst()).body()).isEqualTo(RESULT);
    }

    @Test
    void aCallerWithoutSessionStaysWithOnePodOfAStdioServer() throws Exception {
        serveStdio(false);
        for (int i = 0; i < 10; i++) {
            assertThat(modern("ben").body()).isEqualTo(RESULT);
        }
        Pod his = first.requests.isEmpty() ? second : first;
        assertThat(his.requests).hasSize(10);
        assertThat((his.equals(first) ? second : first).requests).isEmpty();

        // While it is away another has him: the next round of a call is refused there, and a new one is served.
        his.close();
        assertThat(modern("ben").body()).isEqualTo(RESULT);
        assertThat(his.requests).hasSize(10);
    }

    @Test
    void anAnswerToWhatNoReplicaHasPassedOnReachesNoPod() throws Exception {
        String answer = "{\"jsonrpc\":\"2.0\",\"id\":\"asked-elsewhere\",\"result\":{\"roots\":[]}}";
        String session = open(1).getFirst();

        HttpResponse<String> refused = gateway.post("ben", "notes", answer, "Mcp-Session-Id", session);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(first.requests).doesNotContain(answer);
        assertThat(second.requests).doesNotContain(answer);

        serveStdio(false, true);
        String bridged = open(1).getFirst();
        assertThat(gateway.post("ben", "notes", answer, "Mcp-Session-Id", bridged)
                        .statusCode())
                .isEqualTo(400);
        assertThat(List.of(first, second)).noneMatch(pod -> pod.requests.contains(answer));
    }

    @Test
    void whereCallersShareAServerTheyAreHeldByNoPod() throws Exception {
        serveStdio(true);
        // Nobody listens where their Service would be.
        assertThat(modern("ben").statusCode()).isEqualTo(502);
    }

    private void serveStdio(boolean stateless) {
        serveStdio(stateless, false);
    }

    private void serveStdio(boolean stateless, boolean sessions) {
        first.givesSessions = sessions;
        second.givesSessions = sessions;
        Route route = route(2);
        Upstream upstream = new Upstream(
                route.upstream().url(),
                Upstream.Transport.STDIO,
                true,
                route.upstream().pods());
        gateway.apply(
                new Route(
                        route.name(),
                        route.workload(),
                        route.workloadUid(),
                        route.displayName(),
                        null,
                        upstream,
                        route.upstreamAuth(),
                        route.policies(),
                        route.tools(),
                        new SessionSettings(200, Duration.ofMinutes(30), stateless)),
                gateway.route("other"));
        first.requests.clear();
        second.requests.clear();
    }

    private HttpResponse<String> modern(String user) throws IOException, InterruptedException {
        String call = CALL.replace(
                "\"name\":\"t\"",
                "\"name\":\"t\",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                        + "\"io.modelcontextprotocol/clientCapabilities\":{}}");
        return gateway.post(
                user, "notes", call, "MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "t");
    }

    private Route route(int replicas) {
        Route route = gateway.route("notes", GatewayFixture.WRITERS_MAY);
        // The only pod is where the Service is.
        Upstream upstream = new Upstream(
                URI.create("http://127.0." + (replicas == 1 ? "1.0" : "0.1") + ":" + first.port() + "/mcp"),
                Upstream.Transport.STREAMABLE_HTTP,
                true,
                new Upstream.Pods(replicas, "127.0.1." + Upstream.Pods.ORDINAL));
        return GatewayFixture.with(route, route.workloadUid(), upstream, route.policies(), route.tools());
    }

    private List<String> open(int count) throws IOException, InterruptedException {
        List<String> sessions = new CopyOnWriteArrayList<>();
        for (int i = 0; i < count; i++) {
            sessions.add(gateway.initialize("ben", "notes"));
        }
        return sessions;
    }

    private Map<Integer, String> oneOfEach() throws IOException, InterruptedException {
        Map<Integer, String> sessions = new HashMap<>();
        for (int i = 0; sessions.size() < 2 && i < 100; i++) {
            int before = first.sessions.size();
            String session = gateway.initialize("ben", "notes");
            sessions.put(first.sessions.size() > before ? 0 : 1, session);
        }
        assertThat(sessions).hasSize(2);
        return sessions;
    }

    private HttpResponse<String> call(String session) throws IOException, InterruptedException {
        return gateway.post("ben", "notes", CALL, "Mcp-Session-Id", session);
    }

    /** A pod of a stateful server: what is not its own session it does not know. */
    private static final class Pod implements AutoCloseable {

        private final HttpServer server;
        private final List<String> sessions = new CopyOnWriteArrayList<>();
        private final List<String> requests = new CopyOnWriteArrayList<>();
        private volatile boolean givesSessions = true;

        Pod(int ordinal, int port) throws IOException {
            byte[] address = {127, 0, 1, (byte) ordinal};
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(address), port), 0);
            server.createContext("/mcp", exchange -> {
                try (exchange) {
                    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                    requests.add(body);
                    String session = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
                    exchange.getResponseHeaders().set("Content-Type", "application/json");
                    byte[] answer;
                    if (body.contains("\"initialize\"")) {
                        if (givesSessions) {
                            sessions.add("s-" + ordinal + "-" + sessions.size());
                            exchange.getResponseHeaders().set("Mcp-Session-Id", sessions.getLast());
                        }
                        answer = ("{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":" + GatewayFixture.INITIALIZED + "}")
                                .getBytes(StandardCharsets.UTF_8);
                    } else if (givesSessions && !sessions.contains(session)) {
                        exchange.sendResponseHeaders(404, -1);
                        return;
                    } else {
                        answer = (body.contains("ostiary-catalogue") ? TOOLS : RESULT).getBytes(StandardCharsets.UTF_8);
                    }
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                }
            });
            server.start();
        }

        int port() {
            return server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
