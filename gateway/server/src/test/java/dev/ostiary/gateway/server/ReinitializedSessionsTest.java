package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.SessionSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A workload that loses its sessions: the client begins again, or, where that is allowed, the gateway does. */
class ReinitializedSessionsTest {

    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"t\"}}";

    private final Set<String> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicInteger opened = new AtomicInteger();
    private GatewayFixture gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = new GatewayFixture(this::answer, GatewayFixture.WRITERS_MAY);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private void answer(Workload.Received request, Workload.Reply reply) throws IOException {
        if (request.rpc().equals("initialize")) {
            String session = "s" + opened.incrementAndGet();
            sessions.add(session);
            reply.header("Mcp-Session-Id", session);
            reply.result(request, GatewayFixture.INITIALIZED);
        } else if (request.header("Mcp-session-id").stream().noneMatch(sessions::contains)) {
            reply.empty(404);
        } else if (request.rpc().equals("tools/call")) {
            reply.result(request, "{\"content\":[]}");
        } else if (request.rpc().equals("tools/list")) {
            reply.result(request, "{\"tools\":[{\"name\":\"t\",\"inputSchema\":{}}]}");
        } else {
            reply.empty(202);
        }
    }

    private void serve(boolean gatewayReinitializes) {
        Route route = gateway.route("notes", GatewayFixture.WRITERS_MAY);
        gateway.apply(
                new Route(
                        route.name(),
                        route.workload(),
                        route.workloadUid(),
                        route.displayName(),
                        null,
                        route.upstream(),
                        route.upstreamAuth(),
                        route.policies(),
                        route.tools(),
                        new SessionSettings(200, Duration.ofMinutes(30), gatewayReinitializes)),
                gateway.route("other"));
    }

    @Test
    void theClientBeginsAgain() throws Exception {
        serve(false);
        String session = gateway.initialize("ben", "notes");
        sessions.clear();

        assertThat(call(session).statusCode()).isEqualTo(404);
        assertThat(opened).hasValue(1);
    }

    @Test
    void theGatewayBeginsAgainWhereNothingIsLostWithASession() throws Exception {
        serve(true);
        String session = gateway.initialize("ben", "notes");
        assertThat(call(session).statusCode()).isEqualTo(200);
        sessions.clear();

        assertThat(call(session).body()).contains("\"result\":{\"content\":[]}");
        assertThat(call(session).statusCode()).isEqualTo(200);
        assertThat(opened).hasValue(2);
        assertThat(gateway.workload.received().stream().map(Workload.Received::rpc))
                .containsSubsequence("initialize", "initialize", "notifications/initialized", "tools/call");
        Workload.Received again = gateway.workload.received().stream()
                .filter(request -> request.rpc().equals("initialize"))
                .toList()
                .get(1);
        assertThat(again.body()).contains("\"protocolVersion\":\"2025-06-18\"").contains("\"capabilities\":{}");
        assertThat(again.header("Mcp-session-id")).isEqualTo(List.of());
    }

    @Test
    void aWorkloadThatKnowsNoneAtAllIsAskedOnce() throws Exception {
        serve(true);
        String session = gateway.initialize("ben", "notes");
        gateway.workload.script((request, reply) -> reply.empty(404));
        int before = gateway.workload.received().size();

        assertThat(call(session).statusCode()).isEqualTo(404);
        assertThat(gateway.workload.received().size() - before).isEqualTo(2);
    }

    private HttpResponse<String> call(String session) throws IOException, InterruptedException {
        return gateway.post("ben", "notes", CALL, "Mcp-Session-Id", session);
    }
}
