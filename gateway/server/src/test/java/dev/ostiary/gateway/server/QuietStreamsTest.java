package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.forward.Forwarding;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams on which workloads say nothing, with a gateway whose patience is short. */
@ExtendWith(NettyLeakDetectorExtension.class)
class QuietStreamsTest {

    private static final String COMMENT = ":\n";
    private static final String LISTEN = GatewayScenario.request(
            9,
            "subscriptions/listen",
            "{\"notifications\":{\"toolsListChanged\":true},\"_meta\":{"
                    + "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                    + "\"io.modelcontextprotocol/clientCapabilities\":{}}}");

    private final LinkedBlockingQueue<Workload.Stream> streams = new LinkedBlockingQueue<>();
    private GatewayFixture gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new GatewayFixture(
                (request, reply) -> {
                    if (request.method().equals("GET")
                            || request.rpc().equals("tools/call")
                            || request.rpc().equals("subscriptions/listen")) {
                        reply.handOver(streams);
                    } else {
                        GatewayScenario.answering(request, reply);
                    }
                },
                Time.system(),
                Duration.ofMillis(100),
                GatewayFixture.WRITERS_MAY);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private Workload.Stream stream() throws InterruptedException {
        Workload.Stream stream = streams.poll(10, TimeUnit.SECONDS);
        assertThat(stream).as("a stream").isNotNull();
        return stream;
    }

    @Test
    void aListeningStreamIsKeptAliveByComments() throws Exception {
        Events events = gateway.listen("ben", "notes", gateway.initialize("ben", "notes"));
        assertKeptAlive(events);
    }

    @Test
    void aSubscriptionIsKeptAliveByComments() throws Exception {
        Events events = gateway.stream(
                "ben", "notes", LISTEN, "MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "subscriptions/listen");
        assertKeptAlive(events);
    }

    @Test
    void anAnswerThatTakesItsTimeIsKeptAliveByComments() throws Exception {
        assertKeptAlive(gateway.stream("ben", "notes", GatewayScenario.READ));
    }

    @Test
    void theGatewaysOwnPatienceIsShorterThanAProxysMinute() {
        assertThat(Forwarding.KEEP_ALIVE).isLessThan(Duration.ofSeconds(30));
    }

    /** Comments come, events come between them whole, and a comment is nothing that a client sees as a message. */
    private void assertKeptAlive(Events events) throws Exception {
        Workload.Stream stream = stream();
        assertThat(events.next()).isEqualTo(COMMENT);
        assertThat(events.next()).isEqualTo(COMMENT);
        String news = GatewayScenario.notification("notifications/tools/list_changed", "{}");
        stream.message(news);
        String next = events.next();
        while (next.equals(COMMENT)) {
            next = events.next();
        }
        assertThat(next).isEqualTo("data: " + news + "\n");
        assertThat(events.next()).isEqualTo(COMMENT);
        stream.end();
    }
}
