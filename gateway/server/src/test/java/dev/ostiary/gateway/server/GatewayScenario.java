package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.Route;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A gateway for all tests of a class: route {@code notes} with the two policies of the demo, route {@code other} with none.
 * After each test nothing may be left: no exchange, no stream.
 */
@ExtendWith(NettyLeakDetectorExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GatewayScenario {

    static final String TOOLS = "{\"tools\":["
            + "{\"name\":\"read_note\",\"inputSchema\":{\"type\":\"object\"},\"annotations\":{\"readOnlyHint\":true}},"
            + "{\"name\":\"delete_note\",\"inputSchema\":{\"type\":\"object\"},\"annotations\":{\"readOnlyHint\":false}}]}";
    static final String LIST = request(1, "tools/list", "{}");
    static final String READ = call(2, "read_note");
    static final String DELETE = call(3, "delete_note");

    GatewayFixture gateway;

    /** The event streams that {@link #streaming} has begun. */
    final BlockingQueue<Workload.Stream> streams = new LinkedBlockingQueue<>();

    static String request(int id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    static String call(int id, String tool) {
        return request(id, "tools/call", "{\"name\":\"" + tool + "\",\"arguments\":{\"id\":\"1\"}}");
    }

    static String notification(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    static String result(int id, String result) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}";
    }

    /** A workload with sessions that answers everything with JSON. */
    static void answering(Workload.Received request, Workload.Reply reply) throws IOException {
        switch (request.rpc()) {
            case "initialize" ->
                reply.header("Mcp-Session-Id", "session-of-the-workload").result(request, GatewayFixture.INITIALIZED);
            case "tools/list" -> reply.result(request, TOOLS);
            case "" -> reply.empty(request.method().equals("POST") ? 202 : 405);
            default -> {
                if (request.id().isEmpty()) {
                    reply.empty(202);
                } else {
                    reply.result(request, "{\"content\":[]}");
                }
            }
        }
    }

    /** The same, with event streams in answer to GET and to calls, and a session of its own for each client. */
    void streaming(Workload.Received request, Workload.Reply reply) throws IOException {
        if (request.rpc().equals("initialize")) {
            reply.header("Mcp-Session-Id", "session-" + UUID.randomUUID()).result(request, GatewayFixture.INITIALIZED);
        } else if (request.method().equals("GET") || request.rpc().equals("tools/call")) {
            reply.handOver(streams);
        } else {
            answering(request, reply);
        }
    }

    Workload.Stream stream() throws InterruptedException {
        Workload.Stream stream = streams.poll(10, TimeUnit.SECONDS);
        if (stream == null) {
            throw new AssertionError("the workload has begun no stream");
        }
        return stream;
    }

    String[] policies() {
        return new String[] {GatewayFixture.READ_TOOLS, GatewayFixture.WRITERS_MAY};
    }

    /** From the next configuration on, users sign in at the gateway. */
    void withFacade() {
        gateway.facade = FacadeSettings.DEFAULT;
        gateway.entraCredential = new EntraCredential.ClientSecret("mcp/entra/secret");
        gateway.credentials = new Credentials(Map.of("mcp/entra/secret", DemoDirectory.GATEWAY_CLIENT_SECRET));
    }

    Route notes() {
        return gateway.route("notes", policies());
    }

    HttpResponse<String> inSession(String user, String session, String body) throws IOException, InterruptedException {
        return gateway.post(user, "notes", body, "Mcp-Session-Id", session);
    }

    @BeforeAll
    void startGateway() throws IOException {
        gateway = new GatewayFixture(GatewayScenario::answering, policies());
    }

    @BeforeEach
    void reset() {
        gateway.workload.script(GatewayScenario::answering);
        gateway.workload.received().clear();
        gateway.apply(notes(), gateway.route("other"));
        streams.clear();
    }

    @AfterEach
    void nothingIsLeft() {
        streams.forEach(Workload.Stream::end);
        await().untilAsserted(() -> {
            assertThat(gateway.metric("ostiary_exchanges")).isZero();
            assertThat(gateway.metric("ostiary_streams")).isZero();
            assertThat(gateway.metric("ostiary_upstream_waiting")).isZero();
        });
    }

    @AfterAll
    void stopGateway() {
        gateway.close();
    }

    /** Error answers say nothing of where and what the workload is. */
    static void assertSaysNothingInternal(String body) {
        assertThat(body)
                .doesNotContain("127.0.0.1")
                .doesNotContain("localhost")
                .doesNotContainPattern(":\\d{4,5}")
                .doesNotContain("Exception")
                .doesNotContain("dev.ostiary")
                .doesNotContain("io.netty")
                .doesNotContain("upstream-secret");
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
